"""Keep what the screens read now: `python -m tests.ui.snapshots.keep [screen ...]`; then see `git diff`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "golden"


def main(screens: list[str]) -> int:
    """Write the texts of these screens, or of all."""
    from prime_tui.ui.terminal.environment import prepare

    prepare()
    from tests.ui.snapshots.scenes import SCENES

    for scene in SCENES:
        if not screens or scene.screen in screens:
            for name, text in asyncio.run(scene.play()).items():
                (GOLDEN / name).write_text(text, encoding="utf-8")
                print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
