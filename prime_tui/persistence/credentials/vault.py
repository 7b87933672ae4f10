"""Our encrypted file: a keyring backend that needs no desktop, no prompt and no daemon.

The file is JSON. In clear: the format, how keys are derived, how many items there are. Sealed with
ChaCha20-Poly1305: each item, bound to its name. Names are keyed hashes. The salt makes the keys those of this
file, so nothing of another one fits.

    {"format": 1, "derivation": {...}, "check": "<sealed>", "items": {"<keyed hash>": "<sealed>"}}
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError, PasswordSetError

from prime_tui.persistence.credentials.key_derivation import Derivation, Keys, UnknownDerivation
from prime_tui.persistence.file_lock import locked
from prime_tui.persistence.private_dir import PrivateDir

FORMAT = 1
MOST_BYTES = 1_000_000
NONCE_BYTES = 12
CHECK = b"check"


class VaultDamaged(KeyringError):
    """The file is not one of ours any more, or an item was changed by somebody without the passphrase."""


@dataclass(slots=True)
class _Document:
    head: dict[str, Any]
    check: str
    items: dict[str, str]


class Vault(KeyringBackend):
    """The backend; locked until `unlock` or `create` is given the passphrase, which is not kept.

    Every call reads the file anew under its lock, so any number of processes may use it at once. Paths are
    checked as `PrivateDir` says. Calls block, but never longer than the lock is waited for.
    """

    priority: ClassVar[float] = 0
    """Never chosen by discovery."""

    # The base class would take attributes from KEYRING_PROPERTY_* variables of the environment.
    def __init__(self, directory: Path, name: str = "keys.vault") -> None:
        self._directory = directory
        self._name = name
        self._keys: Keys | None = None
        self._check: str | None = None

    def __repr__(self) -> str:
        return f"<Vault {'locked' if self.is_locked else 'unlocked'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a vault is not pickled")

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._directory / self._name

    @property
    def is_locked(self) -> bool:
        """Whether the passphrase is still wanted."""
        return self._keys is None

    def exists(self) -> bool:
        """Whether there is a file yet.

        Raises:
            VaultDamaged, UnsafePlace, StorageError: It cannot be used.
        """
        with self._open(make=False) as directory:
            return directory is not None and self._read(directory) is not None

    def create(self, passphrase: str) -> None:
        """Make an empty file with this passphrase and unlock it.

        Raises:
            PasswordSetError: The passphrase is empty, or there is a file already.
        """
        if not passphrase:
            raise PasswordSetError("an empty passphrase protects nothing")
        derivation = Derivation.new()
        keys = derivation.keys(passphrase)
        document = _Document({"format": FORMAT, "derivation": derivation.to_json()}, "", {})
        document.check = _seal(keys, CHECK, b"prime-tui")
        with self._exclusive() as directory:
            if self._read(directory) is not None:
                raise PasswordSetError("there is an encrypted file already")
            self._write(directory, document)
        self._keys, self._check = keys, document.check

    def unlock(self, passphrase: str) -> None:
        """Derive the keys and remember them.

        Raises:
            KeyringLocked: The passphrase is wrong, or there is no file.
            VaultDamaged: The file makes no sense.
        """
        with self._open(make=False) as directory:
            document = None if directory is None else self._read(directory)
        if document is None:
            raise KeyringLocked("there is no encrypted file yet")
        try:
            keys = Derivation.from_json(document.head["derivation"]).keys(passphrase)
        except UnknownDerivation as error:
            raise VaultDamaged(str(error)) from None
        if _opened(keys, CHECK, document.check) is None:
            raise KeyringLocked("the passphrase is wrong")
        self._keys, self._check = keys, document.check

    def lock(self) -> None:
        """Forget the keys."""
        self._keys = self._check = None

    def destroy(self) -> bool:
        """Remove the file with everything in it; return False when there was none."""
        self.lock()
        with self._open(make=False) as directory:
            return directory is not None and directory.remove(self._name)

    # -- what every keyring backend can do -----------------------------------------

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret, None when there is no such item.

        Raises:
            KeyringLocked: There is a file and it is locked, or it is not the one that was unlocked.
            VaultDamaged: Somebody changed the item.
        """
        with self._open(make=False) as directory:
            document = None if directory is None else self._read(directory)
        if document is None and self._keys is None:
            return None
        keys, document = self._unlocked(document)
        sealed = document.items.get(_item_id(keys, service, username))
        if sealed is None:
            return None
        value = _opened(keys, _binding(service, username), sealed)
        if value is None:
            raise VaultDamaged("an item was changed")
        return value.decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret.

        Raises:
            KeyringLocked: As for `get_password`.
        """
        with self._exclusive() as directory:
            keys, document = self._unlocked(self._read(directory))
            binding = _binding(service, username)
            document.items[_item_id(keys, service, username)] = _seal(keys, binding, password.encode())
            self._write(directory, document)

    def delete_password(self, service: str, username: str) -> None:
        """Remove a secret.

        Raises:
            PasswordDeleteError: There is no such item.
            KeyringLocked: As for `get_password`.
        """
        with self._exclusive() as directory:
            keys, document = self._unlocked(self._read(directory))
            if document.items.pop(_item_id(keys, service, username), None) is None:
                raise PasswordDeleteError("no such item")
            self._write(directory, document)

    # -- the file --------------------------------------------------------------------

    @contextmanager
    def _open(self, *, make: bool) -> Iterator[PrivateDir | None]:
        try:
            directory = PrivateDir(self._directory, make=make)
        except FileNotFoundError:
            yield None
            return
        with directory:
            yield directory

    @contextmanager
    def _exclusive(self) -> Iterator[PrivateDir]:
        with PrivateDir(self._directory) as directory, locked(directory, self._name):
            directory.sweep(self._name)
            yield directory

    def _unlocked(self, document: _Document | None) -> tuple[Keys, _Document]:
        if document is None or self._check != document.check:
            # Removed, or made anew with another passphrase by another process.
            self.lock()
        if document is None or self._keys is None:
            raise KeyringLocked("locked")
        return self._keys, document

    def _read(self, directory: PrivateDir) -> _Document | None:
        content = directory.read(self._name, most_bytes=MOST_BYTES)
        if content is None:
            return None
        try:
            value = json.loads(content)
            head = {"format": value["format"], "derivation": value["derivation"]}
            check, items = value["check"], value["items"]
            is_ours = head["format"] == FORMAT and all(isinstance(t, str) for t in (check, *items.values()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            is_ours = False
        if not is_ours:
            raise VaultDamaged("it is not an encrypted file of this program")
        return _Document(head, check, items)

    def _write(self, directory: PrivateDir, document: _Document) -> None:
        content = json.dumps({**document.head, "check": document.check, "items": document.items}).encode()
        if len(content) > MOST_BYTES:
            raise PasswordSetError("the encrypted file is full")
        directory.replace(self._name, content)


def _item_id(keys: Keys, service: str, username: str) -> str:
    return hmac.new(keys.naming, _binding(service, username), "sha256").hexdigest()


def _binding(service: str, username: str) -> bytes:
    return json.dumps([service, username]).encode()


def _seal(keys: Keys, binding: bytes, value: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + ChaCha20Poly1305(keys.sealing).encrypt(nonce, value, binding)).decode()


def _opened(keys: Keys, binding: bytes, sealed: str) -> bytes | None:
    """Return the value, None when it does not pass its check."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return ChaCha20Poly1305(keys.sealing).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], binding)
    except (InvalidTag, ValueError):
        return None
