"""The real program with one mistake in it: `python -m tests.e2e.sabotaged WHERE [words of the command line]`.

Each mistake raises a text with the API key in it, as a careless one would.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from prime_tui.ui.terminal.environment import prepare

prepare()

from prime_tui.api.client import PrimeClient  # noqa: E402 - the environment comes before the toolkit
from prime_tui.api.pods import PodsApi  # noqa: E402
from prime_tui.cli.main import main  # noqa: E402
from prime_tui.persistence.last_known import LastKnown  # noqa: E402
from prime_tui.ui.app import PrimeApp  # noqa: E402
from prime_tui.ui.screens.profiles.switch import ProfileSwitch  # noqa: E402
from prime_tui.ui.screens.runs.screen import RunsScreen  # noqa: E402
from prime_tui.ui.screens.wallet.screen import WalletScreen  # noqa: E402
from prime_tui.ui.widgets.table import KeyedTable  # noqa: E402

KEY = os.environ.get("PRIME_API_KEY", "")


def mistaken(*_: object, **__: object) -> NoReturn:
    local = f"local-{KEY}"
    raise ValueError(f"no \x1b[31m{KEY}\x1b[m here, {len(local)}")


async def mistaken_later(*_: object, **__: object) -> NoReturn:
    mistaken()


PLACES: dict[str, tuple[type, str, Callable[..., object]]] = {
    "start": (PrimeApp, "register_theme", mistaken),
    "action": (PrimeApp, "action_explain_keys", mistaken),
    "worker": (ProfileSwitch, "run", mistaken_later),
    "timer": (WalletScreen, "tick", mistaken),
    "listener": (WalletScreen, "store_changed", mistaken),
    "render": (KeyedTable, "render_line", mistaken),
    "compose": (RunsScreen, "body", mistaken),
    "connect": (PrimeClient, "__init__", mistaken),
    "poller": (PodsApi, "list", mistaken_later),
    "recorder": (LastKnown, "write", mistaken),
}

if __name__ == "__main__":
    owner, name, mistake = PLACES[sys.argv[1]]
    setattr(owner, name, mistake)
    sys.exit(main(sys.argv[2:]))
