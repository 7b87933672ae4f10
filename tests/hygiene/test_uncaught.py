"""What nobody caught: told, and without secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-looks-like-nothing"
FAILING = """
import sys
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.uncaught import redact_uncaught

key = sys.argv[1]
redact_uncaught(Redactor(Secret(key)))
raise ValueError(f"Illegal header value {key!r}")
"""


def test_the_traceback_that_ends_the_program_has_no_key() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING, KEY], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "ValueError: Illegal header value '••••'" in done.stderr
    assert KEY not in done.stdout + done.stderr
