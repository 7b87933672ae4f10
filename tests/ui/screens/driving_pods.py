"""Steps that the tests of the pods screen share."""

from __future__ import annotations

from textual import events

from prime_tui.domain.pods import Pod, PodState
from prime_tui.sim.serve import SimOptions
from tests.ui.monitor import Monitor

STILL = SimOptions(speed=0)
"""A world that moves only when it is told to."""
HEAD_LINES = 4
"""Two lines of strip, the rule and the titles."""
SEEN = 10
"""Characters of a name that are in view at any size."""


def pods(m: Monitor) -> tuple[Pod, ...]:
    """Return the pods as the app last read them."""
    listing = m.store.pods.value
    return () if listing is None else listing.items


def pod_now(m: Monitor, pod: Pod) -> Pod | None:
    """Return the pod as last read, or None when it is no longer listed."""
    return next((one for one in pods(m) if one.id == pod.id), None)


async def ready(m: Monitor, *, state: PodState = PodState.ACTIVE) -> Pod:
    """Wait for the list, put the cursor on one of our pods in `state`, and return it."""
    await m.until(lambda: pods(m) and m.store.account.value and m.store.billing.rows, "the first readings")
    team_id = m.store.session.wallet.team_id
    pod = next(pod for pod in pods(m) if pod.state is state and pod.team_id == team_id)
    await m.sees(pod.name[:SEEN])
    await go_to(m, pod)
    return pod


def rows(m: Monitor) -> list[str]:
    """Return the lines of the list that hold a row."""
    body = m.text().splitlines()[HEAD_LINES:-1]
    return [line for line in body if line[1:2].strip()]


async def go_to(m: Monitor, pod: Pod) -> None:
    """Move the cursor to a pod, with keys."""
    found = [index for index, row in enumerate(rows(m)) if row[1:].startswith(pod.name[:SEEN])]
    assert found, f"{pod.name} is not in view\n{m.text()}"
    await m.press("g", *("j" for _ in range(found[0])))


async def paste(m: Monitor, text: str) -> None:
    """Put text where the caret is, as a terminal does that pastes; quicker than key by key."""
    m.app.post_message(events.Paste(text))
    await m.pilot.pause()


def line_of(m: Monitor, pod: Pod) -> str:
    """Return the row of a pod as it is seen."""
    return next((row for row in rows(m) if row[1:].startswith(pod.name[:SEEN])), "")


def calls(m: Monitor, method: str, path: str) -> int:
    """Return how often the service was asked so, whether or not it answered."""
    return sum(one["method"] == method and one["path"] == path for one in m.sim.request_log())
