"""A state directory that is full, locked, broken or of another version: said in words, nothing lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from prime_tui.sim.serve import SimServer
from tests.e2e.lodger import PROGRAM, Lodger, all_read, is_given_back, words_after

NOT_KEPT = "The last known state is not kept"


@pytest.fixture
def lodger(tmp_path: Path, service: SimServer) -> Lodger:
    one = Lodger(tmp_path, service.url)
    one.state.mkdir(parents=True, mode=0o700)
    return one


def database(lodger: Lodger, content: bytes = b"") -> Path:
    path = lodger.state / "prime-tui.db"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def watched(lodger: Lodger, *words: str, command: tuple[str, ...] = PROGRAM) -> str:
    """Watch until these words and all numbers are there, and leave; return what is said after that.

    Behind a path only single words can be looked for: where a line ends depends on how long the path is.
    """
    with lodger.run(command=command, columns=120, rows=30) as one:
        one.sees(*words)
        one.until(lambda text: "$184.37" in text and "●pods" in text, "all is read")
        one.send("q")
        assert one.wait() == 0
        is_given_back(one)
        return words_after(one).removeprefix("\x1b[?25h\x1b[?1004l")


def test_a_state_directory_that_cannot_be_made(lodger: Lodger) -> None:
    """As on a disk that may only be read: that nothing is kept is said once, and watching goes on."""
    (lodger.home / "file").write_text("no directory")
    place = lodger.shell(f"export XDG_STATE_HOME={lodger.home}/file/state")
    with lodger.run(command=place, columns=120, rows=30) as one:
        one.sees("Nothing is kept", "Cannot make", "directory.")
        one.until(lambda text: "$184.37" in text and "●pods" in text, "all is read")
        assert one.text().count("Cannot make") == 1
        assert "There is no log" not in one.text()
        assert NOT_KEPT not in one.text()
        one.send("q")
        assert one.wait() == 0
        is_given_back(one)


def test_a_full_disk(lodger: Lodger) -> None:
    """No file may grow by one byte: what cannot be kept is said, and watching goes on."""
    assert watched(lodger, NOT_KEPT, "I/O", command=lodger.shell("ulimit -f 0")) == ""


def test_a_log_that_cannot_be_written(lodger: Lodger) -> None:
    (lodger.state / "prime-tui.log").mkdir(mode=0o700)
    assert watched(lodger, "There is no log") == ""
    assert lodger.kept() >= {"wallet", "pods"}


def test_a_broken_database_is_put_aside_and_said(lodger: Lodger) -> None:
    (lodger.state / "prime-tui.broken").write_bytes(b"an earlier one")
    database(lodger, b"no database at all" * 600)
    assert watched(lodger, "begins anew", "kept as") == ""
    assert lodger.kept() >= {"wallet", "pods"}
    assert (lodger.state / "prime-tui.broken").read_bytes() == b"an earlier one"
    assert (lodger.state / "prime-tui.broken-2").read_bytes() == b"no database at all" * 600


def test_a_newer_database_is_left_alone(lodger: Lodger) -> None:
    path = database(lodger)
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version=99")
        newer.execute("CREATE TABLE what_nobody_knows (anything)")
    before = path.read_bytes()
    assert watched(lodger, NOT_KEPT, "newer") == ""
    assert path.read_bytes() == before


def test_a_locked_database_is_said_and_used_once_it_is_free(lodger: Lodger) -> None:
    holder = sqlite3.connect(database(lodger), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with lodger.run() as one:
        one.sees(NOT_KEPT, "locked")
        holder.execute("COMMIT")
        holder.close()
        all_read(one)
        one.send("q")
        assert one.wait() == 0
    assert lodger.kept() >= {"wallet", "pods", "runs"}
