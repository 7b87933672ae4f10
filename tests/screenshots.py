"""Make the pictures of `screenshots/`: `python -m tests.screenshots`.

The demo world runs in this process with a fixed seed; each screen is drawn as SVG and as PNG at 120×36.
"""

from __future__ import annotations

import asyncio
import re
import sys
from html import escape, unescape
from pathlib import Path

import cairosvg

from prime_tui.ui.terminal.environment import prepare

prepare()

from tests.ui.monitor import Monitor, monitor  # noqa: E402 - the environment comes first

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SIZE = (120, 36)
CALLS_PER_H = 1000
CELL = 12.2
"""How wide a cell of the drawing is."""
TEXT = re.compile(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*"[^>]*>([^<]*)</text>')
BRAILLE = re.compile("[\u2801-\u28ff]")
BRAILLE_STYLE = ' style="font-family: DejaVu Sans; font-size: 16.6px"'


async def _chat(one: Monitor) -> None:
    await one.type("Why is my reward flat after step 60?")
    await one.press("enter")
    await one.until(lambda: "tok/s" in one.text() and "▌" not in one.text(), "a whole answer")


async def _settle(one: Monitor, name: str) -> None:
    await one.until(lambda: one.store.wallet.value and one.store.pods.value and one.store.runs.value, "data")
    if name == "chat":
        await one.until(lambda: one.store.models.value, "models")
        await _chat(one)
    if name == "pods":
        await one.press("j", "j")
    if name == "runs":
        await one.press("j", "j")
        await one.until(lambda: any(True for _ in one.store.metrics.known()), "metrics")
    await one.pilot.pause(1.5)


def _for_cairo(svg: str) -> str:
    """Cairo takes one font for a text, and distances of its own: a font that is there, sign by sign.

    That font has no braille; its sister has, but wider.
    """

    def placed(found: re.Match[str]) -> str:
        look, left, top, text = found.groups()
        return "".join(
            f'<text class="{look}" x="{float(left) + CELL * n:.1f}" y="{top}"'
            f"{BRAILLE_STYLE if BRAILLE.match(sign) else ''}>{escape(sign)}</text>"
            for n, sign in enumerate(unescape(text))
            if not sign.isspace()
        )

    return TEXT.sub(placed, svg.replace("Fira Code", "DejaVu Sans Mono"))


async def _picture(name: str) -> None:
    async with monitor(size=SIZE, screen=name, calls_per_h=CALLS_PER_H) as one:
        await _settle(one, name)
        svg = one.app.export_screenshot(title=f"prime-tui · {name}")
        (FOLDER / f"{name}.svg").write_text(svg)
        picture = _for_cairo(svg).encode()
        cairosvg.svg2png(bytestring=picture, write_to=str(FOLDER / f"{name}.png"), scale=1.0)
        print(f"screenshots/{name}.svg and .png")


def main() -> int:
    """Draw every screen."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ("wallet", "runs", "pods", "chat"):
        asyncio.run(_picture(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
