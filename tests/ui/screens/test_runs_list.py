"""The table of runs: keys in, visible text out, over real HTTP."""

from __future__ import annotations

from prime_tui.domain.ids import RunId
from prime_tui.domain.runs import RunOrder, RunState
from prime_tui.domain.units import UNKNOWN
from prime_tui.domain.views import RunView
from prime_tui.sim.people import usual_people
from prime_tui.ui.messages import OpenRun
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_runs import SMALL, STILL, WIDE, row_of, rows, settled, views


def costs(one: Monitor) -> list[float]:
    """The known amounts of the rows in view."""
    return [float(row.split()[-2].replace(",", "")) for row in rows(one) if row.split()[-2] != UNKNOWN]


def a_run(one: Monitor, state: RunState) -> RunView:
    return next(view for view in views(one) if view.state is state and view.name and view.name.isascii())


async def test_live_runs_come_first_with_counts_and_everything_known() -> None:
    async with monitor(screen="runs", size=(200, 40)) as one:
        await settled(one)
        await one.press("d")
        known = views(one)
        live = [view for view in known if view.state in (RunState.RUNNING, RunState.QUEUED)]
        assert f"{len(live)} live · {len(known)} all" in one.text()
        first = [row[1] for row in rows(one)[: len(live)]]
        assert set(first) <= set("●◐"), "live ones on top"
        await one.until(lambda: any("M" in row for row in rows(one)[: len(live)]), "tokens")
        for title in (
            "NAME",
            "MODEL",
            "ENVIRONMENT",
            "STATE",
            "STEP",
            "TOKENS",
            "TOK/S",
            "$/H",
            "SO FAR $",
            "AGE",
        ):
            assert title in one.text()


async def test_the_cursor_starts_on_the_first_row() -> None:
    async with monitor(screen="runs", size=WIDE) as one:
        await settled(one)
        await one.until(lambda: views(one)[0].id in one.text(), "the first run beside the table")


async def test_a_new_run_on_top_does_not_take_the_cursor() -> None:
    async with monitor(screen="runs", size=WIDE, sim=STILL) as one:
        await settled(one)
        first = views(one)[0]
        await one.until(lambda: first.id in one.text().splitlines()[2], "its details")
        assert one.app.engine is not None
        await one.app.engine.runs.launch(RunOrder({"trainer": {}}, name="brand-new"))
        await one.press("r")
        await one.until(lambda: "brand-new" in rows(one)[0], "the new one on top")
        assert first.id in one.text().splitlines()[2]


async def test_runs_that_only_billing_knows_are_bracketed_guesses() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        await one.sees("[inactive]")
        guess = next(row for row in rows(one) if "[inactive]" in row)
        assert guess.split()[0] == "?"
        assert guess.split()[1].startswith("[")


async def test_a_service_without_a_run_list_shows_what_billing_finds() -> None:
    async with monitor(screen="runs", size=SMALL, shapes="seed") as one:
        await one.sees("found by billing")
        await one.until(lambda: len(rows(one)) > 2, "rows")
        assert not any(count for call, count in one.sim.requests().items() if "/rft/runs/" in call)
        await one.until(lambda: "M" in "".join(row[40:60] for row in rows(one)), "tokens read by usage")
        by_tokens = next(view for view in views(one) if view.tokens)
        one.app.post_message(OpenRun(by_tokens.id))
        await one.until(lambda: by_tokens.id in one.text().splitlines()[2], "its page")
        await one.sees("inference in", "known by  billing")


async def test_a_run_by_the_gpu_hour_has_dashes_and_no_made_up_zeros() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        await one.until(lambda: any(view.usage and view.usage.is_by_gpu_hour for view in views(one)), "usage")
        view = next(view for view in views(one) if view.usage and view.usage.is_by_gpu_hour and view.name)
        row = row_of(one, view)
        assert f" {UNKNOWN} " in row, "tokens"
        assert " 0.00" not in row.replace("   0.00 ", "", 1), "only an ended run's rate may be zero"


async def test_the_filter_narrows_and_esc_clears() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        await one.press("slash")
        await one.type("status:failed")
        await one.until(lambda: rows(one) and all("✕" in row for row in rows(one)), "failed ones only")
        await one.sees("match “status:failed”")
        await one.press("enter")
        await one.press("escape")
        await one.until(lambda: "match" not in one.text() and len(rows(one)) > 5, "all again")


async def test_a_filter_without_a_match_says_so() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        await one.press("slash")
        await one.type("no-such-run")
        await one.sees("No run matches “no-such-run”")


