"""The client: every resource of the service for one account and one wallet."""

from __future__ import annotations

from prime_tui import __version__
from prime_tui.api.account import AccountApi
from prime_tui.api.auth import KeySource
from prime_tui.api.billing import BillingApi
from prime_tui.api.budget import CallBudget
from prime_tui.api.disks import DisksApi
from prime_tui.api.inference import InferenceApi
from prime_tui.api.limits import Limits
from prime_tui.api.offers import OffersApi
from prime_tui.api.origin import BaseUrl, inference_base, platform_base
from prime_tui.api.pods import PodsApi
from prime_tui.api.runs import RunsApi
from prime_tui.api.ssh_keys import SshKeysApi
from prime_tui.api.templates import TemplatesApi
from prime_tui.api.transport import Transport, tls_for
from prime_tui.domain.clock import Clock
from prime_tui.domain.ids import TeamId

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
        on_platform, on_inference = self._transports
        self.budget = budget
        self.team_id = team_id
        self.account = AccountApi(on_platform)
        self.billing = BillingApi(on_platform, team_id)
        self.pods = PodsApi(on_platform, budget, team_id)
        self.offers = OffersApi(on_platform)
        self.disks = DisksApi(on_platform, team_id)
        self.ssh_keys = SshKeysApi(on_platform)
        self.runs = RunsApi(on_platform, team_id)
        self.templates = TemplatesApi(on_platform)
        self.inference = InferenceApi(on_inference, team_id)

    @property
    def read_only(self) -> bool:
        """Whether everything that would change something or cost money is refused."""
        return all(transport.read_only for transport in self._transports)

    @read_only.setter
    def read_only(self, value: bool) -> None:
        for transport in self._transports:
            transport.read_only = value

    async def aclose(self) -> None:
        """Close all connections; it may be called again."""
        for transport in self._transports:
            await transport.aclose()
