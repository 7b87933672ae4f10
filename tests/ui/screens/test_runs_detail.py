"""One run in full: pages, what is read for them, and when nothing is."""

from __future__ import annotations

from prime_tui.domain.runs import RunState
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_runs import SMALL, STILL, WIDE, calls, ready, rows, settled, views


async def test_below_120_columns_enter_opens_a_page_and_esc_closes_it() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.COMPLETED)
        assert "overview" not in one.text()
        await one.press("enter")
        await one.sees("▸overview", view.name or "", "completed")
        assert "STATE" not in one.text(), "the table is not beside it"
        await one.press("escape")
        await one.sees("STATE")
        assert "▸overview" not in one.text()


async def test_from_120_columns_the_details_stand_beside_the_table() -> None:
    async with monitor(screen="runs", size=(120, 40), sim=STILL) as one:
        view = await ready(one, RunState.RUNNING)
        await one.sees("▸overview", "STATE", view.id)
        await one.press("d")
        await one.until(lambda: "▸overview" not in one.text(), "the pane is hidden")
        await one.press("d")
        await one.sees("▸overview")


async def test_a_smaller_terminal_turns_the_pane_into_a_page() -> None:
    async with monitor(screen="runs", size=(120, 40), sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        await one.press("enter")
        await one.sees("▸overview", "STATE")
        await one.pilot.resize_terminal(80, 24)
        await one.until(lambda: "STATE" not in one.text() and "▸overview" in one.text(), "a page")
        await one.pilot.resize_terminal(50, 10)
        await one.sees("At least 60×15")


async def test_the_overview_breaks_the_cost_down() -> None:
    async with monitor(screen="runs", size=(100, 40), sim=STILL) as one:
        view = await ready(one, RunState.RUNNING, by_gpu_hour=False)
        await one.press("enter")
        await one.sees("inference in", "inference out", "reward", f"id        {view.id}")
        await one.until(lambda: one.store.usage.peek(view.id).value, "what it has cost")
        usage = one.store.usage.peek(view.id).value
        assert usage is not None
        assert usage.total_cost_usd is not None
        await one.sees(f"{usage.total_cost_usd:.2f}")
        assert "▲" not in "\n".join(one.text().splitlines()[3:-1]), "it adds up"


async def test_tab_and_brackets_turn_the_pages() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.COMPLETED)
        await one.press("enter")
        for page in ("metrics", "logs", "checkpoints", "config", "overview"):
            await one.press("tab")
            await one.sees(f"▸{page}")
        await one.press("left_square_bracket")
        await one.sees("▸config")
        await one.press("right_square_bracket")
        await one.sees("▸overview")


async def test_metrics_show_the_reward_first_and_plot_what_is_chosen() -> None:
    async with monitor(screen="runs", size=WIDE, sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        await one.press("tab")
        await one.sees("METRIC", "reward/")
        header = next(n for n, line in enumerate(one.text().splitlines()) if "METRIC" in line)
        assert "reward" in one.text().splitlines()[header + 1]
        await one.press("enter", "j", "j", "j")
        lines = one.text().splitlines()
        chosen = lines[header + 4].split("│")[-1].split()[0].removesuffix("…")
        await one.until(lambda: chosen in one.text().splitlines()[4], "the chosen one above its curve")


async def test_checkpoints_and_the_configuration() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.COMPLETED)
        await one.press("enter", "tab", "tab", "tab")
        await one.sees("STATUS", "ready", "s3://")
        await one.press("tab")
        await one.sees("tells no configuration")


async def test_why_a_run_failed() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.FAILED)
        assert view.run is not None
        assert view.run.failure is not None
        await one.press("enter")
        await one.sees("✕ failed", view.run.failure.root_cause[:40])
        await one.press("left_square_bracket")
        await one.sees("▸error", "reported as", "sure)")


# -- logs ------------------------------------------------------------------------------------


def log_lines(one: Monitor) -> list[str]:
    lines = one.text().splitlines()
    header = next(number for number, line in enumerate(lines) if "LEVEL" in line and "TIME" in line)
    return [line.rstrip("┃ ") for line in lines[header + 1 : -1] if line.strip("│┃ ")]


async def test_l_opens_the_log_at_its_end_and_follows() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        await one.press("l")
        await one.sees("▸logs", "following", "orchestrator · all levels")
        last = log_lines(one)[-1]
        one.sim.advance(600)
        await one.press("r")
        await one.until(lambda: log_lines(one)[-1] != last, "newer lines")
        assert "following" in one.text()


