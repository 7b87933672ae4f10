"""Writes on pods: each is sent once, and believed only when a reading shows it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prime_tui.api.budget import user_call
from prime_tui.domain.clock import Clock
from prime_tui.domain.cost import upper_bound_usd
from prime_tui.domain.errors import (
    InvalidRequest,
    NetworkError,
    NotFound,
    OutcomeUnknown,
    PrimeError,
    ServerFault,
)
from prime_tui.domain.offers import PodOrder
from prime_tui.domain.pods import Pod, PodState
from prime_tui.domain.remote import Listing
from prime_tui.domain.views import Ending, EndingPhase
from prime_tui.store.store import Severity, Store

if TYPE_CHECKING:
    from prime_tui.api.client import PrimeClient

CONFIRM_WITHIN = timedelta(minutes=3)
CONFIRM_WAITS_S = (2.0, 3.0, 5.0, 8.0, 10.0)
LOOK_WAITS_S = (2.0, 3.0, 5.0, 8.0, 12.0, 15.0, 20.0)


@dataclass(frozen=True, slots=True)
class PodCreation:
    """How an order ended.

    Attributes:
        pod: The new pod; None when none is known.
        was_looked_for: True when the answer never came and the pod was found by its name.
        is_unknown: True when the answer never came and no pod of that name has shown up: it may still come.
    """

    pod: Pod | None
    was_looked_for: bool = False
    is_unknown: bool = False


class PodActions:
    """Creates and ends pods."""

    def __init__(self, client: PrimeClient, store: Store, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._clock = clock

    async def create(self, order: PodOrder) -> PodCreation:
        """Send an order once.

        When its answer never comes the pod is looked for by its name, for about a minute; the order is never
        sent again by us.

        Raises:
            PrimeError: It was refused, so nothing was created.
        """
        order.check()
        with user_call():
            await self._refuse_known_name(order.name)
            sent_at = self._clock.now()
            try:
                pod = await self._client.pods.create(order)
            except OutcomeUnknown:
                return await self._look_for(order.name, sent_at)
        self._store.notify(f"{pod.name or order.name} is being provisioned.", title="Pod ordered")
        self._show_new(pod)
        return PodCreation(pod)

    def _show_new(self, pod: Pod) -> None:
        """The answer to the order is news of the list that was read just before it."""
        listing = self._store.pods.value or Listing()
        if any(one.id == pod.id for one in listing.items):
            return  # a reading was quicker
        total = None if listing.total is None else listing.total + 1
        self._store.pods.loaded(Listing((pod, *listing.items), total, listing.unreadable), self._clock.now())

    async def _refuse_known_name(self, name: str) -> None:
        """A name that exists would make a lost answer unresolvable."""
        listing = await self._client.pods.list()
        self._store.pods.loaded(listing, self._clock.now())
        if any(pod.name == name for pod in listing.items):
            raise InvalidRequest(
                f"A pod named {name} exists already.",
                hint="Choose another name: lost answers are resolved by it.",
            )

    async def _look_for(self, name: str, sent_at: datetime) -> PodCreation:
        self._store.notify(
            f"No answer to the order of {name}. It is not sent again; looking for the pod.",
            Severity.WARNING,
            title="Order: outcome unknown",
        )
        for wait_s in LOOK_WAITS_S:
            await self._clock.sleep(wait_s)
            try:
                listing = await self._client.pods.list()
            except PrimeError:
                continue
            self._store.pods.loaded(listing, self._clock.now())
            found = next((pod for pod in listing.items if pod.name == name), None)
            if found is not None:
                self._store.notify(
                    f"{name} exists: the order went through.", Severity.WARNING, title="Pod found"
                )
                return PodCreation(found, was_looked_for=True)
        elapsed_s = (self._clock.now() - sent_at).total_seconds()
        self._store.notify(
            f"No pod named {name} after {elapsed_s:.0f} s. It may still appear: watch the list before you "
            "order again.",
            Severity.ERROR,
            title="Order: not confirmed",
        )
        return PodCreation(None, is_unknown=True)

    async def end(self, pod: Pod) -> Ending:
        """Terminate a pod and read until it is gone; how far that is stands in the store all the time.

        While that goes on, asking again changes nothing.
        """
        under_way = self._store.pod_endings.get(pod.id)
        if under_way is not None and under_way.is_under_way:
            return under_way
        asked_at = self._clock.now()
        ending = Ending(EndingPhase.ASKED, asked_at, "asked to end", saves_usd_per_h=pod.running_usd_per_h)
        self._store.pod_ending(pod, ending)
        try:
            with user_call():
                deletion = await self._client.pods.delete(pod.id)
        except OutcomeUnknown as error:
            self._note(pod, ending, EndingPhase.CONFIRMING, f"no answer ({error.message}); looking")
        except (ServerFault, NetworkError) as error:
            self._note(pod, ending, EndingPhase.CONFIRMING, f"{error.message} Looking whether it ended.")
            if await self._still_runs(pod):
                message = f"{error.message} It still runs: end it again."
                return self._note(pod, ending, EndingPhase.FAILED, message, Severity.ERROR)
        except PrimeError as error:
            return self._note(pod, ending, EndingPhase.FAILED, str(error), Severity.ERROR)
        else:
            if deletion.already_gone:
                return await self._gone(pod, ending, "it was gone already")
            ending = replace(ending, billed_usd=deletion.final_cost_usd)
            self._note(
                pod, ending, EndingPhase.CONFIRMING, deletion.message or "accepted; reading until gone"
            )
        return await self._confirm(pod, ending)

    async def _still_runs(self, pod: Pod) -> bool:
        """Whether a reading shows the pod as if nothing had been asked; unreadable is not an answer."""
        await self._clock.sleep(CONFIRM_WAITS_S[0])
        try:
            with user_call():
                seen = await self._client.pods.get(pod.id)
        except PrimeError:
            return False
        return seen.state not in (PodState.DELETING, PodState.TERMINATED)

    async def _confirm(self, pod: Pod, ending: Ending) -> Ending:
        last = "no reading since"
        attempt = 0
        end_s = self._clock.monotonic() + CONFIRM_WITHIN.total_seconds()
        while self._clock.monotonic() < end_s:
            await self._clock.sleep(CONFIRM_WAITS_S[min(attempt, len(CONFIRM_WAITS_S) - 1)])
            attempt += 1
            try:
                with user_call():
                    seen = await self._client.pods.get(pod.id)
            except NotFound:
                return await self._gone(pod, ending, "confirmed")
            except PrimeError as error:
                last = f"cannot read it: {error.message.removesuffix('.')}"
                self._note(pod, ending, EndingPhase.CONFIRMING, last)
                continue
            if seen.state is PodState.TERMINATED:
                return await self._gone(pod, ending, "confirmed")
            last = f"still {seen.status_word or seen.state.value}"
            self._note(pod, ending, EndingPhase.CONFIRMING, last)
        return self._note(
            pod, ending, EndingPhase.NOT_CONFIRMED, f"{last}; it may still cost money", Severity.ERROR
        )

    async def _gone(self, pod: Pod, ending: Ending, how: str) -> Ending:
        now = self._clock.now()
        final = replace(
            ending,
            phase=EndingPhase.GONE,
            message=how,
            listed_usd=upper_bound_usd(pod.price_usd_per_h, pod.created_at, now),
        )
        # The receipt and the new list are a courtesy; the pod is gone all the same.
        with user_call(), suppress(PrimeError):
            page = await self._client.pods.history(offset=0, limit=20)
            billed = next((past.total_billed_usd for past in page.items if past.id == pod.id), None)
            final = final if billed is None else replace(final, billed_usd=billed)
        with user_call(), suppress(PrimeError):
            self._store.pods.loaded(await self._client.pods.list(), self._clock.now())
        self._store.pod_ending(pod, final)
        self._store.notify(receipt(pod, final), title="Pod ended")
        return final

    def _note(
        self, pod: Pod, ending: Ending, phase: EndingPhase, message: str, severity: Severity | None = None
    ) -> Ending:
        noted = replace(ending, phase=phase, message=message)
        self._store.pod_ending(pod, noted)
        if severity is not None:
            title = "End not confirmed" if phase is EndingPhase.NOT_CONFIRMED else "Pod not ended"
            self._store.notify(f"{pod.name or pod.id}: {message}", severity, title=title)
        return noted


def receipt(pod: Pod, ending: Ending) -> str:
    """Return what an ended pod cost and saves, in one line."""
    parts = [pod.name or pod.id]
    if ending.billed_usd is not None:
        parts.append(f"billed ${ending.billed_usd:.2f}")
    if ending.listed_usd is not None:
        parts.append(f"listed ≤ ${ending.listed_usd:.2f}")
    if ending.saves_usd_per_h is not None:
        parts.append(f"saves ${ending.saves_usd_per_h:.2f}/h")
    return " · ".join(parts)
