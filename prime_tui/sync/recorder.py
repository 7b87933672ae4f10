"""Keeps the last known state on disk, written behind, and brings it back at the start."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import datetime

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import InternalError, PrimeError, StorageError
from prime_tui.persistence.last_known import KINDS, Kept, LastKnown
from prime_tui.store.slice import Slice
from prime_tui.store.store import Store

log = logging.getLogger(__name__)

WRITE_EVERY_S = 5.0


class Recorder:
    """Writes what changed every few seconds, in a thread, and once more at the end."""

    def __init__(self, store: Store, kept: LastKnown, clock: Clock) -> None:
        self._store = store
        self._kept = kept
        self._clock = clock
        self._written: dict[str, datetime] = {}
        self._is_failing = False
        self._one_at_a_time = threading.Lock()

    def restore(self) -> None:
        """Show the values of the last session, marked as such, until the first answers come.

        Where that fails it is told, and keeping is tried again later: the file may be locked.
        """
        try:
            found = self._kept.read()
        except StorageError as error:
            self._is_failing = True
            log.warning("the last known state is not restored: %s", error)
            self._store.notify(str(error), title="The last known state is not kept")
            return
        if self._kept.put_aside is not None:
            text = f"What was there cannot be read; it is kept as {self._kept.put_aside}."
            self._store.notify(text, title="The last known state begins anew")
        for topic, kept in found.items():
            self._written[topic] = kept.fetched_at
            if topic == "wallet":
                self._store.restore_wallet(kept.value, kept.fetched_at)
            else:
                self._slice(topic).restored(kept.value, kept.fetched_at)

    def forget(self) -> None:
        """Drop what is kept: it is of somebody else, and must not come back beside what is read from now on.

        Raises:
            StorageError: The disk refuses.
        """
        self._written.clear()
        self._kept.forget()

    def _slice(self, topic: str) -> Slice[object]:
        found: Slice[object] = getattr(self._store, topic)
        return found

    def _changed(self) -> dict[str, Kept]:
        changed: dict[str, Kept] = {}
        for topic in KINDS:
            remote = self._slice(topic).remote
            is_new = remote.fetched_at is not None and remote.fetched_at != self._written.get(topic)
            if is_new and remote.value is not None and remote.fetched_at is not None:
                changed[topic] = Kept(remote.value, remote.fetched_at)
        return changed

    def write(self) -> None:
        """Write what changed since the last time.

        Raises:
            StorageError: The disk refuses.
        """
        with self._one_at_a_time:  # a writing that was cancelled goes on in its thread
            changed = self._changed()
            if changed:
                self._kept.write(changed)
                self._written |= {topic: kept.fetched_at for topic, kept in changed.items()}

    async def run(self) -> None:
        """Write behind, for ever; what refuses or breaks is told once and tried again."""
        while True:
            await self._clock.sleep(WRITE_EVERY_S)
            error = await asyncio.to_thread(self._new_error_of_writing)
            if error is not None:
                self._store.notify(str(error), title="The last known state is not kept")

    def _new_error_of_writing(self) -> PrimeError | None:
        """Write, and return why that fails unless it failed the time before."""
        try:
            self.write()
        except Exception as fault:  # what cannot be kept must not stop what is read
            was_failing, self._is_failing = self._is_failing, True
            if was_failing:
                return None
            if isinstance(fault, StorageError):
                log.warning("the last known state is not kept: %s", fault)
                return fault
            log.exception("keeping the last known state failed inside")
            return InternalError("Keeping the last known state", fault)
        self._is_failing = False
        return None

    def close(self) -> None:
        """Write a last time and close."""
        self._new_error_of_writing()
        self._kept.close()
