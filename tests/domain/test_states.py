"""The service's words, in any case and spelling, and what follows from them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from prime_tui.domain.errors import InvalidRequest
from prime_tui.domain.ids import PodId, RunId
from prime_tui.domain.offers import Offer, PodOrder, SizeRange
from prime_tui.domain.pods import (
    Pod,
    PodState,
    PodStatus,
    SshEndpoint,
    bound_by_state,
    burn_by_state,
    pod_state,
)
from prime_tui.domain.runs import (
    LIVE,
    TERMINAL,
    RunAction,
    RunPricing,
    RunProgress,
    RunState,
    RunUsage,
    TokenUse,
    run_actions,
    run_state,
)

PRICE, STOPPED, PROVISIONING = Decimal("2.40"), Decimal("0.10"), Decimal(0)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("ACTIVE", None, None), PodState.ACTIVE),
        (("active", "FINISHED", 100), PodState.ACTIVE),
        (("running", None, None), PodState.ACTIVE),
        (("ACTIVE", "PENDING", None), PodState.INSTALLING),
        (("ACTIVE", "ACTIVE", 42), PodState.INSTALLING),
        (("ACTIVE", None, 99), PodState.INSTALLING),
        (("ACTIVE", "ERROR", 10), PodState.INSTALL_FAILED),
        (("PENDING", "ERROR", 10), PodState.PENDING),
        ((" starting ", None, None), PodState.PROVISIONING),
        (("Terminating", None, None), PodState.DELETING),
        (("", None, None), PodState.UNKNOWN),
        (("HIBERNATING", None, None), PodState.UNKNOWN),
    ],
)
def test_pod_words(words: tuple[str, str | None, int | None], state: PodState) -> None:
    assert pod_state(*words) is state


@pytest.mark.parametrize(
    ("state", "stopped", "provisioning", "burn"),
    [
        (PodState.ACTIVE, STOPPED, PROVISIONING, PRICE),
        (PodState.INSTALLING, STOPPED, PROVISIONING, PRICE),
        (PodState.ERROR, STOPPED, PROVISIONING, PRICE),
        (PodState.DELETING, STOPPED, PROVISIONING, PRICE),
        (PodState.UNKNOWN, STOPPED, PROVISIONING, PRICE),
        (PodState.PROVISIONING, STOPPED, PROVISIONING, Decimal(0)),
        (PodState.PENDING, STOPPED, None, PRICE),
        (PodState.STOPPED, STOPPED, None, STOPPED),
        (PodState.STOPPED, None, None, PRICE),
        (PodState.STOPPED, Decimal(0), None, Decimal(0)),
        (PodState.TERMINATED, STOPPED, None, Decimal(0)),
    ],
)
def test_what_each_state_costs(
    state: PodState, stopped: Decimal | None, provisioning: Decimal | None, burn: Decimal
) -> None:
    assert burn_by_state(state, PRICE, stopped, provisioning) == burn


def test_an_unknown_price_is_unknown_and_a_bound_looks_at_the_whole_life() -> None:
    assert burn_by_state(PodState.ACTIVE, None, STOPPED, PROVISIONING) is None
    assert bound_by_state(PodState.STOPPED, PRICE, PROVISIONING) == PRICE
    assert bound_by_state(PodState.TERMINATED, PRICE, None) == PRICE
    assert bound_by_state(PodState.PROVISIONING, PRICE, PROVISIONING) == 0
    assert bound_by_state(PodState.PROVISIONING, PRICE, None) == PRICE


def test_a_status_row_is_laid_over_the_pod_and_takes_nothing_away() -> None:
    pod = Pod(
        PodId("p"),
        "p",
        PodState.PROVISIONING,
        "PROVISIONING",
        price_usd_per_h=PRICE,
        ips=("1.2.3.4",),
        ssh=(None,),
    )
    ready = pod.with_status(
        PodStatus(PodId("p"), "ACTIVE", "FINISHED", 100, ssh=(SshEndpoint("root", "h", 22),))
    )
    assert ready.state is PodState.ACTIVE
    assert ready.is_ready_for_ssh
    assert ready.price_usd_per_h == PRICE
    assert ready.ips == ("1.2.3.4",)
    assert not pod.is_ready_for_ssh


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("RUNNING", RunState.RUNNING),
        ("succeeded", RunState.COMPLETED),
        ("Cancelled", RunState.STOPPED),
        ("PAUSED", RunState.PAUSED),
        (None, RunState.UNKNOWN),
        ("EVALUATING", RunState.UNKNOWN),
    ],
)
def test_run_words(word: str | None, state: RunState) -> None:
    assert run_state(word) is state


def test_every_run_state_is_live_or_over_or_unknown() -> None:
    assert LIVE | TERMINAL | {RunState.UNKNOWN} == set(RunState)
    assert not LIVE & TERMINAL
    for state in RunState:
        assert (RunAction.STOP in run_actions(state)) <= (state in LIVE)
    assert run_actions(RunState.PAUSED) == {RunAction.RESUME, RunAction.DELETE}
    assert RunAction.PAUSE in run_actions(RunState.RUNNING)


def test_steps_count_from_zero_and_never_pass_the_end() -> None:
    assert RunProgress(latest_step=41).completed_steps() == 42
    assert RunProgress(latest_step=200).completed_steps(200) == 200
    assert RunProgress().completed_steps(10) is None


def usage(total: str, *, training_usd: str = "12.5", tokens: int = 9_000_000) -> RunUsage:
    return RunUsage(
        RunId("r"),
        training=TokenUse(5_000_000, 0, 0, Decimal(training_usd)),
        inference=TokenUse(4_000_000, 1_000_000, 3_000_000, Decimal("5.0")),
        total_tokens=tokens,
        total_cost_usd=Decimal(total),
        pricing=RunPricing(Decimal("2.5"), Decimal("0.5"), Decimal("1.5")),
    )


def test_parts_that_add_up_are_not_mentioned() -> None:
    one = usage("17.5")
    assert (one.input_cost_usd, one.output_cost_usd) == (Decimal("0.5"), Decimal("4.5"))
    assert one.discrepancies() == ()
    assert usage("17.505").discrepancies() == (), "rounding"


def test_parts_that_do_not_add_up_are_told_and_nothing_is_corrected() -> None:
    assert "the total says $20.0000" in usage("20").discrepancies()[0]
    assert any("training" in sentence for sentence in usage("19", training_usd="14").discrepancies())
    assert any("tokens" in sentence for sentence in usage("17.5", tokens=8).discrepancies())


def test_unknown_prices_make_unknown_costs() -> None:
    one = RunUsage(RunId("r"), inference=TokenUse(0, 0, 0, Decimal(0)), total_cost_usd=Decimal(4))
    assert one.input_cost_usd is None
    assert one.discrepancies() == ()


def offer(**changes: object) -> Offer:
    fields: dict[str, object] = {
        "cloud_id": "c",
        "gpu_type": "H100_80GB",
        "gpu_count": 8,
        "provider": "hyperstack",
        "socket": "SXM5",
        "price_usd_per_h": Decimal(16),
        "disk": SizeRange(
            min=100, default=200, max=500, price_usd_per_unit_h=Decimal("0.01"), default_included=True
        ),
        "images": ("ubuntu_22_cuda_12",),
    }
    return Offer(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_price_of_an_offer_is_for_all_its_gpus_and_extras() -> None:
    one = offer()
    assert one.price_usd_per_gpu_h == 2
    assert one.estimate_usd_per_h() == 16, "the default disk is included"
    assert one.estimate_usd_per_h(300) == 17
    assert one.estimate_usd_per_h(100) == 16, "less than the default gives nothing back"
    assert offer(gpu_count=0).price_usd_per_gpu_h is None
    assert offer(price_usd_per_h=None).estimate_usd_per_h() is None
    free = offer(price_usd_per_h=Decimal(0))
    assert free.estimate_usd_per_h() == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "has space"}, "name"),
        ({"name": "12345"}, "letter"),
        ({"name": "x" * 65}, "name"),
        ({"name": "-rf; rm"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "new\n"}, "name"),
        ({"max_price_usd_per_h": Decimal(15)}, "ceiling"),
        ({"max_price_usd_per_h": Decimal(0)}, "ceiling"),
        ({"image": "windows"}, "image"),
        ({"disk_gb": 50, "max_price_usd_per_h": Decimal(99)}, "disk"),
        ({"disk_gb": 501, "max_price_usd_per_h": Decimal(99)}, "disk"),
        ({"offer": offer(socket=None)}, "socket"),
        ({"offer": offer(gpu_count=None)}, "GPUs"),
    ],
)
def test_an_order_that_the_service_would_refuse_is_refused_here(
    changes: dict[str, object], problem: str
) -> None:
    fields: dict[str, object] = {"offer": offer(), "name": "new-pod", "max_price_usd_per_h": Decimal(20)}
    order = PodOrder(**{**fields, **changes})  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match=problem):
        order.check()


def test_a_good_order_passes() -> None:
    PodOrder(offer(), "new-pod", Decimal(17), disk_gb=300, image="ubuntu_22_cuda_12").check()
