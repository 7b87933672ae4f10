"""The client of the Prime Intellect HTTP API: requests out, domain values or typed errors back."""

import sys

# httpx looks for its own command line, which brings click, pygments and a progress bar along where click is
# installed. A name that is None cannot be imported, and httpx goes on without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
