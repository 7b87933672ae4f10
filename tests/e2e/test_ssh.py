"""ssh from the real program in a real terminal: the terminal is lent and comes back as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.terminal import ENTER_ALT, LEAVE_ALT, Terminal, terminal
from tests.ui.screens.fake_programs import Recorder

PROGRAM = [sys.executable, "-m", "prime_tui", "--screen", "pods"]
SECRETS = {"PRIME_API_KEY": "sentinel-key-4711", "WANDB_API_KEY": "sentinel-wandb", "HF_TOKEN": "sentinel-hf"}

LIKE_ACCEPT_NEW = """
known="$HOME/.local/state/prime-tui/known_hosts"
for word in "$@"; do case $word in HostKeyAlias=*)
  grep -q "^${word#*=} " "$known" || echo "${word#*=} $(cut -d' ' -f1,2 "$HOME/host-key.pub")" >> "$known";;
esac; done
"""


@contextmanager
def pods_screen(home: Path, programs: Recorder) -> Iterator[tuple[Terminal, SimServer]]:
    """Run the program on a still world, with the cursor on a pod that is ready."""
    key = home / "id"
    key.write_text("not a real key")
    key.chmod(0o600)
    with SimServer(SimOptions(speed=0)) as sim:
        variables = {
            **SECRETS,
            "PRIME_API_BASE_URL": sim.url,
            "PRIME_INFERENCE_URL": f"{sim.url}/api/v1",
            "PRIME_SSH_KEY_PATH": str(key),
            "PATH": f"{programs.bin}:{os.environ['PATH']}",
        }
        with terminal(PROGRAM, home=home, columns=100, rows=30, **variables) as one:
            one.sees("● active")
            one.send("G")
            one.sees("s ssh")
            yield one, sim


def test_the_terminal_is_lent_and_the_monitor_comes_back(tmp_path: Path) -> None:
    programs = Recorder(tmp_path)
    programs.add(
        "ssh", 'echo "welcome to the pod"; read line; echo "you said $line"; printf "\\033[?1000h"\n'
    )
    with pods_screen(tmp_path, programs) as (one, _):
        one.send("s")
        one.sees("the monitor comes back when it ends", "welcome to the pod")
        assert one.raw.count(ENTER_ALT) == one.raw.count(LEAVE_ALT) == 1
        one.send("hello\r")
        one.until(lambda _: one.raw.count(ENTER_ALT) == 2, "the monitor's own screen")
        one.until(lambda text: "welcome" not in text, "a clear screen")
        one.sees("── pods", "● active")
        assert b"you said hello" in one.raw
        words = programs.words("ssh")
        assert words[-6:-1] == ["-l", "root", "-p", words[-3], "--"]
        assert words[words.index("-i") + 1] == str(tmp_path / "id")
        for option in (
            *("StrictHostKeyChecking=accept-new", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no"),
            *("ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no"),
            "IdentitiesOnly=yes",
        ):
            assert words[words.index(option) - 1] == "-o"
        (hosts,) = [word for word in words if word.startswith("UserKnownHostsFile=")]
        assert Path(hosts.removeprefix("UserKnownHostsFile=")).stat().st_mode & 0o777 == 0o600
        environment = programs.environment("ssh")
        assert not set(SECRETS) & set(environment)
        assert not any(value in environment.values() for value in SECRETS.values())
        assert environment["HOME"] == str(tmp_path)
        one.send("q")
        assert one.wait() == 0
        assert one.raw.count(ENTER_ALT) == one.raw.count(LEAVE_ALT)


def test_the_host_key_of_a_first_contact_is_shown(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    host_key = tmp_path / "host-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host_key)], check=True)
    said = subprocess.run(["ssh-keygen", "-lf", f"{host_key}.pub"], capture_output=True, text=True).stdout
    fingerprint = said.split()[1]
    programs = Recorder(tmp_path)
    programs.add("ssh", LIKE_ACCEPT_NEW)
    with pods_screen(tmp_path, programs) as (one, _):
        one.send("s")
        one.sees("First contact", "Another key is")
        shown = "".join(one.text().replace("▌", "").split())
        assert fingerprint in shown


def test_the_words_of_a_failed_ssh_can_be_read(tmp_path: Path) -> None:
    programs = Recorder(tmp_path)
    programs.add("ssh", 'echo "Permission denied (publickey)." >&2; exit 255\n')
    with pods_screen(tmp_path, programs) as (one, _):
        one.send("s")
        one.sees("Permission denied (publickey).", "Enter returns to the monitor")
        one.send("\r")
        one.sees("── pods", "● active", "ended with")


def test_ctrl_c_is_for_ssh_and_not_for_the_monitor(tmp_path: Path) -> None:
    programs = Recorder(tmp_path)
    programs.add(
        "ssh", 'trap "echo interrupted; exit 130" INT; echo connecting; while :; do sleep 0.05; done\n'
    )
    with pods_screen(tmp_path, programs) as (one, _):
        one.send("s")
        one.sees("connecting")
        one.send("\x03")
        one.sees("── pods", "● active", "ended with")
        one.send("j")
        one.sees("── pods")


def test_what_a_program_leaves_switched_on_is_switched_off(tmp_path: Path) -> None:
    programs = Recorder(tmp_path)
    modes = ("\x1b[?2004h", "\x1b[?1003h", "\x1b[2;5r", "\x1b[31m", "\x1b[?25l")
    escaped = "".join(modes).replace("\x1b", "\\033")
    programs.add("ssh", f"stty raw -echo; printf '{escaped}'; exit 0\n")
    with pods_screen(tmp_path, programs) as (one, _):
        one.send("s")
        one.until(lambda _: one.raw.count(ENTER_ALT) == 2, "the monitor's own screen")
        left = bytes(one.raw).rindex("".join(modes).encode())
        back = bytes(one.raw).rindex(ENTER_ALT)
        between = bytes(one.raw)[left:back]
        for off in (b"\x1b[?2004l", b"\x1b[?1003l", b"\x1b[r", b"\x1b[m", b"\x1b[?25h"):
            assert off in between
        one.sees("── pods")
        one.send("q")
        assert one.wait() == 0
