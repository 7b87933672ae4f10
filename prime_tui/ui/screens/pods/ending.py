"""Ending pods: asked with everything that matters on the table, then sent to exactly those pods."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prime_tui.domain.errors import PrimeError
from prime_tui.domain.ids import PodId
from prime_tui.domain.pods import Pod
from prime_tui.domain.views import EndingPhase, PodView
from prime_tui.persistence.known_hosts import forget_pod
from prime_tui.store.selectors.permission import why_no_writes, why_too_old
from prime_tui.store.selectors.pods import disks_of
from prime_tui.ui.banner import risk_lines
from prime_tui.ui.render.ending import confirm_word, end_one_lines, end_several_lines
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.widgets.dialog import ConfirmDialog

UNDER_WAY = (EndingPhase.ASKED, EndingPhase.CONFIRMING)


class PodEnder:
    """Asks, checks again, and ends."""

    def __init__(self, screen: PrimeScreen) -> None:
        self._screen = screen

    def ask(self, views: Sequence[PodView]) -> None:
        """Ask whether these pods are to be ended; nothing happens without a typed yes."""
        screen, store, now = self._screen, self._screen.store, self._screen.now()
        why = self._why_not() or _why_not_these(views)
        if why is not None:
            screen.monitor.tell(why, severity="warning")
            return
        names = [pod.name for pod in (store.pods.value.items if store.pods.value else ())]
        if len(views) == 1:
            title = "End 1 pod"
            body = end_one_lines(views[0], disks_of(store, views[0].pod), now)
        else:
            title = f"End {len(views)} pods"
            body = end_several_lines(views, now)
        # The ids are fixed here: whatever moves in the list meanwhile, no other pod can be meant.
        ids = [view.id for view in views]
        dialog = ConfirmDialog(title, [*risk_lines(store), *body], yes="end", word=confirm_word(views, names))
        screen.app.push_screen(dialog, lambda agreed: self._answered(ids) if agreed else None)

    def why_hidden(self) -> bool:
        """Whether ending is impossible for this session, so that its key is not offered."""
        return why_no_writes(self._screen.store) is not None

    def _why_not(self) -> str | None:
        screen = self._screen
        if screen.engine is None:
            return "Not connected yet."
        return why_no_writes(screen.store) or why_too_old("pods", screen.store.pods.remote, screen.now())

    def _answered(self, ids: Sequence[PodId]) -> None:
        screen = self._screen
        why = self._why_not()
        if why is not None:
            screen.monitor.tell(why, severity="warning")
            return
        present = {pod.id: pod for pod in (screen.store.pods.value.items if screen.store.pods.value else ())}
        for pod_id in ids:
            pod = present.get(pod_id)
            if pod is None:
                screen.monitor.tell(f"…{pod_id[-8:]} is gone already; nothing was sent.")
            else:
                screen.monitor.act(self._end(pod), f"ending {pod.name or pod.id}")

    async def _end(self, pod: Pod) -> None:
        screen = self._screen
        if screen.engine is None:
            return
        monitor, key = screen.monitor, f"end {pod.id}"
        monitor.holding[key] = f"The end of {pod.name or pod.id} was asked for and is not confirmed yet."
        try:
            ending = await screen.engine.pods.end(pod)
        finally:
            monitor.holding.pop(key, None)
        if ending.phase is EndingPhase.GONE:
            try:
                # In a thread: it may wait for a lock.
                await asyncio.to_thread(forget_pod, monitor.paths.known_hosts_file, pod.id)
            except PrimeError as error:
                monitor.tell(str(error), severity="warning")


def _why_not_these(views: Sequence[PodView]) -> str | None:
    if not views:
        return "No pod is selected."
    for view in views:
        name = view.pod.name or view.id
        if not view.is_listed:
            return f"{name} is gone already."
        if view.ending is not None and view.ending.phase in UNDER_WAY:
            return f"{name} is being ended: {view.ending.message}."
    return None
