"""The wallet as a person reads it, held against what the simulated service knows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from prime_tui.sim.serve import SimOptions
from prime_tui.ui.widgets.table import KeyedTable
from tests.ui.monitor import Monitor, monitor

WALLET = "*/billing/wallet"
STILL = SimOptions(speed=0)
WIDE = (160, 48)
TYPES = ("compute", "training", "disks", "inference")


def balance_of(m: Monitor) -> Decimal:
    world = m.sim.world
    return world.wallets[None].balance_usd(world.now_s())


def rows_of(m: Monitor, offset: int = 0, limit: int = 10_000) -> list[tuple[str, str, Decimal]]:
    world = m.sim.world
    page = world.wallets[None].page(world.now_s(), offset, limit)
    return [(row.id, row.resource_type, row.amount_usd) for row in page]


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", "").lstrip("≥~$"))


def first_row_looks(m: Monitor) -> str:
    """The role in which the type of the second billing row is drawn (the first one is under the cursor)."""
    table = m.app.screen.query_one("#billing", KeyedTable)
    style = next(piece.style for piece in table.render_line(2) if piece.text.strip() in TYPES)
    return next(role for role in ("stale", "text") if style == table.look(role))


def adds_up(m: Monitor) -> bool:
    """Whether the listed burn is the sum of the prices above it."""
    table = m.text().split("billing ─")[0]
    rates = re.findall(r" ~?(\d+\.\d\d) +~?(?:[\d,]+\.\d\d|—) +\d+(?:s|m|h\d\d|d) ", table)
    total = re.search(r"listed [≥~]?\$([\d.,]+)/h", table)
    assert total
    return len(rates) > 4 and abs(sum(map(Decimal, rates)) - money(total[1])) <= Decimal("0.06")


async def reach_the_end(m: Monitor) -> None:
    m.app.screen.query_one("#billing").focus()
    for _ in range(40):
        await m.press("G")
        await m.pilot.pause(0.05)
        if re.search(r"all [\d,]+ rows", m.text()):
            return
    await m.until(lambda: re.search(r"all [\d,]+ rows", m.text()), "the end of the rows")


async def test_balance_and_sums_are_those_of_the_service() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("balance ", "burning now", "TYPE")
        assert f"balance ${balance_of(m):,.2f} USD" in m.text()
        await reach_the_end(m)
        rows = rows_of(m)
        await m.sees(f"all {len(rows)} rows")
        for kind in {kind for _, kind, _ in rows}:
            total = sum((amount for _, one, amount in rows if one == kind), Decimal(0))
            line = re.search(rf"│?\s{kind} +[\d.,]+ +[\d.,]+ +([\d.,]+)", m.text())
            assert line, kind
            assert abs(money(line[1]) - total) <= Decimal("0.01") * len(rows), kind


async def test_what_burns_is_named_priced_and_added_up() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("burning now", "listed ")
        pods = [pod for pod in m.sim.world.listed_pods(m.sim.world.now_s()) if pod.team_id is None]
        assert pods
        await m.until(
            lambda: m.text().count("×") >= len(pods) and "disk 500 GB" in m.text(), "pods and disks"
        )
        await m.until(lambda: adds_up(m), "a sum that is the sum of the rows")


async def test_a_row_that_grew_says_by_how_much() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("100 of")
        before = balance_of(m)
        assert "+" not in m.text().split("billing ─")[1]
        m.sim.advance(1200)
        await m.press("r")
        await m.until(lambda: f"balance ${balance_of(m):,.2f}" in m.text(), "the new balance")
        assert balance_of(m) < before
        grown = [Decimal(found) for found in re.findall(r"\+(\d+\.\d{4})", m.text())]
        assert grown
        assert abs(sum(grown) - (before - balance_of(m))) < Decimal("0.01")


async def test_older_rows_are_read_as_the_end_comes_into_view() -> None:
    async with monitor(sim=SimOptions(speed=0, billings=320)) as m:
        total = len(rows_of(m))
        assert total > 300
        await m.sees(f"100 of {total} rows")
        m.sim.fault("latency", WALLET, latency_ms=400, count=1)
        await m.press("tab", "G")
        await m.sees("reading older rows…", f"200 of {total} rows")
        await reach_the_end(m)
        await m.sees(f"all {total} rows")
        asked = m.sim.requests()["GET /api/v1/billing/wallet"]
        await m.press("g", "G", "o")
        assert m.sim.requests()["GET /api/v1/billing/wallet"] == asked


async def test_the_end_that_comes_into_view_while_reading_is_not_forgotten() -> None:
    async with monitor(sim=SimOptions(speed=0, billings=320)) as m:
        await m.sees("100 of")
        m.sim.fault("latency", WALLET, latency_ms=700)
        await m.press("o", "tab", "G")
        await m.sees("reading older rows…")
        await m.sees("300 of")


async def test_a_page_that_fails_is_said_and_can_be_tried_again() -> None:
    async with monitor(sim=SimOptions(speed=0, billings=320)) as m:
        await m.sees("100 of")
        m.sim.fault("status", WALLET, status=422)
        await m.press("o")
        await m.sees("older rows:", "o tries again")
        m.sim.clear_faults()
        await m.press("o")
        await m.sees("200 of")


async def test_a_mistake_of_ours_while_older_rows_are_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with monitor(sim=SimOptions(speed=0, billings=320), toasts=True) as m:
        await m.sees("100 of")

        async def broken() -> None:
            raise ZeroDivisionError

        assert m.app.engine is not None
        monkeypatch.setattr(m.app.engine, "more_billing", broken)
        await m.press("o")
        await m.sees("Reading older rows failed inside")
        monkeypatch.undo()
        await m.press("o")
        await m.sees("200 of")


async def test_the_filter_finds_by_name_and_type_and_clears() -> None:
    async with monitor(sim=STILL, size=(100, 40)) as m:
        await m.sees("100 of")
        await m.press("slash")
        await m.type("disks")
        await m.sees("of 100 read")
        body = m.text().split("billing ─")[1].splitlines()[2:]
        assert all("disks" in line for line in body if re.match(r" \d\d[: ]", line))
        await m.type(" nothing-like-it")
        await m.sees("No row that was read matches")
        await m.press("escape")
        await m.sees("100 of")


async def test_rows_are_sorted_by_column() -> None:
    async with monitor(sim=STILL, size=(100, 60)) as m:
        await m.sees("100 of")
        for _ in range(4):
            await m.press("S")
        await m.sees("TOTAL $▼")
        amounts = [money(found) for found in re.findall(r" ([\d,]+\.\d\d)[ ┃]*$", m.text(), re.MULTILINE)]
        billed = amounts[-20:]
        assert billed == sorted(billed, reverse=True)
        await m.press("R")
        await m.sees("TOTAL $▲")


async def test_enter_opens_the_run_and_the_pod_behind_a_row() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("● active")
        pod = next(
            one for one in m.sim.world.listed_pods(m.sim.world.now_s()) if one.name == "h100-reward-model"
        )
        await m.press("slash")
        await m.type(pod.name)
        await m.press("enter", "enter")
        await m.until(lambda: "── pods" in m.text() or "pods ─" in m.text(), "the pods screen")
        await m.sees(pod.name)
        await m.press("1")
        await m.press("escape", "slash")
        await m.press("ctrl+u")
        await m.type("training")
        await m.press("enter", "g", "enter")
        await m.until(lambda: "── runs" in m.text() or "runs ─" in m.text(), "the runs screen")


async def test_enter_on_what_burns_opens_it_and_a_disk_shows_its_facts() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("disk ", "● active")
        for _ in range(12):
            await m.press("j")
            line = next((one for one in m.text().splitlines() if "disk 500 GB" in one), "")
            if line and m.app.screen.focused is not None:
                break
        await m.press("d")
        await m.sees("so far", "since", "price")
        await m.press("escape", "g", "enter")
        await m.until(lambda: "burning now" not in m.text(), "another screen")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("status", 500), ("reset", None), ("malformed", None), ("html", None)],
)
async def test_a_failing_wallet_keeps_its_numbers_and_never_looks_fresh(
    kind: str, status: int | None
) -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("●wallet", "100 of")
        balance = f"balance ${balance_of(m):,.2f} USD"
        await m.sees(balance)
        m.sim.fault(kind, WALLET, status=status)
        m.sim.advance(600)
        await m.press("r")
        await m.sees("wallet stale")
        assert balance in m.text()
        assert "●wallet" not in m.text()
        assert first_row_looks(m) == "stale"
        m.sim.clear_faults()
        await m.press("r")
        await m.sees("●wallet", f"balance ${balance_of(m):,.2f} USD")
        await m.until(lambda: first_row_looks(m) == "text", "a row that looks fresh")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (WALLET, ("burning now ─", "24 h · ▲ stale", "billing · ▲ stale")),
        ("*/pods/*", ("burning now · ▲ pods stale", "24 h ─", "billing ─")),
    ],
)
async def test_each_pane_says_itself_that_its_numbers_are_old(path: str, told: tuple[str, ...]) -> None:
    async with monitor(sim=STILL, size=(80, 24)) as m:
        await m.sees("burning now ─", "24 h ─", "billing ─", "100 of", "listed")
        m.sim.fault("status", path, status=503)
        await m.press("r")
        await m.sees(*told)
        m.sim.clear_faults()
        await m.press("r")
        await m.sees("burning now ─", "24 h ─", "billing ─")


async def test_a_wallet_that_was_never_read_says_why() -> None:
    async with monitor(sim=SimOptions(speed=0, require_key="other"), size=WIDE) as m:
        await m.sees("The wallet cannot be read.", "r tries now")
        assert "$0.00" not in m.text()


async def test_an_empty_account_is_told_in_sentences() -> None:
    async with monitor(scenario="empty") as m:
        await m.sees("Nothing burns", "Nothing was charged", "$10.00")


async def test_other_ranges_read_the_rows_they_need() -> None:
    async with monitor(sim=SimOptions(speed=0, billings=400), size=WIDE) as m:
        await m.sees("spend $/h, 24 h", "100 of")
        await m.press("t")
        await m.sees("spend $/h, 7 d")
        await m.press("t")
        await m.sees("spend $/h, 30 d")
        await m.until(lambda: "rows read back to" not in m.text(), "the rows of a month")
        await m.sees("200 of")
        await m.press("t")
        await m.sees("spend $/h, 24 h")


async def test_a_picture_that_is_not_whole_says_so() -> None:
    async with monitor(sim=SimOptions(speed=0, billings=400), size=WIDE) as m:
        await m.sees("100 of", "spread evenly")
        m.sim.fault("status", WALLET, status=500)
        await m.press("t", "t")
        await m.sees("rows read back to", "older spending is not shown")


async def test_a_top_up_is_recognised() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("balance $")
        world = m.sim.world
        world.wallet(None).top_up(world.now_s(), Decimal(100))
        await m.press("r")
        await m.sees("balance rose by $100.00")


async def test_a_burst_of_use_shows_billed_beside_listed() -> None:
    async with monitor(sim=STILL, size=WIDE) as m:
        await m.sees("listed ")
        assert "billed $" not in m.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (100, 30), (119, 60), (300, 100)])
async def test_everything_has_its_place_at_any_size(size: tuple[int, int]) -> None:
    async with monitor(sim=STILL, size=size) as m:
        await m.sees("burning now", "billing", "spend $/h")
        await m.until(lambda: m.store.wallet.value is not None and m.store.pods.value is not None, "data")
        await m.sees("WHAT", "TOTAL $")
        assert all(len(line) <= size[0] for line in m.text().splitlines())


async def test_copying_offers_id_and_name() -> None:
    async with monitor(sim=STILL, toasts=True) as m:
        await m.sees("● active")
        await m.press("y")
        await m.sees("Copy", "name")
        await m.press("2")
        await m.sees("clipboard")
        assert m.app.clipboard
        assert m.app.clipboard in m.text()
