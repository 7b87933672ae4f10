"""What happens to the program from outside: faults, sizes, keys, a terminal that is not read, a stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from prime_tui.sim.faults import KINDS
from tests.soak.program import COLUMNS, ROWS, Program
from tests.soak.world import World

SIZES = ((80, 24), (120, 40), (160, 48), (100, 30), (60, 15), (40, 10), (220, 60))
SPELL_S = (4.0, 12.0)
"""How long a fault, a stop or a detachment lasts."""
REST_S = (15.0, 40.0)
"""How long nothing happens between two of them."""


class Weather:
    """One disturbance at a time. `turn` is called when the time has come, and says when it wants to be next.

    Attributes:
        is_reading: Whether the terminal reads what the program writes, and somebody types.
        is_faulty: Whether the service has trouble.
        seen: How often each kind happened.
    """

    def __init__(self, chance: Random, program: Program, world: World, key_file: Path) -> None:
        self._chance = chance
        self._program = program
        self._world = world
        self._key_file = key_file
        self._keys = 0
        self.is_reading = True
        self.is_faulty = False
        self.seen: dict[str, int] = {}
        self._course = self._turns()

    def turn(self) -> float:
        """Let the next thing happen; return after how many seconds to come again."""
        return next(self._course)

    def clear_up(self) -> None:
        """End whatever goes on."""
        os.kill(self._program.pid, signal.SIGCONT)
        self._world.clear_faults()
        self.is_reading, self.is_faulty = True, False
        self._course = self._turns()

    def _turns(self) -> Iterator[float]:
        disturbances: tuple[Callable[[], Iterator[float]], ...] = (
            *(self._fault, self._fault, self._fault, self._resize, self._resize),
            *(self._rotate_key, self._detach, self._stop),
        )
        while True:
            yield self._chance.uniform(*REST_S)
            yield from self._chance.choice(disturbances)()

    def _note(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1

    def _spell(self) -> float:
        return self._chance.uniform(*SPELL_S)

    def _fault(self) -> Iterator[float]:
        kind = self._chance.choice(KINDS)
        self._note(f"fault {kind}")
        self._world.fault(kind)
        self.is_faulty = True
        yield self._spell()
        self._world.clear_faults()
        self.is_faulty = False

    def _resize(self) -> Iterator[float]:
        columns, rows = self._chance.choice(SIZES)
        self._note(f"size {columns}×{rows}")
        self._program.resize(columns, rows)
        yield self._spell()
        if rows < ROWS:  # little is shown on a small one
            self._program.resize(COLUMNS, ROWS)

    def _rotate_key(self) -> Iterator[float]:
        self._note("another key")
        self._keys += 1
        new = f"soak-key-{self._keys}"
        write_key(self._key_file, new)
        self._world.require_key(new)
        yield self._spell()

    def _detach(self) -> Iterator[float]:
        self._note("terminal not read")
        self.is_reading = False
        yield self._spell()
        self.is_reading = True

    def _stop(self) -> Iterator[float]:
        self._note("stopped")
        self.is_reading = False
        os.kill(self._program.pid, signal.SIGSTOP)
        yield self._spell()
        os.kill(self._program.pid, signal.SIGCONT)
        self.is_reading = True


def write_key(file: Path, key: str) -> None:
    """Put a key into its file in one step, as a secret manager does."""
    new = file.with_suffix(".new")
    new.write_text(f"{key}\n")
    new.chmod(0o600)
    new.replace(file)
