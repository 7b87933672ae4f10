"""However much is told, the screen can still be read, and nothing that was told is lost."""

from __future__ import annotations

import pytest

from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_pods import STILL

SUMMED_UP = "! (f5) lists all messages"


def toasts(one: Monitor) -> str:
    return "\n".join(line.rpartition("▌")[2] for line in one.text().splitlines() if "▌" in line)


async def tell(one: Monitor, *texts: str, severity: str = "information") -> None:
    for text in texts:
        one.app.tell(text, title=f"About {text}", severity=severity)
    await one.pilot.pause()


async def test_many_toasts_are_summed_up_and_can_be_read_later() -> None:
    names = [f"thing-{number}" for number in range(9)]
    async with monitor(sim=STILL, size=(80, 24), toasts=True) as m:
        await m.sees("burning now", "listed")
        await tell(m, *names[:3])
        await m.sees("thing-0", "thing-1", "thing-2")
        await tell(m, *names[3:])
        await m.sees("7 more", SUMMED_UP)
        assert [name for name in names if name in toasts(m)] == ["thing-7", "thing-8"]
        assert "burning now" in m.text()
        await m.press("exclamation_mark")
        await m.sees("Messages")
        await m.until(lambda: not toasts(m), "what is listed covers the list no longer")
        await m.press("end")
        await m.sees("Z About thing-0 thing-0")
        await m.press("home")
        await m.sees("Z About thing-8 thing-8")


async def test_what_is_urgent_is_shown_in_place_of_what_is_not() -> None:
    async with monitor(sim=STILL, size=(80, 24), toasts=True) as m:
        await tell(m, "one", "two", "three", "four")
        await m.sees("2 more")
        await tell(m, "trouble", severity="error")
        await m.sees("About trouble", "3 more")
        assert "About four" in toasts(m)
        assert "About three" not in toasts(m)
        await tell(m, "five")
        await m.sees("About five", "4 more")
        await tell(m, "six")
        await m.sees("About six", "5 more")
        assert "About trouble" in toasts(m), "it is more urgent than what is new"


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_in_the_chat_the_end_of_the_answer_stays_in_view(size: tuple[int, int]) -> None:
    async with monitor(screen="chat", sim=STILL, size=size, toasts=True) as m:
        await m.until(lambda: m.store.models.value is not None, "the models")
        await m.type("why?")
        await m.press("enter")
        await m.sees(" tok")
        bottom = m.text().splitlines()[size[1] // 2 :]
        await tell(m, "something else")
        await m.sees("About something else")
        assert m.text().splitlines()[size[1] // 2 :] == bottom
        await m.press("f5")
        await m.sees("Messages", "Z About something else")


async def test_however_a_message_wraps_the_one_below_it_is_seen() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 40), toasts=True) as one:
        for length in range(52, 62):
            one.app.tell("w" * length)
            one.app.tell(f"after {length}")
            await one.sees("w" * 50, f"after {length}")
            one.app.clear_notifications()
