"""The simulated service as a process of its own, and the strings behind it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import httpx


@dataclass(frozen=True)
class World:
    """A running service.

    Attributes:
        url: Its address.
        speed: World seconds a second.
    """

    url: str
    speed: float
    _control: httpx.Client

    def clock(self) -> tuple[float, datetime]:
        """Return a second of the machine's monotonic clock and what the world's clock showed then."""
        before_s = time.monotonic()
        state = self._state()
        middle_s = (before_s + time.monotonic()) / 2
        return middle_s, datetime.fromisoformat(str(state["now"]))

    def balance_usd(self) -> Decimal:
        """Return what the personal wallet holds now."""
        balances = self._state()["balances_usd"]
        assert isinstance(balances, dict)
        return Decimal(str(balances["personal"]))

    def take_calls(self) -> int:
        """Return how many requests came since the last time."""
        counts = self._control.get("requests").json()["counts"]
        self._control.delete("requests")
        return sum(counts.values())

    def fault(self, kind: str) -> None:
        """Let every request meet a fault."""
        latency_ms = {"latency": 3000.0, "drip": 20.0}.get(kind, 0.0)
        self._control.post(
            "faults", json={"kind": kind, "status": 503, "latency_ms": latency_ms}
        ).raise_for_status()

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._control.delete("faults").raise_for_status()

    def require_key(self, key: str) -> None:
        """Refuse every other key from now on."""
        self._control.post("key", json={"key": key}).raise_for_status()

    def _state(self) -> dict[str, object]:
        state: dict[str, object] = self._control.get("state").raise_for_status().json()
        return state


@contextmanager
def world(*, speed: float, scenario: str, seed: int, key: str) -> Iterator[World]:
    """Start a service that accepts only `key`."""
    command = [
        *(sys.executable, "-m", "prime_tui", "simulate", "--until-stdin-closes", "--require-key", key),
        *("--speed", str(speed), "--scenario", scenario, "--seed", str(seed)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            with httpx.Client(base_url=f"{url}/_sim/", trust_env=False, timeout=60) as control:
                yield World(url, speed, control)
        finally:
            process.terminate()
