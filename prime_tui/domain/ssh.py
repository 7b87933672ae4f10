"""Where a machine can be reached by ssh: every known spelling, and nothing that ssh could take as an option.

The service gives a string, an object, or a list of either with null for a node that is not ready. Whatever is
not plainly a user, a host and a port is refused: the words end up on a command line.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from prime_tui.domain.pods import SshEndpoint
from prime_tui.domain.text import clean_name

DEFAULT_USER = "root"
DEFAULT_PORT = 22
MAX_NODES = 1_000

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\Z")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_ALL_NUMERIC = re.compile(r"[0-9.]+\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")
_WHOLE = re.compile(r"(?:ssh )?(?:([^@\s]+)@)?([^@\s]+?)(?: -p ([0-9]{1,5}))?\Z")


class UnsafeEndpoint(ValueError):
    """The text is not plainly a user, a host and a port."""


def ssh_endpoints(value: object) -> tuple[tuple[SshEndpoint | None, ...], str | None]:
    """Return one entry a node (None: not ready, or not usable) and a sentence about the first bad one."""
    nodes = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    found: list[SshEndpoint | None] = []
    problem: str | None = None
    for node in nodes[:MAX_NODES]:
        try:
            found.append(_endpoint(node))
        except UnsafeEndpoint as error:
            found.append(None)
            problem = problem or f"The ssh address cannot be used: {error}."
    if not isinstance(value, Sequence | Mapping) or not value:
        return (), problem
    return tuple(found), problem


def ssh_endpoint(text: str) -> SshEndpoint:
    """Return the endpoint that `user@host [-p port]` names.

    The user defaults to root and the port to 22; a leading `ssh ` is dropped; IPv6 may be in brackets.

    Raises:
        UnsafeEndpoint: It is anything else.
    """
    match = _WHOLE.match(text.strip(" "))
    if match is None:
        raise UnsafeEndpoint(f"{clean_name(text)[:80]!r} is not 'user@host -p port'")
    return _checked(match[1] or DEFAULT_USER, match[2], match[3] or str(DEFAULT_PORT))


def _endpoint(node: object) -> SshEndpoint | None:
    if isinstance(node, str):
        return ssh_endpoint(node) if node.strip() else None
    if isinstance(node, Mapping):
        host = node.get("host") or node.get("hostname") or node.get("ip")
        if host is None:
            return None
        user = node.get("user") or node.get("username") or DEFAULT_USER
        port = node.get("port")
        return _checked(str(user), str(host), str(DEFAULT_PORT if port is None else port))
    if node is None:
        return None
    raise UnsafeEndpoint("it is neither a text nor an object")


def _checked(user: str, host: str, port: str) -> SshEndpoint:
    if not _USER.match(user):
        raise UnsafeEndpoint(f"the user {clean_name(user)[:80]!r} is not a plain name")
    if not _PORT.match(port) or not 1 <= int(port) <= 65_535:
        raise UnsafeEndpoint(f"the port {clean_name(port)[:80]!r} is not within 1–65535")
    return SshEndpoint(user=user, host=_checked_host(host), port=int(port))


def _checked_host(host: str) -> str:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if "%" not in bare:  # a zone index would name an interface of this machine
        try:
            return str(ipaddress.ip_address(bare))
        except ValueError:
            pass
    if bare is host and _HOST_NAME.match(host) and not _ALL_NUMERIC.match(host):
        return host
    raise UnsafeEndpoint(f"the host {clean_name(host)[:80]!r} is neither a name nor an address")
