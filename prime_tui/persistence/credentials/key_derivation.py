"""From a passphrase to keys: argon2id where the library has it, scrypt elsewhere."""

from __future__ import annotations

import base64
import os
import unicodedata
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SALT_BYTES, KEY_BYTES = 16, 32
ARGON2_MEMORY_KIB, ARGON2_ITERATIONS, ARGON2_LANES = 64 * 1024, 3, 1
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1
# More than this in a file is damage, and would only eat the machine's memory.
_MOST = {"memory_kib": 1 << 20, "iterations": 32, "lanes": 16, "n": 1 << 20, "r": 16, "p": 4}


class UnknownDerivation(ValueError):
    """The file asks for a way of deriving keys that this program or this machine does not have."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """One key that encrypts the items and one that hides their names."""

    sealing: bytes
    naming: bytes


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a passphrase becomes keys; written in clear at the head of the file."""

    name: str
    salt: bytes
    costs: tuple[tuple[str, int], ...]

    @classmethod
    def new(cls) -> Derivation:
        """Return the best derivation that this machine has, with a new salt."""
        salt = os.urandom(SALT_BYTES)
        argon2 = cls(
            "argon2id",
            salt,
            (("memory_kib", ARGON2_MEMORY_KIB), ("iterations", ARGON2_ITERATIONS), ("lanes", ARGON2_LANES)),
        )
        try:
            argon2._function()
        except UnknownDerivation:
            return cls("scrypt", salt, (("n", SCRYPT_N), ("r", SCRYPT_R), ("p", SCRYPT_P)))
        return argon2

    @classmethod
    def from_json(cls, value: Any) -> Derivation:  # noqa: ANN401 - it comes from a file
        """Read what `to_json` wrote.

        Raises:
            UnknownDerivation: It is not that.
        """
        if not isinstance(value, dict) or not isinstance(value.get("salt"), str):
            raise UnknownDerivation("no derivation")
        costs = tuple((name, cost) for name, cost in value.items() if name not in ("name", "salt"))
        if any(type(cost) is not int or not 0 < cost <= _MOST.get(name, 0) for name, cost in costs):
            raise UnknownDerivation("a cost that makes no sense")
        try:
            salt = base64.b64decode(value["salt"], validate=True)
        except ValueError:
            raise UnknownDerivation("a salt that makes no sense") from None
        return cls(str(value.get("name")), salt, costs)

    def to_json(self) -> dict[str, object]:
        """Return the head of the file."""
        return {"name": self.name, **dict(self.costs), "salt": base64.b64encode(self.salt).decode()}

    def keys(self, passphrase: str) -> Keys:
        """Derive the keys; takes a good part of a second on purpose.

        Raises:
            UnknownDerivation: This machine cannot.
        """
        # The same passphrase typed on two systems may differ in how accents are composed.
        material = self._function().derive(
            unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
        )
        return Keys(material[:KEY_BYTES], material[KEY_BYTES:])

    def _function(self) -> Argon2id | Scrypt:
        costs = dict(self.costs)
        try:
            if self.name == "argon2id":
                return Argon2id(
                    salt=self.salt,
                    length=2 * KEY_BYTES,
                    iterations=costs["iterations"],
                    lanes=costs["lanes"],
                    memory_cost=costs["memory_kib"],
                )
            if self.name == "scrypt":
                return Scrypt(self.salt, 2 * KEY_BYTES, costs["n"], costs["r"], costs["p"])
        except (KeyError, ValueError, UnsupportedAlgorithm):
            raise UnknownDerivation(f"this machine cannot compute it ({self.name})") from None
        raise UnknownDerivation("neither argon2id nor scrypt")
