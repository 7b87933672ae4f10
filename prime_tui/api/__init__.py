"""The client of the Prime Intellect HTTP API: requests out, domain values or typed errors back."""

import sys

# With httpx would come its command line, and with that click, pygments and much of rich, where they are.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
