"""The stores without secrets of their own: this session only, and plain text for those who insist."""

from __future__ import annotations

import json
from pathlib import Path

from prime_tui.domain.credentials import KeyAddress, Reason, StoreName, StoreTrouble
from prime_tui.domain.errors import StorageError
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.daemon_call import in_daemon_thread
from prime_tui.persistence.file_lock import LockBusy, locked
from prime_tui.persistence.private_dir import PrivateDir, UnsafePlace

PLAINTEXT_NAME = "keys-in-plain-text.json"
MOST_BYTES = 1_000_000


class MemoryStore:
    """Keys of this session; they end with the program."""

    name = StoreName.MEMORY
    is_writable = True

    def __init__(self) -> None:
        self._keys: dict[KeyAddress, Secret] = {}

    async def probe(self) -> None:
        """Return: memory is always there."""

    def peek(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none, without waiting."""
        return self._keys.get(address)

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none."""
        return self.peek(address)

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Keep the key."""
        self._keys[address] = secret

    async def delete(self, address: KeyAddress) -> bool:
        """Forget the key."""
        return self._keys.pop(address, None) is not None


class PlaintextStore:
    """Keys in a private file, readable by whoever reads the disk; only where the configuration says so."""

    name = StoreName.PLAINTEXT
    is_writable = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def probe(self) -> None:
        """Return when the place is fit."""
        await in_daemon_thread(self._read)

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none."""
        value = (await in_daemon_thread(self._read)).get(_entry(address))
        return Secret(value) if isinstance(value, str) else None

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Write the key."""
        await in_daemon_thread(lambda: self._change(_entry(address), secret.reveal()))

    async def delete(self, address: KeyAddress) -> bool:
        """Remove the key."""
        return await in_daemon_thread(lambda: self._change(_entry(address), None))

    def _read(self) -> dict[str, object]:
        try:
            with PrivateDir(self._directory, make=False) as directory:
                return _parsed(directory)
        except FileNotFoundError:
            return {}
        except StorageError as error:
            raise _trouble(error) from error

    def _change(self, entry: str, value: str | None) -> bool:
        try:
            with PrivateDir(self._directory) as directory, locked(directory, PLAINTEXT_NAME):
                entries = _parsed(directory)
                known = entries.pop(entry, None) is not None
                if value is not None:
                    entries[entry] = value
                if value is not None or known:
                    directory.replace(PLAINTEXT_NAME, json.dumps(entries, indent=1).encode())
        except StorageError as error:
            raise _trouble(error) from error
        return known


def _entry(address: KeyAddress) -> str:
    return f"{address.service} {address.user}"


def _parsed(directory: PrivateDir) -> dict[str, object]:
    content = directory.read(PLAINTEXT_NAME, most_bytes=MOST_BYTES)
    try:
        entries = {} if content is None else json.loads(content)
    except (ValueError, RecursionError):
        entries = None
    if not isinstance(entries, dict):
        raise StorageError(f"{directory.path / PLAINTEXT_NAME} is not JSON.", hint="Move it away.")
    return entries


def _trouble(error: StorageError) -> StoreTrouble:
    reason = Reason.BROKEN
    if isinstance(error, UnsafePlace):
        reason = Reason.REFUSED_MODE
    elif isinstance(error, LockBusy):
        reason = Reason.TIMEOUT
    return StoreTrouble(StoreName.PLAINTEXT, reason, error.message, hint=error.hint)
