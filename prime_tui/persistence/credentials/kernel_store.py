"""The kernel's keyring as a store: no disk and no passphrase, and nothing is left after a reboot."""

from __future__ import annotations

from prime_tui.domain.credentials import KeyAddress, Reason, StoreName, StoreTrouble
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.kernel_keys import KernelKeys, NoKernelKeys

_PROBED = KeyAddress("", "probe")


class KernelStore:
    """Keys in the keyring of this user; the calls are short and answer at once."""

    name = StoreName.KERNEL
    is_writable = True

    async def probe(self) -> None:
        """Return when a key could be read; a container may forbid it."""
        await self.get(_PROBED)

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none."""
        try:
            content = KernelKeys().get(_name(address))
            return None if content is None else Secret(content.decode())
        except (OSError, ValueError) as error:
            raise _trouble(error) from error

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Keep the key until the machine restarts."""
        try:
            KernelKeys().set(_name(address), secret.reveal().encode())
        except OSError as error:
            raise _trouble(error) from error

    async def delete(self, address: KeyAddress) -> bool:
        """Remove the key."""
        try:
            return KernelKeys().delete(_name(address))
        except OSError as error:
            raise _trouble(error) from error


def _name(address: KeyAddress) -> str:
    return f"{address.service}:{address.user}"


def _trouble(error: OSError | ValueError) -> StoreTrouble:
    hint = "Choose another store with `prime-tui auth login --store file`, or set PRIME_API_KEY."
    problem = (error.strerror or "").lower() if isinstance(error, OSError) else "it holds something else"
    if isinstance(error, NoKernelKeys):
        message = f"The kernel keyring cannot be used here: {problem}."
        return StoreTrouble(StoreName.KERNEL, Reason.NO_BACKEND, message, hint=hint)
    return StoreTrouble(StoreName.KERNEL, Reason.BROKEN, f"The kernel keyring fails: {problem}.", hint=hint)
