"""The log: private, small, and without secrets."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from prime_tui.domain.errors import StorageError
from prime_tui.domain.redaction import Redactor
from prime_tui.persistence.paths import PRIVATE_FILE

LOG_BYTES, LOG_FILES = 1_000_000, 2
# They write addresses with their queries, cookies, and at worst the key.
TALKATIVE = ("httpx", "httpcore", "hpack", "h2", "keyring", "asyncio")


class RedactingFormatter(logging.Formatter):
    """Masks secrets in the finished line: message, arguments, traceback and stack alike."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return self._redactor(super().format(record))


def start_log(path: Path, redactor: Redactor) -> logging.Handler:
    """Send warnings of ours to a private file; nothing below, and nothing to the terminal.

    Raises:
        StorageError: The file cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, PRIVATE_FILE)
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}.") from error
    os.fchmod(handle, PRIVATE_FILE)
    os.close(handle)
    handler = RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(RedactingFormatter(redactor))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # on a full disk each line would be written to the terminal instead
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler
