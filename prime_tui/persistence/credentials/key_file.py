"""A key in a private file that somebody else keeps: read, never written."""

from __future__ import annotations

from pathlib import Path

from prime_tui.domain.credentials import key_from_text
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.secret import Secret
from prime_tui.persistence.atomic import read_private

MOST_BYTES = 4096


def key_from_file(path: Path) -> Secret:
    """Return the key in a file.

    Raises:
        StorageError: It is a link, no regular file, somebody else's, or open to others.
        CredentialError: It is absent or holds no key.
    """
    return key_from_text(private_text(path))


def private_text(path: Path) -> str:
    """Return the text of a private file.

    What is no text is decoded so that it does not pass for a key either.

    Raises:
        StorageError: It is a link, no regular file, somebody else's, or open to others.
        CredentialError: It is absent.
    """
    content = read_private(path, MOST_BYTES)
    if content is None:
        raise CredentialError(f"There is no file {path}.")
    return content.decode("utf-8", errors="replace")
