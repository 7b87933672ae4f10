"""What a hardened process has given up; in processes of their own, because there is no way back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LOOK = """
import ctypes, os, resource, sys
from prime_tui.hardening import harden
found = harden()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), found.has_no_core_dumps)
print(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE) == 0, found.has_no_debugger)
print(oct(os.umask(0)))
print(any("root" in warning for warning in found.warnings) == (os.geteuid() == 0))
"""


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout


def test_no_core_no_debugger_private_files() -> None:
    assert run(LOOK).split() == ["True", "True", "True", "True", "0o77", "True"]


def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    code = "from prime_tui.hardening import harden; harden(); import os; os.abort()"
    died = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert died.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


def test_setuid_is_refused() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can have another effective user")
    code = """
import os
from prime_tui.hardening import RefusedToRun, harden
os.seteuid(65534)
try:
    harden()
except RefusedToRun as refusal:
    print(refusal)
"""
    assert "setuid" in run(code)


WITHDRAWN = """
import os
from pathlib import Path
from prime_tui.accounts.given_key import take_environment_key
shown = lambda: b"pit_sentinel_of_the_start" in Path("/proc/self/environ").read_bytes()
before = shown()
found = take_environment_key(os.environ)
print(before, shown(), "PRIME_API_KEY" in os.environ, os.environ["OTHER"], found.key.reveal())
"""


def test_a_key_that_was_taken_is_not_in_what_the_kernel_shows_either() -> None:
    variables = {"PRIME_API_KEY": "pit_sentinel_of_the_start", "OTHER": "stays", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WITHDRAWN], capture_output=True, text=True, env=variables, check=True
    )
    assert done.stdout.split() == ["True", "False", "False", "stays", "pit_sentinel_of_the_start"]


HOLDER = """
import ctypes, os, sys
from prime_tui.hardening import harden
PR_SET_DUMPABLE = 4
os.setgid(65534)
os.setuid(65534)
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
if sys.argv[1] == "hardened":
    harden()
print(1, flush=True)
input()
"""


@pytest.mark.parametrize("kind", ["plain", "hardened"])
def test_the_same_user_cannot_read_the_environment_of_a_running_program(kind: str) -> None:
    """As another user than root, for whom there is no such protection; a plain process is the control."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PRIME_API_KEY": "pit_sentinel", "PYTHONPATH": str(ROOT)},
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        reader = os.fork()
        if reader == 0:
            os.setgid(65534)
            os.setuid(65534)
            try:
                content = Path(f"/proc/{holder.pid}/environ").read_bytes()
                os._exit(1 if b"pit_sentinel" in content else 2)
            except PermissionError:
                os._exit(0)
            finally:
                os._exit(3)
        _, status = os.waitpid(reader, 0)
        holder.kill()
    assert os.waitstatus_to_exitcode(status) == (1 if kind == "plain" else 0)
