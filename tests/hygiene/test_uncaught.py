"""What nobody caught: told, and without secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-looks-like-nothing"
FAILING = """
import sys, threading
from pathlib import Path
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.log_file import start_log
from prime_tui.uncaught import log_uncaught, redact_uncaught

class Stubborn:
    def __del__(self):
        raise ValueError(f"removing with {key}")

def fail():
    raise ValueError(f"Illegal header value {key!r}")

key = sys.argv[1]
redactor = Redactor(Secret(key))
start_log(Path(sys.argv[2]), redactor)
log_uncaught()
redact_uncaught(redactor)
thread = threading.Thread(target=fail, name="worker")
thread.start()
thread.join()
Stubborn()
fail()
"""


def test_threads_and_removals_go_to_the_log_and_the_end_to_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", FAILING, KEY, str(log)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "ValueError: Illegal header value '••••'" in done.stderr
    written = log.read_text()
    assert "worker failed" in written
    assert "Illegal header value" in written
    assert "removing with ••••" in written
    assert KEY not in done.stdout + done.stderr + written
