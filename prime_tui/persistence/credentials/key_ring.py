"""The key ring: finds, keeps and forgets the key of a profile, in whichever store it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import Found, KeySource, Reason, StoreChoice, StoreName, StoreTrouble
from prime_tui.domain.errors import PrimeError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.command_store import CommandStore
from prime_tui.persistence.credentials.daemon_call import in_daemon_thread
from prime_tui.persistence.credentials.file_store import FileStore
from prime_tui.persistence.credentials.kernel_store import KernelStore
from prime_tui.persistence.credentials.key_file import key_from_file
from prime_tui.persistence.credentials.secret_service import SecretServiceStore
from prime_tui.persistence.credentials.secret_store import SecretStore
from prime_tui.persistence.credentials.simple_stores import MemoryStore, PlaintextStore

NOTES = {
    StoreName.SECRET_SERVICE: "The desktop's keyring; unlocked by whoever logs in.",
    StoreName.FILE: "An encrypted file, unlocked with a passphrase at each start.",
    StoreName.KERNEL: "The kernel's memory: until a reboot, or until nothing of yours runs here.",
    StoreName.COMMAND: "The configured command prints the key; it only reads.",
    StoreName.MEMORY: "This session only; the key is asked for again at the next start.",
    StoreName.PLAINTEXT: "Plain text on the disk, as the configuration allows. Whoever reads it has the key.",
}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a sign-out did.

    Attributes:
        removed: The stores that held the key and do not any more; read back.
        unchecked: The stores that could not be asked and may still hold a copy.
    """

    removed: tuple[StoreName, ...]
    unchecked: tuple[StoreTrouble, ...]


