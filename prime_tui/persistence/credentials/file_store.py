"""The encrypted file as a store: its blocking calls beside the event loop, its errors as ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from prime_tui.domain.credentials import KeyAddress, Reason, StoreName, StoreTrouble
from prime_tui.domain.errors import StorageError
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.daemon_call import in_daemon_thread
from prime_tui.persistence.file_lock import LockBusy
from prime_tui.persistence.private_dir import UnsafePlace

if TYPE_CHECKING:
    from prime_tui.persistence.credentials.vault import Vault

T = TypeVar("T")


class FileStore:
    """Keys in our encrypted file; once unlocked it answers until `lock` or the end of the program."""

    name = StoreName.FILE
    is_writable = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._vault: Vault | None = None
        self._one_at_a_time = asyncio.Lock()

    async def probe(self) -> None:
        """Return when the file can be used; whether it is unlocked is another matter."""
        await self._with_vault(lambda vault: vault.exists())

    async def exists(self) -> bool:
        """Whether there is a file yet, and so a passphrase."""
        return await self._with_vault(lambda vault: vault.exists())

    async def is_locked(self) -> bool:
        """Whether there is a file whose passphrase is still wanted."""
        return await self._with_vault(lambda vault: vault.is_locked and vault.exists())

    async def unlock(self, passphrase: Secret, *, make: bool = False) -> None:
        """Unlock the file; with `make`, make it when there is none.

        Raises:
            StoreTrouble: The passphrase is wrong or empty, or the file cannot be used.
        """

        def work(vault: Vault) -> None:
            if make and not vault.exists():
                vault.create(passphrase.reveal())
            else:
                vault.unlock(passphrase.reveal())

        if not passphrase:
            raise self._trouble(
                Reason.LOCKED, "The passphrase is empty.", "Type the one of the encrypted file."
            )
        await self._with_vault(work)

    async def lock(self) -> None:
        """Forget the keys of the file."""
        await self._with_vault(lambda vault: vault.lock())

    async def destroy(self) -> bool:
        """Remove the file with all keys in it; return False when there was none."""
        return await self._with_vault(lambda vault: vault.destroy())

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none."""
        value = await self._with_vault(lambda vault: vault.get_password(address.service, address.user))
        return None if value is None else Secret(value)

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Keep the key."""
        await self._with_vault(
            lambda vault: vault.set_password(address.service, address.user, secret.reveal())
        )

    async def delete(self, address: KeyAddress) -> bool:
        """Remove the key."""
        from keyring.errors import PasswordDeleteError

        def work(vault: Vault) -> bool:
            if not vault.exists():
                return False
            try:
                vault.delete_password(address.service, address.user)
            except PasswordDeleteError:
                return False
            return True

        return await self._with_vault(work)

    async def _with_vault(self, work: Callable[[Vault], T]) -> T:
        """Run `work` in a thread: keyring and the cryptography are slow to import, too."""

        def run() -> T:
            from keyring.errors import KeyringError, KeyringLocked

            from prime_tui.persistence.credentials.vault import Vault

            if self._vault is None:
                self._vault = Vault(self._directory)
            try:
                return work(self._vault)
            except KeyringLocked as error:
                raise self._locked(str(error)) from None
            except UnsafePlace as error:
                raise self._trouble(Reason.REFUSED_MODE, error.message, error.hint) from error
            except LockBusy as error:
                raise self._trouble(Reason.TIMEOUT, error.message, error.hint) from error
            except StorageError as error:
                raise self._trouble(Reason.BROKEN, error.message, error.hint) from error
            except KeyringError as error:
                message = f"The encrypted file {self._vault.path} cannot be used: {error}."
                hint = "If it is damaged, move it away and sign in again."
                raise self._trouble(Reason.BROKEN, message, hint) from None

        async with self._one_at_a_time:
            return await in_daemon_thread(run)

    def _locked(self, problem: str) -> StoreTrouble:
        if problem == "locked":
            return self._trouble(Reason.LOCKED, "The encrypted file is locked.", "Give its passphrase.")
        return self._trouble(Reason.LOCKED, f"The encrypted file stays locked: {problem}.", "Try again.")

    @staticmethod
    def _trouble(reason: Reason, message: str, hint: str) -> StoreTrouble:
        return StoreTrouble(StoreName.FILE, reason, message, hint=hint)
