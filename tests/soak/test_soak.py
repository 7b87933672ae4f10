"""The soak itself: what it never types, and that bad figures are called bad."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from tests.soak.keys import SCREENS, Fingers
from tests.soak.samples import Sample
from tests.soak.verdict import Ending, table, verdicts

CTRL_C, CTRL_Q, CTRL_Z = "\x03", "\x11", "\x1a"
FLAT = Sample(
    at_s=0.0, span_s=60.0, rss_mb=80.0, cpu_s=5.0, fds=18, threads=5, written_bytes=60_000, calls=300,
    database_kb=4000.0, log_kb=0.0,
)  # fmt: skip
WELL = Ending(
    problem="", exit_code=0, gave_terminal_back=True, is_balance_true=True, shown_balance="$1.00",
    true_balance="$1.00 … $1.00", slowest_recovery_s=30.0, longest_recovery_s=1830.0, internal_errors=0,
)  # fmt: skip
HOURS = [replace(FLAT, at_s=60.0 * minute) for minute in range(1, 31)]


def bad(samples: list[Sample], ending: Ending) -> list[str]:
    judged = verdicts(samples, ending, speed=60.0, calls_per_h=1000)
    assert all(one.what in table(samples, judged, 60.0) for one in judged)
    return [one.what for one in judged if not one.is_good]


def test_the_keys_are_the_same_for_a_seed_and_never_leave() -> None:
    for seed in range(5):
        fingers, again = Fingers(Random(seed)), Fingers(Random(seed))
        typed = [fingers.next() for _ in range(5000)]
        assert typed == [again.next() for _ in range(5000)]
        assert not {"q", CTRL_C, CTRL_Q, CTRL_Z} & set(typed)


def test_no_move_opens_a_shell_or_agrees_to_an_end() -> None:
    for move in SCREENS["F3"]:
        assert "s" not in move.split()
    for moves in SCREENS.values():
        for words in (move.split() for move in moves if "x" in move.split()):
            assert words[words.index("x") + 1] == "esc"


def test_a_flat_life_is_good() -> None:
    assert bad(HOURS, WELL) == []


def test_memory_that_grows_on_is_bad_and_a_warm_up_is_not() -> None:
    warming = [replace(one, rss_mb=60.0 + number) for number, one in enumerate(HOURS[:7])] + HOURS[7:]
    assert bad(warming, WELL) == []
    leaking = [replace(one, rss_mb=80.0 + number / 2) for number, one in enumerate(HOURS)]
    assert bad(leaking, WELL) == ["memory grows by less than 5 MB"]


def test_files_and_threads_that_pile_up_are_bad() -> None:
    piling = [replace(one, fds=18 + number, threads=5 + number) for number, one in enumerate(HOURS)]
    assert bad(piling, WELL) == ["open files stay flat", "threads stay flat"]


def test_one_busy_hour_is_bad_however_quiet_the_others_are() -> None:
    assert bad([*HOURS, replace(FLAT, calls=1001)], WELL) == ["API calls within the budget"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"problem": "it ended"}, "alive to the end"),
        ({"exit_code": -9}, "exit code"),
        ({"gave_terminal_back": False}, "terminal given back"),
        ({"is_balance_true": False}, "the balance on the screen is true"),
        ({"slowest_recovery_s": 2000.0}, "fresh again after each fault"),
        ({"internal_errors": 1}, "no error inside"),
    ],
)
def test_a_bad_end_is_bad(change: dict[str, object], what: str) -> None:
    assert bad(HOURS, replace(WELL, **change)) == [what]  # type: ignore[arg-type]


def test_a_life_too_short_to_judge_is_not_good() -> None:
    assert bad(HOURS[:1], WELL) == ["memory, files, threads"]
