"""The wallet screen with many billing rows: `python -m tests.benchmarks.full_book ROWS BEATS_FILE`.

The real app and nothing behind it: reading a hundred thousand rows takes hours at any honest rate. A worker
notes every hundredth of a second that the loop is alive.
"""

from prime_tui.ui.terminal.environment import prepare

prepare()

import asyncio  # noqa: E402 - the environment comes before the toolkit
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NoReturn  # noqa: E402

from prime_tui.domain.clock import Clock, SystemClock  # noqa: E402
from prime_tui.persistence.paths import Paths  # noqa: E402
from prime_tui.store.store import Store  # noqa: E402
from prime_tui.ui.app import PrimeApp  # noqa: E402
from tests.store.making import row, wallet  # noqa: E402

PAGE, BEAT_S = 100, 0.01
KINDS = ("compute", "compute", "inference", "disks")


def full_store(rows: int) -> Store:
    """Return a store in which that many rows were read."""
    store, now = Store(), datetime.now(UTC)
    quarter = timedelta(minutes=15)
    for offset in range(0, rows, PAGE):
        page = wallet(
            *(
                row(
                    f"bil-{number:07d}",
                    f"{number % 97}.{number % 89:02d}",
                    created=now - quarter * (number + 1),
                    billed=now - quarter * number,
                    kind=KINDS[number % len(KINDS)],
                    resource=f"3f2a{number:09d}-aaaa-bbbb",
                )
                for number in range(offset, offset + PAGE)
            ),
            total=rows,
        )
        store.wallet_loaded(page, now) if offset == 0 else store.billing_page_loaded(page, offset, now)
    return store


class Program(PrimeApp):
    """The app with a pulse."""

    def on_ready(self) -> None:
        """Begin to beat."""
        self.run_worker(self.beat())

    async def beat(self) -> None:
        """Note how long the loop was busy with something else."""
        beats, before = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT), time.monotonic()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.monotonic()
            os.write(beats, f"{now - before - BEAT_S}\n".encode())
            before = now


async def nothing_to_connect(_: Store, __: Clock) -> NoReturn:
    """Leave the store as it is."""
    await asyncio.Event().wait()
    raise AssertionError


if __name__ == "__main__":
    state = Path(os.environ["HOME"]) / "state"
    paths = Paths(state, state)
    paths.make_state_dir()
    Program(full_store(int(sys.argv[1])), SystemClock(), nothing_to_connect, paths=paths).run()
