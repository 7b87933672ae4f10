"""What a person wants launched, before it becomes an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prime_tui.domain.ids import TeamId
from prime_tui.domain.runs import RunOrder
from prime_tui.domain.secret import Secret

if TYPE_CHECKING:
    from prime_tui.config.run_config import RunConfig

WANDB_VARIABLE, HF_VARIABLE = "WANDB_API_KEY", "HF_TOKEN"


@dataclass(frozen=True, slots=True)
class Wish:
    """The state of the form.

    Attributes:
        gpu_type: Empty lets the service choose.
        image_tag: Empty takes the service's own.
        send_wandb: Take the key from the environment and send it along; the same for `send_hf`.
    """

    config: RunConfig
    name: str
    gpu_type: str = ""
    image_tag: str = ""
    send_wandb: bool = False
    send_hf: bool = False

    def order(self, team_id: TeamId | None, environment: Mapping[str, str]) -> RunOrder:
        """Return the order; the keys are looked up now, and only those that were chosen."""
        return RunOrder(
            config=self.config.config,
            name=self.name,
            team_id=team_id,
            image_tag=self.image_tag or None,
            gpu_type=self.gpu_type or None,
            wandb_api_key=_secret(environment, WANDB_VARIABLE) if self.send_wandb else None,
            hf_token=_secret(environment, HF_VARIABLE) if self.send_hf else None,
        )


def _secret(environment: Mapping[str, str], name: str) -> Secret | None:
    value = environment.get(name, "").strip()
    return Secret(value) if value else None
