from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.metrics import all_series, reward_name, reward_series
from prime_tui.domain.runs import MetricPoint
from prime_tui.sync.run_reading import merge_metrics

NAMES = st.sampled_from(
    ["reward/all/mean", "loss/mean", "optim/lr", "eval/gsm8k/avg@8", "train/x/reward/mean"]
)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.lists(
    st.builds(MetricPoint, st.integers(0, 40), st.dictionaries(NAMES, NUMBERS, max_size=4)), max_size=12
).map(
    lambda points: tuple({point.step: point for point in sorted(points, key=lambda one: one.step)}.values())
)
FINITE_POINTS = st.lists(
    st.builds(MetricPoint, st.integers(0, 40), st.dictionaries(NAMES, st.floats(0, 1), max_size=4)),
    max_size=12,
).map(
    lambda points: tuple({point.step: point for point in sorted(points, key=lambda one: one.step)}.values())
)


def test_the_first_rule_that_finds_something_names_the_reward() -> None:
    assert (
        reward_name(["loss/mean", "train/agg/effective/solver/reward/mean", "reward/all/mean"])
        == "reward/all/mean"
    )
    assert reward_name(["reward/mean", "train/agg/effective/solver/reward/mean"]) == "reward/mean"
    assert reward_name(["reward"]) == "reward"
    assert reward_name(["train/agg/effective/solver/reward/mean", "eval/x/reward/mean"]) == (
        "train/agg/effective/solver/reward/mean"
    )
    assert reward_name(["loss/mean", "train/gsm8k/reward/mean"]) == "train/gsm8k/reward/mean"


def test_nothing_like_a_reward_is_no_reward() -> None:
    assert reward_name(["loss/mean", "rewarding", "perf/mfu"]) is None
    assert reward_name([]) is None


def test_the_spread_of_the_reward_is_not_the_reward() -> None:
    newer = ["reward/all/std", "train/agg/effective/solver/reward/mean"]
    assert reward_name(newer) == "train/agg/effective/solver/reward/mean"
    assert reward_name(["reward/all/std"]) == "reward/all/std"


@given(st.lists(NAMES), st.randoms())
def test_the_order_of_the_names_does_not_matter(names: list[str], random: object) -> None:
    assert reward_name(names) == reward_name(reversed(names))


@given(POINTS)
def test_every_series_has_a_finite_value_or_none_for_each_step(points: tuple[MetricPoint, ...]) -> None:
    for one in all_series(points):
        assert one.steps == tuple(point.step for point in points)
        assert len(one.values) == len(points)
        assert all(value is None or abs(value) != float("inf") for value in one.values)
        assert all(value == value for value in one.known), "NaN is not a value"
        assert one.last is None or one.last in one.known


@given(POINTS)
def test_the_reward_comes_first_and_alone_gives_the_same(points: tuple[MetricPoint, ...]) -> None:
    series = all_series(points)
    reward = reward_series(points)
    assert (series[0] == reward) if reward is not None else all("reward" not in one.name for one in series)


@given(FINITE_POINTS, FINITE_POINTS)
def test_merging_keeps_every_step_once_and_the_newer_value(
    known: tuple[MetricPoint, ...], fresh: tuple[MetricPoint, ...]
) -> None:
    merged = merge_metrics(known, fresh)
    steps = [point.step for point in merged]
    assert steps == sorted({point.step for point in (*known, *fresh)})
    old = {point.step: point.values for point in known}
    new = {point.step: point.values for point in fresh}
    for point in merged:
        assert point.values == {**old.get(point.step, {}), **new.get(point.step, {})}


@given(FINITE_POINTS)
def test_merging_the_same_again_changes_nothing(points: tuple[MetricPoint, ...]) -> None:
    assert merge_metrics(points, points) is points
    assert merge_metrics(points, points[-1:]) is points
