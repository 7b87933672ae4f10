"""What fails where nobody waits for it is told."""

from __future__ import annotations

import asyncio

from tests.ui.monitor import monitor


async def test_something_that_was_put_off_and_fails_is_told_and_the_screen_lives_on() -> None:
    async with monitor(toasts=True) as m:
        await m.sees("burning now")
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await m.sees("ZeroDivisionError")
        await m.press("f3")
        await m.sees("── pods")
