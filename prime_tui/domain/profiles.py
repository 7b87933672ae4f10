"""A profile: whose account, at which address, for which team, and where its key is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from prime_tui.domain.account import WalletContext
from prime_tui.domain.credentials import KeyAddress, StoreName
from prime_tui.domain.ids import TeamId

DEFAULT_PROFILE = "default"
DEFAULT_BASE_URL = "https://api.primeintellect.ai"
DEFAULT_INFERENCE_URL = "https://api.pinference.ai/api/v1"


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about a connection but the key itself; complete, checked, and not secret.

    Attributes:
        account: Names the key; profiles with the same account and origin share it.
        origin: Canonical scheme, host and port of `base_url`: what the key is bound to.
        inference_origin: The same of `inference_url`.
        team_id: Whose wallet is watched and charged; None is the personal one.
        store: Where the key is kept; None when none was chosen yet.
        credential_command: Prints the key, for the store `command`.
        colour: Of the chip that tells profiles apart.
        ssh_key_path: As the configuration says; there are other places (`accounts.ssh_key`).
        sources: Where each value comes from, by the name of its field.
        own_origins: Origins of the configured addresses; a stored key goes nowhere else.
    """

    name: str
    account: str
    base_url: str
    origin: str
    inference_url: str
    inference_origin: str
    team_id: TeamId | None = None
    store: StoreName | None = None
    credential_command: tuple[str, ...] = ()
    allow_plaintext: bool = False
    colour: str | None = None
    is_read_only: bool = False
    ssh_key_path: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    own_origins: tuple[str, str] | None = None

    @property
    def address(self) -> KeyAddress:
        """What the profile's key is called in its store."""
        return KeyAddress(self.origin, self.account)

    @property
    def wallet(self) -> WalletContext:
        """The one wallet that everything of this profile reads and charges."""
        return WalletContext(self.team_id)

    def with_team(self, team_id: TeamId | None) -> Profile:
        """Return the same account's profile for another wallet."""
        if team_id == self.team_id:
            return self
        return replace(self, team_id=team_id, sources={**self.sources, "team": "chosen here"})

    def is_same_place(self, other: Profile) -> bool:
        """Whether both watch the same wallet at the same addresses, under the same name."""
        return (self.name, self.base_url, self.inference_url, self.team_id, self.account) == (
            other.name,
            other.base_url,
            other.inference_url,
            other.team_id,
            other.account,
        )

    @property
    def may_use_stored_key(self) -> bool:
        """Whether both addresses are the configured ones.

        An address from the environment may have been put there by somebody else: it never gets a stored key.
        """
        return self.own_origins is None or self.own_origins == (self.origin, self.inference_origin)