async def test_going_up_stops_following_and_g_goes_on() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        await one.press("l")
        await one.sees("following")
        await one.press("pageup")
        await one.sees("stopped, G follows")
        before = log_lines(one)
        known = one.text().split(" lines")[0].split()[-1]
        one.sim.advance(600)
        await one.press("r")
        await one.until(lambda: one.text().split(" lines")[0].split()[-1] != known, "more lines are known")
        assert log_lines(one) == before, "what is read stays where it is"
        await one.press("G")
        await one.sees("following")


async def test_a_log_has_levels_components_and_a_filter() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.RUNNING, by_gpu_hour=True)
        await one.press("l")
        await one.sees("following")
        await one.press("c")
        await one.sees("trainer · all levels", "loss")
        await one.press("slash")
        await one.type("step loss")
        await one.until(lambda: all("loss" in line for line in log_lines(one)), "matching lines only")
        await one.press("escape")
        await one.press("e")
        await one.sees("trainer · error")
        await one.until(
            lambda: "No ERROR lines in the last 15 minutes" in one.text() or "ERROR" in log_lines(one)[0],
            "errors",
        )


async def test_enter_shows_a_line_in_full() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        await one.press("l")
        await one.sees("following")
        await one.press("g", "enter")
        await one.sees("Log line", "enter close")
        await one.press("enter")
        await one.until(lambda: "Log line" not in one.text())


async def test_a_queued_run_has_no_log_yet_and_says_so() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.QUEUED)
        await one.press("l")
        await one.sees("Waiting for the run to start", "The service says")


async def test_a_log_that_cannot_be_read_says_why() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        await ready(one, RunState.RUNNING)
        one.sim.fault(kind="status", path="*/logs", status=500, count=None)
        await one.press("l")
        await one.sees("The log cannot be read", "r tries again")


async def test_without_rft_the_pages_say_that_there_is_nothing() -> None:
    async with monitor(screen="runs", size=SMALL, shapes="seed") as one:
        await settled(one)
        await one.press("enter", "tab")
        await one.sees("tells no metrics")
        await one.press("tab")
        await one.sees("gives no logs")


# -- what is read, and when nothing is ---------------------------------------------------------


async def test_details_are_read_only_while_they_are_seen() -> None:
    async with monitor(screen="runs", size=SMALL, sim=STILL) as one:
        view = await ready(one, RunState.RUNNING)
        path = f"/api/v1/rft/runs/{view.id}"
        await one.press("j", "k")
        await one.pilot.pause(0.6)
        assert calls(one, "GET", f"{path}/metrics") == 0, "no page, no reading"
        await one.press("enter")
        await one.until(lambda: calls(one, "GET", f"{path}/metrics") == 1, "read once")
        assert calls(one, "GET", f"{path}/logs") == 0, "no log page, no log"
        await one.press("l")
        await one.until(lambda: calls(one, "GET", f"{path}/logs") == 1, "the log")
        await one.press("3")
        await one.until(lambda: "3 Pods" in one.text() and "▸logs" not in one.text(), "another screen")
        await one.press("r")
        await one.pilot.pause(0.5)
        assert (calls(one, "GET", f"{path}/metrics"), calls(one, "GET", f"{path}/logs")) == (1, 1)
        await one.press("2")
        await one.until(lambda: calls(one, "GET", f"{path}/logs") == 2, "in view again")


async def test_passing_rows_quickly_reads_only_the_one_where_it_stops() -> None:
    async with monitor(screen="runs", size=WIDE, sim=STILL) as one:
        await settled(one)
        await one.until(lambda: calls(one, "GET", f"/api/v1/rft/runs/{views(one)[0].id}") == 1, "the first")
        for _ in range(4):  # without waiting in between, which would be to stop there
            one.app.simulate_key("j")
        stop = views(one)[4].id
        await one.until(lambda: calls(one, "GET", f"/api/v1/rft/runs/{stop}") == 1, "where it stopped")
        passed = [view.id for view in views(one)[1:4]]
        assert sum(calls(one, "GET", f"/api/v1/rft/runs/{run_id}") for run_id in passed) == 0


async def test_a_finished_run_keeps_its_place_in_the_table_while_its_page_is_open() -> None:
    async with monitor(screen="runs", size=WIDE, sim=STILL) as one:
        view = await ready(one, RunState.RUNNING)
        await one.press("enter", "tab")
        await one.sees("▸metrics")
        one.sim.advance(30)
        await one.press("r")
        await one.until(lambda: rows(one), "rows")
        assert view.id in one.text()
