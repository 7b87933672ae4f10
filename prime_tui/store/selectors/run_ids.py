"""Which runs there are, and who names them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from weakref import WeakKeyDictionary

from prime_tui.domain.ids import RunId, TeamId
from prime_tui.domain.remote import Listing
from prime_tui.domain.runs import Run, RunSource
from prime_tui.domain.views import LaunchRecord
from prime_tui.store.store import Store

Sources = frozenset[RunSource]


class _Named(NamedTuple):
    """The runs that are named, and what that was made from."""

    team_id: TeamId | None
    listing: Listing[Run] | None
    launches: tuple[LaunchRecord, ...]
    typed: tuple[RunId, ...]
    billed: Collection[str]
    billed_count: int
    sources: dict[RunId, Sources]

    def is_of(self, store: Store) -> bool:
        """Whether no source names more or fewer runs by now; rows only ever add some to the same book."""
        return (
            self.team_id == store.session.wallet.team_id
            and self.listing is store.runs.value
            and self.launches is store.launches
            and self.typed is store.typed_runs
            and self.billed is store.billing.run_ids
            and self.billed_count == len(self.billed)
        )


_named: WeakKeyDictionary[Store, _Named] = WeakKeyDictionary()


def known_run_ids(store: Store) -> dict[RunId, Sources]:
    """Return every run id that any source names, in the order: listed, launched, found, typed in, billed."""
    found = _named.get(store)
    if found is not None and found.is_of(store):
        return found.sources
    named: dict[RunId, set[RunSource]] = {}
    launches = own_launches(store).values()
    for source, run_ids in (
        (RunSource.LIST, listed_runs(store)),
        (RunSource.LAUNCHED, [launch.run_id for launch in launches if not launch.is_found]),
        (RunSource.FOUND, [launch.run_id for launch in launches if launch.is_found]),
        (RunSource.TYPED, store.typed_runs),
        (RunSource.BILLING, map(RunId, store.billing.run_ids)),
    ):
        for run_id in run_ids:
            named.setdefault(run_id, set()).add(source)
    sources = {run_id: frozenset(some) for run_id, some in named.items()}
    billed = store.billing.run_ids
    _named[store] = _Named(
        store.session.wallet.team_id,
        store.runs.value,
        store.launches,
        store.typed_runs,
        billed,
        len(billed),
        sources,
    )
    return sources


def own_launches(store: Store) -> dict[RunId, LaunchRecord]:
    """Return what this program launched in the wallet, by run."""
    team_id = store.session.wallet.team_id
    return {launch.run_id: launch for launch in store.launches if launch.team_id == team_id}


_by_id: WeakKeyDictionary[Store, tuple[Listing[Run], dict[RunId, Run]]] = WeakKeyDictionary()


def listed_runs(store: Store) -> dict[RunId, Run]:
    """Return the runs of the list by id; it is the same list for many questions."""
    listing = store.runs.value
    if listing is None:
        return {}
    found = _by_id.get(store)
    if found is None or found[0] is not listing:
        found = _by_id[store] = (listing, {run.id: run for run in listing.items})
    return found[1]
