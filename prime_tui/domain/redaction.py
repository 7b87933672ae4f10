"""Taking secrets out of text before it is logged, printed, exported or copied."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from prime_tui.domain.secret import Secret

MASK = "••••"
SHORTEST = 6

_WORDS = (
    r"api[_-]?key|(?:x-)?api-key|token(?:_?value)?|access[_-]?token|refresh[_-]?token|hf_?token"
    r"|password|passphrase|jupyter_?password|secret"
)
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"\b(?:pit|hf|sk|wandb)[_-][A-Za-z0-9_-]{6,}"), MASK),
    # name=value, "name": "value" and name: value, in URLs, JSON, TOML, headers and Python's own repr
    (
        re.compile(rf"(?i)((?:{_WORDS})[\"']?\s*[=:]\s*b?)(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',;&)}}\]]+)"),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)\b(https?://)[^\s/@\"']+@"), rf"\1{MASK}@"),
)


class Redactor:
    """Masks the secrets that the program holds, and what looks like one.

    Values shorter than `SHORTEST` are masked only where they stand as a credential (`Bearer x`, `api_key=x`):
    masking them everywhere would take ordinary words apart and by that give them away. No real key is that
    short; the simulator takes any.
    """

    def __init__(self, *secrets: Secret) -> None:
        self._secrets: set[Secret] = set()
        self._known: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Mask this value from now on, in the ways that JSON, URLs and Python write it too."""
        self._secrets.add(secret)
        forms = {form for one in self._secrets for form in _forms(one.reveal())}
        longest_first = sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True)
        patterns = [re.escape(form) for form in longest_first]
        short = [re.escape(form) for form in forms if 0 < len(form) < SHORTEST]
        patterns += [rf"(?<=(?i:bearer) ){form}(?![\w-])" for form in short]
        self._known = re.compile("|".join(patterns)) if patterns else None

    def __call__(self, text: str) -> str:
        """Return `text` without secrets."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def _forms(value: str) -> set[str]:
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value, safe="", errors="replace"),
        quote(value, errors="replace"),
    }