class KeyRing:
    """One for the whole program. Nothing here blocks the event loop or the end of the program.

    The order of looking: what the command line or the environment gave for the profile, a key of this
    session, the profile's store. Only the last touches a store. A key is never moved to another store.

    Args:
        directory: Where the encrypted file is.
        given: Keys that need no store, by the name of the profile: from a flag, from the environment, or from
            the official client's configuration when a person asked for it.
        remember: Called with a profile whose key was put into a store, to write the store's name down.
        redactor: Learns every secret that passes through.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Clock,
        environment: Mapping[str, str],
        given: Mapping[str, Found] | None = None,
        remember: Callable[[Profile], None] = lambda _: None,
        redactor: Redactor | None = None,
    ) -> None:
        self._given = dict(given or {})
        self._remember = remember
        self._redactor = redactor or Redactor()
        self._environment = environment
        self._memory = MemoryStore()
        self._file = FileStore(directory)
        self._secret_service = SecretServiceStore(clock, environment)
        self._kernel = KernelStore()
        self._plaintext = PlaintextStore(directory)
        for found in self._given.values():
            self._learn(found.key)

    async def find(self, profile: Profile, *, ask_again: bool = False) -> Found:
        """Look for the key; never raises, the result says why there is none.

        Nothing is cached: a key that was replaced in its store, or in the file that the command line names,
        is found by the next call.

        Args:
            profile: Whose key.
            ask_again: A person wants it: ask a store too that was silent a moment ago.
        """
        at_hand = self.at_hand(profile)
        if at_hand is not None:
            return at_hand if at_hand.file is None else await self._read_again(at_hand, at_hand.file)
        if not profile.may_use_stored_key:
            return Found(None, KeySource.NONE, profile.store, None, _foreign_address(profile))
        if profile.store is None:
            return Found(None, KeySource.NONE, None, None, f"No key is kept for {profile.origin}.")
        if ask_again:
            self._secret_service.ask_again()
        try:
            key = await self._store(profile, profile.store).get(profile.address)
        except StoreTrouble as trouble:
            return Found(None, KeySource.NONE, trouble.store, trouble.reason, str(trouble))
        if key is None:
            message = (
                f"The store {profile.store} has no key of {profile.account!r} for {profile.origin}:"
                " a stored key belongs to the address that it was stored for."
            )
            return Found(None, KeySource.NONE, profile.store, None, message)
        self._learn(key)
        return Found(key, KeySource.STORE, profile.store)

    async def _read_again(self, given: Found, file: Path) -> Found:
        try:
            key = await in_daemon_thread(lambda: key_from_file(file))
        except PrimeError as error:
            return replace(given, key=None, message=str(error))
        self._learn(key)
        return replace(given, key=key)

    def adopt(self, profile: Profile, found: Found) -> None:
        """Note that the key at hand is another one by now: its file was replaced."""
        if found.file is not None and profile.name in self._given:
            self._given[profile.name] = found

    def at_hand(self, profile: Profile) -> Found | None:
        """Return the key that needs no store: one that was given, or one of this session."""
        given = self._given.get(profile.name)
        of_session = self._memory.peek(profile.address)
        if given is not None or of_session is None:
            return given
        return Found(of_session, KeySource.STORE, StoreName.MEMORY)

    async def keep(
        self, profile: Profile, store: StoreName, secret: Secret, passphrase: Secret | None = None
    ) -> Profile:
        """Put a key into a store, read it back, and return the profile that finds it there.

        From then on it replaces a key that the command line or the environment gave.

        Args:
            profile: Whose key.
            store: Where to.
            secret: The key.
            passphrase: Of the encrypted file, which is made when there is none; needed when it is locked.

        Raises:
            StoreTrouble: It is not kept there; nothing was put anywhere else instead.
        """
        self._learn(secret)
        chosen = self._store(profile, store)
        if store is StoreName.FILE and passphrase is not None:
            self._learn(passphrase)
            await self._file.unlock(passphrase, make=True)
        if store is StoreName.SECRET_SERVICE:
            self._secret_service.ask_again()
        await chosen.set(profile.address, secret)
        if await chosen.get(profile.address) != secret:
            raise StoreTrouble(
                store,
                Reason.BROKEN,
                f"The store {store} took the key and does not give it back.",
                hint="Choose another one.",
            )
        self._given.pop(profile.name, None)
        if store is StoreName.MEMORY:
            return profile
        await self._memory.delete(profile.address)
        kept = replace(profile, store=store)
        self._remember(kept)
        return kept

    async def forget(self, profile: Profile) -> Forgotten:
        """Remove the profile's key from every store that may hold one, and from this session."""
        self._given.pop(profile.name, None)
        removed: list[StoreName] = []
        unchecked: list[StoreTrouble] = []
        for name in self._offered(profile):
            store = self._store(profile, name)
            if not store.is_writable:
                continue
            try:
                was_there = await store.delete(profile.address)
                if await store.get(profile.address) is not None:
                    raise StoreTrouble(name, Reason.BROKEN, f"The store {name} did not let go of the key.")
            except StoreTrouble as trouble:
                if trouble.reason is not Reason.NO_BACKEND:
                    unchecked.append(trouble)
            else:
                removed += [name] if was_there else []
        return Forgotten(tuple(removed), tuple(unchecked))

    async def stores(self, profile: Profile) -> tuple[StoreChoice, ...]:
        """Return every store that may be chosen for the profile, probed now; takes at most some seconds."""
        self._secret_service.ask_again()
        return tuple(await asyncio.gather(*(self._probed(profile, name) for name in self._offered(profile))))

    def use(self, profile: Profile, secret: Secret, source: KeySource) -> None:
        """Use a key for this session without keeping it, such as one of the official client's."""
        self._learn(secret)
        self._given[profile.name] = Found(secret, source)

    def withdraw(self, profile_name: str) -> None:
        """Use no longer what the command line, the environment or the official client gave for a profile."""
        self._given.pop(profile_name, None)

    async def unlock(self, passphrase: Secret) -> None:
        """Unlock the encrypted file for the rest of the session.

        Raises:
            StoreTrouble: The passphrase is wrong, or there is no file.
        """
        self._learn(passphrase)
        await self._file.unlock(passphrase)

    async def lock(self) -> None:
        """Lock the encrypted file; the key in use goes on being used."""
        await self._file.lock()

    async def wants_passphrase(self, store: StoreName) -> bool:
        """Whether a passphrase is needed before this store can be used.

        Raises:
            StoreTrouble: The encrypted file cannot be used.
        """
        return store is StoreName.FILE and await self._file.is_locked()

    async def has_file(self) -> bool:
        """Whether there is an encrypted file, so that its passphrase is asked for and not chosen.

        Raises:
            StoreTrouble: The encrypted file cannot be used.
        """
        return await self._file.exists()

    async def destroy_file(self) -> bool:
        """Remove the encrypted file with the keys of all profiles; return False when there was none.

        Raises:
            StoreTrouble: It cannot be removed.
        """
        return await self._file.destroy()

    # -- the stores --------------------------------------------------------------------

    def _offered(self, profile: Profile) -> list[StoreName]:
        offered = [StoreName.SECRET_SERVICE, StoreName.FILE, StoreName.KERNEL]
        offered += [StoreName.COMMAND] if profile.credential_command else []
        offered += [StoreName.MEMORY]
        offered += [StoreName.PLAINTEXT] if profile.allow_plaintext else []
        return offered

    def _store(self, profile: Profile, name: StoreName) -> SecretStore:
        if name is StoreName.PLAINTEXT and not profile.allow_plaintext:
            raise StoreTrouble(
                name,
                Reason.NO_BACKEND,
                "Keys are not kept in plain text.",
                hint=f"Only allow_plaintext = true in [profiles.{profile.name}] of config.toml permits it.",
            )
        stores: dict[StoreName, SecretStore] = {
            StoreName.SECRET_SERVICE: self._secret_service,
            StoreName.FILE: self._file,
            StoreName.KERNEL: self._kernel,
            StoreName.COMMAND: CommandStore(profile.credential_command, self._environment),
            StoreName.MEMORY: self._memory,
            StoreName.PLAINTEXT: self._plaintext,
        }
        return stores[name]

    async def _probed(self, profile: Profile, name: StoreName) -> StoreChoice:
        try:
            await self._store(profile, name).probe()
        except StoreTrouble as trouble:
            return StoreChoice(name, False, trouble.reason, str(trouble))
        return StoreChoice(name, True, None, NOTES[name])

    def _learn(self, secret: Secret | None) -> None:
        if secret:
            self._redactor.add(secret)


def _foreign_address(profile: Profile) -> str:
    """Say why a stored key stays where it is."""
    source = profile.sources.get("base_url", "")
    if profile.own_origins is not None and profile.own_origins[0] == profile.origin:
        source = profile.sources.get("inference_url", "")
    return (
        f"The address comes from {source or 'outside the configuration'}, and a stored key is never sent to"
        " such an address. Unset it, put it into config.toml, or give the key with PRIME_API_KEY too."
    )
