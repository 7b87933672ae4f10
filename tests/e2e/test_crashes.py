"""A mistake of ours, anywhere: the terminal comes back, a report says where, and what was known is kept."""

from __future__ import annotations

import sys
import time

import pytest

from prime_tui.sim.serve import SimServer
from tests.cli.program import Home
from tests.e2e.lodger import KEY, Lodger, all_read, is_given_back, words_after
from tests.e2e.terminal import PATIENCE_S

WALLET = "GET /api/v1/billing/wallet"
SABOTAGED = (sys.executable, "-m", "tests.e2e.sabotaged")


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("start", ""), ("action", "?"), ("worker", "p"), ("timer", ""),
        ("listener", ""), ("render", ""), ("compose", "2"),
    ],
)  # fmt: skip
def test_a_crash_gives_the_terminal_back_and_leaves_a_report(lodger: Lodger, where: str, keys: str) -> None:
    with lodger.run(where, command=SABOTAGED) as one:
        if keys:
            all_read(one)
            one.send(keys)
        assert one.wait() == 1
        is_given_back(one)
        said = words_after(one)
    (report,) = lodger.reports()
    assert "prime-tui: stopped by a mistake of its own.\r\nValueError in mistaken (" in said
    assert f"The report is in\r\n{report}\r\n" in said
    assert "It holds no key" in said
    assert "Traceback" not in said
    assert "Warning" not in said
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "Traceback (most recent call last)" in text
    assert 'File "tests/e2e/sabotaged.py", line' in text
    assert "textual          8.2.8" in text
    for written in (text, one.raw.decode("utf-8", "replace")):
        assert KEY not in written
        assert "local-" not in written
    if where != "start":
        assert "size             80×24" in text
        assert "screen           " in text
    if keys:
        assert lodger.kept() >= {"wallet", "pods", "runs"}


def test_a_mistake_in_one_reader_stops_neither_the_others_nor_the_program(
    lodger: Lodger, service: SimServer
) -> None:
    with lodger.run("poller", "--screen", "pods", command=SABOTAGED) as one:
        one.sees("Reading pods failed inside prime-tui (ValueError)", "prime-tui doctor says where the")
        for _ in range(3):
            before = service.requests()[WALLET]
            one.send("r")
            deadline_s = time.monotonic() + PATIENCE_S
            while service.requests()[WALLET] == before:
                assert time.monotonic() < deadline_s
                one.drain(0.05)
        one.sees("$184.37", "✕p—")
        one.send("q")
        assert one.wait() == 0
        is_given_back(one)
        assert KEY.encode() not in one.raw
    (report,) = lodger.reports()
    assert "the reading of pods" not in report.read_text().split("Traceback")[0]
    home = Home(lodger.home)
    doctor = home.run("doctor", "--offline").stdout
    assert "ago: ValueError in mistaken (tests/e2e/sabotaged.py:" in doctor
    assert str(report) in doctor


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("connect", "Connecting failed inside prime-tui (ValueError)"),
        ("recorder", "Keeping the last known state failed"),
    ],
)
def test_a_mistake_in_the_background_is_said_on_the_screen(lodger: Lodger, where: str, words: str) -> None:
    with lodger.run(where, command=SABOTAGED) as one:
        one.sees(words)
        one.send("q")
        assert one.wait() == 0
        is_given_back(one)
    assert len(lodger.reports()) == 1
    assert KEY not in lodger.reports()[0].read_text()
