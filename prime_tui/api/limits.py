"""How long a call may take and how much of an answer is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Time and size limits of the client.

    A read limit counts per read, so a body that drips never trips it: `total_s` ends the whole exchange.
    Sizes count decoded bytes, so a small compressed body cannot become a big one.

    Attributes:
        total_s: One exchange that only reads, redirects included; the other sources wait for it.
        change_total_s: The same of a call that changes something: the service may wait for a provider.
        launch_total_s: Launching or resuming a run; a cold validator alone may take a minute.
        answer_total_s: A chat answer that is not streamed, and all of one that is.
        idle_s: The longest silence within a stream.
        usage_wait_s: The longest silence after the last word, when only the usage may still come.
        max_pages: The most pages that are read for one list.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 25.0
    change_total_s: float = 60.0
    launch_total_s: float = 120.0
    answer_total_s: float = 900.0
    idle_s: float = 120.0
    usage_wait_s: float = 10.0
    list_bytes: int = 32_000_000
    body_bytes: int = 4_000_000
    error_bytes: int = 64_000
    stream_bytes: int = 32_000_000
    event_bytes: int = 4_000_000
    max_pages: int = 50
    max_redirects: int = 3
