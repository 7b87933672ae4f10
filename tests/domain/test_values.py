"""Remote values, secrets, errors, chat costs."""

from __future__ import annotations

import copy
import logging
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from prime_tui.domain.budget import BudgetUse
from prime_tui.domain.chat import ChatModel, ChatUsage, chat_cost
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.errors import ApiError, NetworkError, PrimeError
from prime_tui.domain.ids import ModelId
from prime_tui.domain.remote import Freshness, Remote, source_age
from prime_tui.domain.secret import Secret

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_remote_value_ages_fails_and_recovers() -> None:
    remote: Remote[str] = Remote()
    assert remote.freshness(NOW) is Freshness.LOADING
    remote = remote.failed(NetworkError("gone"), NOW + 10 * SECOND)
    assert remote.freshness(NOW) is Freshness.FAILED
    remote = remote.loaded("a", NOW).paced(30)
    assert remote.freshness(NOW + 75 * SECOND) is Freshness.FRESH
    assert remote.freshness(NOW + 76 * SECOND) is Freshness.STALE, "late"
    remote = remote.failed(NetworkError("gone")).failed(NetworkError("gone"))
    assert (remote.value, remote.failures, remote.freshness(NOW)) == ("a", 2, Freshness.STALE)
    remote = remote.loaded("b", NOW + SECOND)
    assert (remote.value, remote.failures, remote.error, remote.retry_at) == ("b", 0, None, None)


def test_a_clock_that_goes_back_makes_nothing_younger_than_new() -> None:
    remote: Remote[str] = Remote(value="a", fetched_at=NOW)
    assert remote.age_s(NOW - 60 * SECOND) == 0
    age = source_age("pods", remote.failed(NetworkError("gone"), NOW - SECOND), NOW)
    assert age.retry_in_s == 0


@pytest.mark.parametrize("show", [str, repr, "{}".format, "%s".__mod__])
def test_a_secret_is_never_shown(show: object) -> None:
    assert callable(show)
    secret = Secret("pit_very_secret")
    assert "pit_very" not in show(secret)
    assert "pit_very" not in show([secret])
    assert f"{secret:>9}".strip() == "••••"


def test_a_secret_leaves_in_no_other_way(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("pit_very_secret")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    logging.getLogger("t").warning("key %s", secret)
    assert "pit_very" not in caplog.text
    assert secret.reveal() == "pit_very_secret"
    assert secret == Secret("pit_very_secret")
    assert secret != Secret("other")
    assert not Secret("")


def test_an_error_reads_as_a_sentence_and_a_hint() -> None:
    assert str(PrimeError("It failed.", hint="Try again.")) == "It failed. Try again."
    assert str(ApiError("No.", status=403)) == "No."


def test_the_cost_of_an_answer() -> None:
    model = ChatModel(ModelId("m"), input_usd_per_mtok=Decimal("0.2"), output_usd_per_mtok=Decimal("0.8"))
    told = chat_cost(ChatUsage(1000, 1000, 2000, cost_usd=Decimal("0.0007")), model)
    assert (told.usd, told.is_estimate) == (Decimal("0.0007"), False)
    guessed = chat_cost(ChatUsage(1000, 1000, 2000), model)
    assert (guessed.usd, guessed.is_estimate) == (Decimal("0.001"), True)
    free = chat_cost(ChatUsage(1000, 1000, cost_usd=Decimal(0)), model)
    assert (free.usd, free.is_estimate) == (Decimal(0), False), "zero is a cost"
    assert chat_cost(ChatUsage(1000, None), model).usd is None
    assert chat_cost(ChatUsage(1, 1), ChatModel(ModelId("m"))).usd is None
    assert chat_cost(None, model).usd is None


@pytest.mark.parametrize(
    ("use", "is_short"),
    [(BudgetUse(799, 1000), False), (BudgetUse(800, 1000), True), (BudgetUse(0, 0), True)],
)
def test_when_calls_become_short(use: BudgetUse, is_short: bool) -> None:
    assert use.is_short is is_short


def test_the_system_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    first = clock.monotonic()
    assert clock.monotonic() >= first
