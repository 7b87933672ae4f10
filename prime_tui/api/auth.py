"""The key on its way out: checked, pinned to one origin, and never kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator

import httpx

from prime_tui.api.origin import DEFAULT_PORTS, Origin
from prime_tui.domain.errors import NotAuthenticated, RedirectRefused
from prime_tui.domain.secret import Secret

KeySource = Callable[[], Secret | None]
"""Asked for every request, so that a new key counts at once; None means that there is no key."""

_SENDABLE = re.compile(r"[!-~]{1,512}\Z")


class PinnedAuth(httpx.Auth):
    """Adds the key to requests for one origin and raises for every other."""

    def __init__(self, origin: Origin, key: Secret) -> None:
        self._origin = origin
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set the header, or raise RedirectRefused before anything is sent."""
        if origin_of(request.url) != self._origin:
            raise RedirectRefused(
                "A request for another address was stopped: the key belongs to one address only."
            )
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


def origin_of(url: httpx.URL) -> Origin:
    """Return scheme, host and port of `url`."""
    return Origin(url.scheme, url.host.lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0))


def checked_key(key: Secret | None) -> Secret:
    """Return the key, fit for a header.

    Raises:
        NotAuthenticated: There is none, or it has characters that a header cannot carry. An HTTP library
            would put such a key into its own error text.
    """
    if not key:
        raise NotAuthenticated("No API key.", hint="Sign in, or set PRIME_API_KEY.")
    if not _SENDABLE.match(key.reveal()):
        raise NotAuthenticated(
            "The API key cannot be sent: it has blanks, line ends or characters outside ASCII.",
            hint="Copy it again from the dashboard and sign in.",
        )
    return key
