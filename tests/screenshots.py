"""Make the pictures of `screenshots/`: `python -m tests.screenshots`.

The demo world runs in this process with a fixed seed; each screen is drawn as SVG and as PNG at 120×36.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import cairosvg

from prime_tui.ui.terminal.environment import prepare

prepare()

from tests.ui.monitor import Monitor, monitor  # noqa: E402 - the environment comes first

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SIZE = (120, 36)


async def _chat(one: Monitor) -> None:
    await one.type("Why is my reward flat after step 60?")
    await one.press("enter")
    await one.until(lambda: "tok/s" in one.text(), "a whole answer")


async def _settle(one: Monitor, name: str) -> None:
    await one.until(lambda: one.store.wallet.value and one.store.pods.value and one.store.runs.value, "data")
    if name == "chat":
        await one.until(lambda: one.store.models.value, "models")
        await _chat(one)
    if name == "runs":
        await one.until(lambda: any(True for _ in one.store.metrics.known()), "metrics")
    await one.pilot.pause(1.5)


async def _picture(name: str) -> None:
    async with monitor(size=SIZE, screen=name) as one:
        await _settle(one, name)
        svg = one.app.export_screenshot(title=f"prime-tui · {name}")
        (FOLDER / f"{name}.svg").write_text(svg)
        picture = svg.replace("Fira Code", "DejaVu Sans Mono")
        cairosvg.svg2png(bytestring=picture.encode(), write_to=str(FOLDER / f"{name}.png"), scale=1.0)
        print(f"screenshots/{name}.svg and .png")


def main() -> int:
    """Draw every screen."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ("wallet", "runs", "pods", "chat"):
        asyncio.run(_picture(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
