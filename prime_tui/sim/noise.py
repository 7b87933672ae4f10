"""Randomness without a sequence: every draw is a pure function of the seed and a key."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Noise:
    """Draws that do not depend on the order or the number of the draws before them.

    This is what makes the world independent of how often it is looked at.
    """

    def __init__(self, seed: int) -> None:
        self._prefix = f"{seed}|"

    def digest(self, *key: object) -> str:
        """Return 32 hexadecimal digits for the key."""
        text = self._prefix + "|".join(map(str, key))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def unit(self, *key: object) -> float:
        """Return a number in [0, 1)."""
        return int(self.digest(*key)[:13], 16) / 16**13

    def between(self, low: float, high: float, *key: object) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.unit(*key)

    def whole(self, low: int, high: int, *key: object) -> int:
        """Return an integer in [low, high], both included."""
        return low + int(self.unit(*key) * (high - low + 1))

    def pick(self, choices: Sequence[T], *key: object) -> T:
        """Return one of the choices."""
        return choices[int(self.unit(*key) * len(choices))]

    def usd(self, low: float, high: float, places: int, *key: object) -> Decimal:
        """Return an amount of money with that many decimal places."""
        return Decimal(f"{self.between(low, high, *key):.{places}f}")

    def uuid(self, *key: object) -> str:
        """Return an identifier in the shape of a UUID."""
        digits = self.digest(*key)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-9{digits[17:20]}-{digits[20:]}"

    def short_id(self, prefix: str, *key: object) -> str:
        """Return `prefix` followed by ten letters and digits."""
        return f"{prefix}{self.digest(prefix, *key)[:10]}"