async def test_sorting_by_a_column_and_back() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        for _ in range(7):
            await one.press("S")
        await one.sees("SO FAR ▼")
        assert costs(one) == sorted(costs(one), reverse=True)
        await one.press("R")
        await one.sees("SO FAR ▲")
        assert costs(one) == sorted(costs(one))
        await one.press("S", "S")
        await one.until(lambda: rows(one)[0][1] in "●◐", "live ones first again")


async def test_the_cursor_stays_on_its_run_when_the_order_changes() -> None:
    async with monitor(screen="runs", size=WIDE) as one:
        await settled(one)
        await one.press("j", "j")
        await one.until(lambda: views(one)[2].id in one.text().splitlines()[2], "its details")
        chosen = views(one)[2].id
        for _ in range(3):
            await one.press("S")
        await one.until(lambda: chosen in one.text().splitlines()[2], "the details of the same run")


async def test_an_empty_wallet_says_what_helps() -> None:
    async with monitor(screen="runs", size=SMALL, scenario="empty") as one:
        await one.sees("No runs in this wallet.", "n launches one", "0 live · 0 all")


async def test_a_list_that_cannot_be_read_says_why() -> None:
    async with monitor(screen="wallet", size=SMALL, scenario="empty") as one:
        await one.until(lambda: one.store.runs.value is not None, "the list, so that no reading is under way")
        one.sim.fault(kind="status", path="*/rft/runs", status=500, count=None)
        one.store.runs.clear()
        await one.press("2")
        await one.press("r")
        await one.sees("The runs cannot be read")


async def test_old_rows_look_old_and_nothing_is_done_with_them() -> None:
    async with monitor(screen="runs", size=SMALL, toasts=True) as one:
        await settled(one)
        one.sim.fault(kind="status", path="*/rft/runs", status=503, count=None)
        await one.press("r")
        await one.sees("▲ stale")
        await one.press("x")
        await one.sees("were last read")
        assert "What to do" not in one.text()


async def test_another_screen_opens_a_run_here() -> None:
    async with monitor(screen="wallet", size=SMALL) as one:
        await one.until(lambda: one.store.runs.value, "runs")
        wanted = a_run(one, RunState.COMPLETED)
        one.app.post_message(OpenRun(wanted.id))
        await one.until(lambda: wanted.id in one.text().splitlines()[2], "its page")


async def test_an_id_typed_by_hand_is_looked_up() -> None:
    async with monitor(screen="runs", size=(100, 40), team=usual_people().teams[0].id) as one:
        await one.until(lambda: one.store.runs.value, "the team's runs")
        foreign = next(run.id for run in one.sim.world.runs.values() if run.team_id is None)
        assert RunId(foreign) not in {view.id for view in views(one)}
        await one.press("i")
        await one.sees("Run id")
        await one.type("not an id!")
        await one.press("enter")
        await one.sees("An id has letters")
        await one.press("ctrl+u")
        await one.type(foreign)
        await one.press("enter")
        await one.until(lambda: foreign in one.text().splitlines()[2], "its page")
        await one.sees("typed in")
        await one.until(lambda: one.store.usage.peek(RunId(foreign)).value, "its usage")


async def test_an_id_that_nobody_knows_is_an_unknown_run() -> None:
    async with monitor(screen="runs", size=SMALL) as one:
        await settled(one)
        await one.press("i")
        await one.type("rft_nobody")
        await one.press("enter")
        await one.sees("Nothing but its id is known", "rft_nobody")
        await one.press("escape")
        await one.until(lambda: "? [rft_nobody]" in one.text(), "its row")


async def test_copying_an_id_or_a_name() -> None:
    async with monitor(screen="runs", size=SMALL, toasts=True) as one:
        await settled(one)
        first = views(one)[0]
        await one.sees("y copy")
        await one.press("y")
        await one.sees("Copy", first.id)
        await one.press("1")
        await one.sees("The id was sent")
        assert one.app.clipboard == first.id


async def test_hostile_names_neither_style_nor_crash() -> None:
    async with monitor(screen="runs", size=SMALL, scenario="hostile") as one:
        await settled(one)
        assert "\x1b" not in one.text()
        for key in ("enter", "l", "tab", "tab", "escape", "j", "enter", "tab", "escape"):
            await one.press(key)
        await settled(one)


async def test_many_runs_are_listed_with_little_on_the_screen() -> None:
    async with monitor(screen="runs", size=SMALL, scenario="huge") as one:
        await one.until(lambda: one.store.runs.value and len(one.store.runs.value.items) > 100, "many runs")
        await one.sees("live ·")
        await one.press("G")
        await one.press("g")
        await one.until(lambda: len(rows(one)) >= 18, "a full list")
