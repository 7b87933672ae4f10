"""Errors that nobody caught, without secrets: an exception's own text may repeat what it was given."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from prime_tui.domain.redaction import Redactor


def redact_uncaught(redactor: Redactor) -> None:
    """Print the traceback that ends the program without what the redactor knows."""

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redactor("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = ended
