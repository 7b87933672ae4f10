"""Signing in by hand at the real program, with everything watched that a secret could be seen in."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cli.program import KEY, PASSPHRASE, ROOT, Home
from tests.e2e.terminal import Terminal, terminal
from tests.hygiene.process_watch import ProcessWatch

OTHER_KEY = "pit_the_second_sentinel_of_the_terminal"
SECRETS = (KEY, OTHER_KEY, PASSPHRASE)
PROGRAM = (sys.executable, "-m", "prime_tui")
SEQUENCE = re.compile(rb"\x1b\[[0-9;?<=>]*[ -/]*[@-~]")


@dataclass
class Searched:
    """A program in a terminal, and all that can be seen of it from outside."""

    home: Home
    one: Terminal
    watch: ProcessWatch

    def hits(self, *, allowed: Collection[str] = ()) -> set[str]:
        """Return where a secret was seen up to now.

        Args:
            allowed: Names of files that hold one because the test put it there.
        """
        written = bytes(self.one.raw)
        # What is drawn in pieces, with colours or cursor moves in between, was shown all the same.
        shown = SEQUENCE.sub(b"", written)
        on_terminal = {"terminal" for one in SECRETS if one.encode() in written or one.encode() in shown}
        return on_terminal | self.watch.places() | set(self.home.files_with(*SECRETS, allowed=allowed))


@contextmanager
def searched(home: Home, command: list[str], **extra: str) -> Iterator[Searched]:
    """Run a program in a terminal and watch it."""
    secrets = (one.encode() for one in SECRETS)
    with (
        ProcessWatch(*secrets) as watch,
        terminal(command, home=home.path, columns=100, rows=32, PYTHONPATH=str(ROOT), **extra) as one,
    ):
        yield Searched(home, one, watch)


def addressed(home: Home, url: str, extra: str = "") -> None:
    home.configure(f'[profiles.default]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\n{extra}')


@contextmanager
def started(home: Home, *words: str, **extra: str) -> Iterator[Terminal]:
    """Run the program without a key, and see at its end that no secret was anywhere."""
    with searched(home, [*PROGRAM, *words], **extra) as search:
        yield search.one
        assert search.hits() == set()


def paste(one: Terminal, text: str) -> None:
    """Paste as a terminal does."""
    one.send(f"\x1b[200~{text}\x1b[201~")


def sign_in(one: Terminal, key: str, store: str) -> None:
    """Paste a key and keep it."""
    one.sees("Paste an API key")
    one.send("\r")
    one.sees("it is not shown")
    paste(one, key)
    one.sees("••••")
    one.send("\r")
    one.sees("Where shall the key be kept?", store)
    line = next(line for line in one.text().splitlines() if store in line and "✕" not in line)
    one.send(line.split(store)[0].split()[-1])
