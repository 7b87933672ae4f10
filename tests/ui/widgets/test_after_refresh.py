"""What waits for the next refresh is not done for a widget that is gone by then."""

from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.line import Line
from tests.ui.widgets.stage import on_stage


async def test_it_is_done_for_a_widget_that_is_there_and_not_for_one_that_is_gone() -> None:
    staying, leaving = Line("staying"), Line("leaving")
    done: list[str] = []
    async with on_stage(staying, leaving) as stage:
        with stage.batch_update():  # no refresh before the one is gone
            after_refresh(leaving, done.append, "leaving")
            after_refresh(staying, done.append, "staying")
            await leaving.remove()
        await stage.rest()
        assert done == ["staying"]
