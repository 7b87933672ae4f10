"""What a key may be missing, as a service words it."""

from __future__ import annotations

import re

_QUOTES = "'\"`“”‘’"
_NAMED = re.compile(
    rf"\bscopes?\b\s*(?:[:=]\s*[{_QUOTES}]?|[{_QUOTES}])([a-z][\w.-]{{0,39}})(?::(read|write)\b)?"
    rf"(?:[{_QUOTES}]?[\s,;]*\bpermission\b\s*[:=]?\s*[{_QUOTES}]?(read|write)\b)?"
    r"|\b([a-z][\w.-]{0,39}):(read|write)\b",
    re.IGNORECASE | re.ASCII,
)


def scope_named_in(text: str) -> str:
    """Return the scope that a refusal names, such as `ssh_keys (read)`; empty when it names none.

    Known wordings: `Token permission missing: scope 'ssh_keys', permission 'read'`, `needs scope:
    instances:read`, `instances:read is required`.
    """
    found = _NAMED.search(text)
    if found is None:
        return ""
    name, right = found[1] or found[4], found[2] or found[3] or found[5]
    return f"{name} ({right.lower()})" if right else name
