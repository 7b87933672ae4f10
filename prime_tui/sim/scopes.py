"""What the key may do: without a scope, the endpoints of that scope refuse it."""

from __future__ import annotations

from collections.abc import Collection

_BY_PATH = (
    ("/billing/", "billing"),
    ("/pods/", "instances"),
    ("/disks", "disks"),
    ("/availability/", "availability"),
    ("/rft/", "rft"),
    ("/training/", "rft"),
    ("/ssh_keys/", "ssh_keys"),
    ("/chat/", "inference"),
    ("/models", "inference"),
)


def scope_refusal(method: str, path: str, missing: Collection[str]) -> str | None:
    """Return why a key without the `missing` scopes is refused, in the service's own wording, or None.

    `path` is what comes after the API's prefix.
    """
    scope = next((name for start, name in _BY_PATH if path.startswith(start)), None)
    if scope is None or scope not in missing:
        return None
    right = "read" if method in ("GET", "HEAD") else "write"
    return f"Token permission missing: scope '{scope}', permission '{right}'"
