"""Errors that nobody caught, without secrets: an exception's own text may repeat what it was given."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from prime_tui.domain.redaction import Redactor

log = logging.getLogger(__name__)


def redact_uncaught(redactor: Redactor) -> None:
    """Print the traceback that ends the program without what the redactor knows."""

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redactor("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = ended


def log_uncaught() -> None:
    """Send what fails in a thread or while an object is removed to the log: the screen is no place for it."""

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        name = "a thread" if failed.thread is None else failed.thread.name
        log.error("%s failed", name, exc_info=failed.exc_value)

    def while_removing(failed: sys.UnraisableHookArgs) -> None:
        log.error("%s", failed.err_msg or "an object failed to be removed", exc_info=failed.exc_value)

    threading.excepthook = in_thread
    sys.unraisablehook = while_removing
