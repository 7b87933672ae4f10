"""The client: every resource of the service for one account and one wallet.

Account and balance are what every screen shows first. The other resources are imported when they are asked
for: their wire models take longer to load than the balance takes to come.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from prime_tui import __version__
from prime_tui.api.account import AccountApi
from prime_tui.api.auth import KeySource
from prime_tui.api.billing import BillingApi
from prime_tui.api.budget import CallBudget
from prime_tui.api.limits import Limits
from prime_tui.api.origin import BaseUrl, inference_base, platform_base
from prime_tui.api.transport import Transport, tls_for
from prime_tui.domain.clock import Clock
from prime_tui.domain.ids import TeamId

if TYPE_CHECKING:
    from prime_tui.api.disks import DisksApi
    from prime_tui.api.inference import InferenceApi
    from prime_tui.api.offers import OffersApi
    from prime_tui.api.pods import PodsApi
    from prime_tui.api.runs import RunsApi
    from prime_tui.api.ssh_keys import SshKeysApi
    from prime_tui.api.templates import TemplatesApi

USER_AGENT = f"prime-tui/{__version__}"


class PrimeClient:
    """One client for one account and one wallet.

    Attributes:
        budget: Counts every call, of all resources.
        team_id: Whose wallet is read and pays; None is the personal one.
    """

    def __init__(
        self,
        *,
        base_url: str,
        inference_url: str,
        api_key: KeySource,
        inference_key: KeySource | None = None,
        team_id: TeamId | None = None,
        budget: CallBudget,
        clock: Clock,
        read_only: bool = False,
        user_agent: str = USER_AGENT,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
    ) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            base_url: Of the platform, with or without `/api/v1`.
            inference_url: Of the inference API, with its whole path.
            api_key: Asked for every request and never kept; None sends what needs no key.
            inference_key: The same for requests of the inference API; raises where the key must not go there.
            team_id: The team whose wallet is meant.
            budget: Refuses background calls when the hour is used up.
            clock: For dates of the service that say how long to wait.
            read_only: Refuse everything that would change something or cost money.
            user_agent: How the program names itself.
            limits: Times and sizes.

        Raises:
            SettingsError: A URL is not one that a key may be sent to.
        """
        platform, inference = platform_base(base_url), inference_base(inference_url)
        tls = tls_for(platform, inference)

        def transport(base: BaseUrl, key: KeySource) -> Transport:
            return Transport(
                base,
                api_key=key,
                budget=budget,
                clock=clock,
                limits=limits,
                user_agent=user_agent,
                read_only=read_only,
                tls=tls,
            )

        self._transports = (transport(platform, api_key), transport(inference, inference_key or api_key))
        self._on_platform, self._on_inference = self._transports
        self.budget = budget
        self.team_id = team_id
        self.account = AccountApi(self._on_platform)
        self.billing = BillingApi(self._on_platform, team_id)

    @cached_property
    def pods(self) -> PodsApi:
        """Pods: listing, creating, ending."""
        from prime_tui.api.pods import PodsApi

        return PodsApi(self._on_platform, self.budget, self.team_id)

    @cached_property
    def offers(self) -> OffersApi:
        """What can be rented."""
        from prime_tui.api.offers import OffersApi

        return OffersApi(self._on_platform)

    @cached_property
    def disks(self) -> DisksApi:
        """Disks that outlive their pods."""
        from prime_tui.api.disks import DisksApi

        return DisksApi(self._on_platform, self.team_id)

    @cached_property
    def ssh_keys(self) -> SshKeysApi:
        """The keys that new pods let in."""
        from prime_tui.api.ssh_keys import SshKeysApi

        return SshKeysApi(self._on_platform)

    @cached_property
    def runs(self) -> RunsApi:
        """Training runs."""
        from prime_tui.api.runs import RunsApi

        return RunsApi(self._on_platform, self.team_id)

    @cached_property
    def templates(self) -> TemplatesApi:
        """Logins of image registries, and whether an image can be pulled."""
        from prime_tui.api.templates import TemplatesApi

        return TemplatesApi(self._on_platform)

    @cached_property
    def inference(self) -> InferenceApi:
        """Models to chat with."""
        from prime_tui.api.inference import InferenceApi

        return InferenceApi(self._on_inference, self.team_id)

    @property
    def read_only(self) -> bool:
        """Whether everything that would change something or cost money is refused."""
        return all(transport.read_only for transport in self._transports)

    @read_only.setter
    def read_only(self, value: bool) -> None:
        for transport in self._transports:
            transport.read_only = value

    async def aclose(self) -> None:
        """Close all connections, to the end even if this is cancelled; it may be called again."""
        await asyncio.shield(asyncio.gather(*(transport.aclose() for transport in self._transports)))
