"""A day with errors, a shell on a pod, another key and a crash; then the keys are looked for everywhere."""

from __future__ import annotations

import os
import sys
import time

import pytest

from prime_tui.sim.serve import SimServer
from tests.cli.program import KEY, PASSPHRASE, Home
from tests.e2e.signing_in import OTHER_KEY, Searched, addressed, paste, searched, sign_in
from tests.e2e.terminal import Terminal
from tests.ui.screens.fake_programs import Recorder

# The same program with a bug: the key that changes the theme fails where a key and a header are at hand.
CRASHING = """
import sys
from prime_tui.ui.app import PrimeApp
def action_next_theme(self):
    key = self.desk.key().reveal()
    headers = {"Authorization": f"Bearer {key}"}
    raise RuntimeError(f"cannot use {headers}")
PrimeApp.action_next_theme = action_next_theme
from prime_tui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
PROGRAM = [sys.executable, "-c", CRASHING, "--screen", "pods"]
FAULTS = (
    *({"kind": "status", "status": status} for status in (401, 403, 500)),
    {"kind": "malformed"},
    {"kind": "reset"},
    {"kind": "redirect", "location": "https://elsewhere.example/"},
)
WAYS = ("pipe", "file", "environment", "encrypted file")


def command_for(way: str, home: Home, url: str) -> list[str]:
    """Return how the program is started with its key coming this way."""
    if way == "encrypted file":
        assert home.login(url, "--store", "file", *home.passphrase()).returncode == 0
        (home.path / "passphrase").unlink()
        return PROGRAM
    addressed(home, url)
    if way == "environment":
        return PROGRAM
    file = str(home.private_file("key", KEY))
    if way == "file":
        return [*PROGRAM, "--api-key-file", file]
    return ["/bin/sh", "-c", 'cat "$0" | "$@"', file, *PROGRAM, "--api-key-stdin"]


def a_shell_on_a_pod(one: Terminal) -> None:
    one.send("G")
    one.sees("s ssh")
    one.send("s")
    one.until(lambda _: b"connected" in one.raw, "the ssh")
    one.sees("── pods")


def errors(one: Terminal, sim: SimServer) -> None:
    for fault in FAULTS:
        sim.fault(path="*/pods/*", **fault)  # type: ignore[arg-type]
        one.send("r")
        one.until(lambda text: "✕" in text.splitlines()[0], f"the failure of {fault}")
        sim.clear_faults()
        one.send("r")
        one.until(lambda text: "✕" not in text.splitlines()[0], f"the end of {fault}")


def another_key(one: Terminal, sim: SimServer) -> None:
    """The key is refused; what is no key, a wrong one and then the right one are entered by hand."""
    sim.set_key(OTHER_KEY)
    one.send("r")
    one.sees("The service refuses the key")
    one.send("K")
    one.sees("Paste an API key")
    one.send("\r")
    one.sees("it is not shown")
    for text in (f"{OTHER_KEY}\n{OTHER_KEY}", f"{OTHER_KEY} and more", f"{OTHER_KEY}\u00fc"):
        paste(one, text)
        one.sees("is no API key")
    paste(one, KEY)
    one.send("\r")
    one.sees("Invalid API key")
    one.send("\x1b")
    one.until(lambda text: "it is not shown" not in text, "the end of the dialog")
    sign_in(one, OTHER_KEY, "this session only")
    one.until(lambda text: "refuses the key" not in text, "the end of the banner")
    one.sees("● active")


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_anywhere_after_a_bad_day(home: Home, sim: SimServer, way: str) -> None:
    command = command_for(way, home, sim.url)
    programs = Recorder(home.path)
    programs.add("ssh", 'cat /proc/$$/environ /proc/$$/cmdline > "$HOME/ssh-saw"; sleep 0.1; echo connected')
    variables = {
        "PRIME_SSH_KEY_PATH": str(home.private_file("id", "not a real key")),
        "PATH": f"{programs.bin}:{os.environ['PATH']}",
        **({"PRIME_API_KEY": KEY} if way == "environment" else {}),
    }
    with searched(home, command, **variables) as search:
        one = search.one
        if way == "encrypted file":
            one.sees("Unlock the encrypted file")
            paste(one, PASSPHRASE)
            one.send("\r")
        one.sees("● active")
        started_at_s = time.monotonic()
        a_shell_on_a_pod(one)
        errors(one, sim)
        another_key(one, sim)
        one.send("T")
        assert one.wait() != 0
        assert "cannot use" in one.raw.decode(errors="replace")
        if way == "environment":
            forget_the_start(search, " ".join(command), started_at_s)
        assert search.hits(allowed=["key"]) == set()
        # What was looked at: the shell, by itself and from outside, and the report of the crash.
        assert b"HostKeyAlias" in (home.path / "ssh-saw").read_bytes()
        assert any("HostKeyAlias" in words for words in search.watch.seen)
        assert all(words == " ".join(command).strip() for words in search.watch.unreadable)
        (report,) = home.state.glob("crash-*.txt")
        assert "RuntimeError: cannot use" in report.read_text()


def test_a_demo_does_not_pass_the_key_of_the_environment_on(home: Home) -> None:
    command = [sys.executable, "-m", "prime_tui", "--demo"]
    with searched(home, command, PRIME_API_KEY=KEY) as search:
        search.one.sees("burning now")
        started_at_s = time.monotonic()
        search.one.until(lambda text: "$" in text.splitlines()[1], "a balance")
        search.one.send("q")
        assert search.one.wait() == 0
        assert any("simulate" in words for words in search.watch.seen)
        forget_the_start(search, " ".join(command), started_at_s)
        assert search.hits() == set()


def forget_the_start(search: Searched, command: str, started_at_s: float) -> None:
    """Leave out the one place that nobody can avoid: what the program was started with, until it took it."""
    seen = search.watch.sightings
    at_start = seen.pop(("environ", command.strip()), None)
    assert at_start is None or at_start.at_s < started_at_s


LEAKY = """
key=$(cat "$HOME/key")
printf '%.8s\\033[1m%s\\033[m\\n' "$key" "${key#????????}"
printf '%s' "$key" > "$HOME/leak"
wait='while [ ! -e "$HOME/found" ]; do sleep 0.02; done'
sh -c "$wait; : in its arguments" "$key" &
LEAK=$key sh -c "$wait; : in its environment" &
wait
"""


def test_the_search_finds_what_is_planted(home: Home) -> None:
    """The control: one leak of each kind, with the same search."""
    home.private_file("key", KEY)
    with searched(home, ["/bin/sh", "-c", LEAKY]) as search:
        search.one.until(lambda _: len(search.watch.places()) >= 2, "the processes")
        (home.path / "found").touch()
        assert search.one.wait() == 0
        hits = search.hits(allowed=["key"])
        assert {"terminal", str(home.path / "leak")} <= hits
        assert [hit for hit in hits if hit.startswith("cmdline") and "in its arguments" in hit]
        assert [hit for hit in hits if hit.startswith("environ") and "in its environment" in hit]
        assert KEY.encode() not in search.one.raw, "it was drawn in two pieces"
