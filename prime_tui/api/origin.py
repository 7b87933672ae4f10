"""The places that the key may go to: parsed, normalised and refused with a clear sentence."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from prime_tui.domain.errors import SettingsError
from prime_tui.domain.text import clean_name

DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z")
_API_PATH = "/api/v1"


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a key is pinned to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        )

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine by its literal name."""
        return _is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """An origin and the path under which every call lies (no trailing slash)."""

    origin: Origin
    path: str

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"


def platform_base(url: str) -> BaseUrl:
    """Return the base of the platform API; the given URL may end in `/`, `/api/v1` or `/api/v1/`.

    Raises:
        SettingsError: The URL is not one that a key may be sent to.
    """
    origin, path = _parse(url)
    path = path.removesuffix(_API_PATH).rstrip("/")
    return BaseUrl(origin, path + _API_PATH)


def inference_base(url: str) -> BaseUrl:
    """Return the base of the inference API, which is given with its whole path.

    Raises:
        SettingsError: The URL is not one that a key may be sent to.
    """
    return BaseUrl(*_parse(url))


def _parse(url: str) -> tuple[Origin, str]:
    shown = clean_name(url)
    if shown != url.strip() or any(char.isspace() or char == "\\" for char in shown):
        raise _refused(shown, "it has blanks or characters that no address has")
    try:
        parts = urlsplit(shown)
        port = parts.port
    except ValueError:
        raise _refused(shown, "it is not a web address") from None
    if parts.username is not None or parts.password is not None:
        raise SettingsError(
            "A base URL must not hold a user name or password.", hint="Leave out 'user:password@'."
        )
    host = _host(parts, shown)
    if parts.scheme == "http" and not _is_loopback(host):
        raise _refused(shown, "http would show the key to the network", hint="Write https://… instead.")
    if parts.scheme not in DEFAULT_PORTS:
        raise _refused(shown, "it does not begin with https://", hint="Write https://… instead.")
    if parts.query or parts.fragment:
        raise _refused(shown, "it has a '?' or '#' part")
    if port == 0:
        raise _refused(shown, "port 0 cannot be reached")
    return Origin(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme]), parts.path.rstrip("/")


def _host(parts: SplitResult, shown: str) -> str:
    host = (parts.hostname or "").lower()
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise _refused(shown, "its host is not an address") from None
    if not _HOST_NAME.match(host):
        raise _refused(shown, "it has no usable host name")
    return host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(shown: str, problem: str, *, hint: str = "") -> SettingsError:
    return SettingsError(f"The base URL {shown!r} cannot be used: {problem}.", hint=hint)
