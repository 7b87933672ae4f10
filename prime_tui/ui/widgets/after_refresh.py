"""What is done once the screen is laid out and painted, by a widget that may be gone by then."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from textual.message_pump import MessagePump

Arguments = ParamSpec("Arguments")


def after_refresh(
    node: MessagePump,
    act: Callable[Arguments, object],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> None:
    """Call `act` after the next refresh, unless `node` was removed meanwhile.

    The screen of that moment makes the call, whoever asked for it. A dialog that closed in between has no
    children any more, and what it asks of them would end the program.
    """

    def act_if_there() -> None:
        if node.is_running:
            act(*args, **kwargs)

    node.call_after_refresh(act_if_there)
