"""Keeps the last known state on disk, written behind, and brings it back at the start.

Of several instances one writes; the others wait for its seat.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import InternalError, PrimeError, StorageError
from prime_tui.persistence.last_known import KINDS, Kept, LastKnown
from prime_tui.store.slice import Slice
from prime_tui.store.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
SAME_TOPIC_EVERY_S = 60.0
"""A list is written whole, so one that changes with every reading is not written with every reading."""
LONG_AGO_S = float("-inf")


class Seat(Protocol):
    """Whoever has it writes."""

    @property
    def is_mine(self) -> bool:
        """Whether this process has it."""
        ...

    def take(self) -> bool:
        """Return whether this process has it now, without waiting."""
        ...

    def leave(self) -> None:
        """Give it up."""
        ...


class OnlySeat:
    """For a file that nobody else writes."""

    is_mine = True

    def take(self) -> bool:
        """Return whether this process has it now."""
        return True

    def leave(self) -> None:
        """Nobody waits for it."""


@dataclass(frozen=True, slots=True)
class _Written:
    value: object
    fetched_at: datetime
    at_s: float


class Recorder:
    """Writes what changed every few seconds, in a thread, and once more at the end.

    What was only read again, and is the same, is written at the end alone: it comes back older than it is.
    """

    def __init__(self, store: Store, kept: LastKnown, clock: Clock, seat: Seat | None = None) -> None:
        self._store = store
        self._kept = kept
        self._clock = clock
        self._seat = seat or OnlySeat()
        self._written: dict[str, _Written] = {}
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
            if topic == "wallet":
                self._store.restore_wallet(kept.value, kept.fetched_at)
            else:
                self._slice(topic).restored(kept.value, kept.fetched_at)
            self._note(topic, kept, LONG_AGO_S)

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

    def _note(self, topic: str, kept: Kept, at_s: float) -> None:
        self._written[topic] = _Written(kept.value, kept.fetched_at, at_s)

    def _changed(self, *, is_last: bool) -> dict[str, Kept]:
        changed: dict[str, Kept] = {}
        now_s = self._clock.monotonic()
        for topic in KINDS:
            remote, written = self._slice(topic).remote, self._written.get(topic)
            if remote.value is None or remote.fetched_at is None or remote.restored:
                continue
            if written is not None:
                is_due = remote.value is not written.value and now_s - written.at_s >= SAME_TOPIC_EVERY_S
                if remote.fetched_at == written.fetched_at or not (is_last or is_due):
                    continue
            changed[topic] = Kept(remote.value, remote.fetched_at)
        return changed

    def write(self, *, is_last: bool = False) -> None:
        """Write what changed since the last time, if it is us who write.

        Args:
            is_last: There will be no other time: write also what was only read again.

        Raises:
            StorageError: The disk refuses.
        """
        with self._one_at_a_time:  # a writing that was cancelled goes on in its thread
            if not self._seat.is_mine:
                if not self._seat.take():
                    return
                self._take_over()
            changed = self._changed(is_last=is_last)
            if changed:
                self._kept.write(changed)
                for topic, kept in changed.items():
                    self._note(topic, kept, self._clock.monotonic())

    def _take_over(self) -> None:
        """Leave what the one before us has written later than we have read."""
        for topic, fetched_at in self._kept.times().items():
            remote = self._slice(topic).remote
            if remote.fetched_at is not None and remote.fetched_at < fetched_at:
                self._note(topic, Kept(remote.value, remote.fetched_at), LONG_AGO_S)

    async def run(self) -> None:
        """Write behind, for ever; what refuses or breaks is told once and tried again."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            if self._seat.is_mine and not self._changed(is_last=False):
                continue  # a thread would be woken for nothing
            error = await asyncio.to_thread(self._new_error_of_writing)
            if error is not None:
                self._store.notify(str(error), title="The last known state is not kept")

    def _new_error_of_writing(self, *, is_last: bool = False) -> PrimeError | None:
        """Write, and return why that fails unless it failed the time before."""
        try:
            self.write(is_last=is_last)
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
        self._new_error_of_writing(is_last=True)
        with self._one_at_a_time:  # one that began before it may still be writing, in its thread
            self._kept.close()
        self._seat.leave()
