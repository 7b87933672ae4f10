"""Secrets that are given from outside: from the standard input, from the environment, from a file."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from prime_tui.domain.credentials import Found, KeySource, key_from_text
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.secret import Secret
from prime_tui.hardening import wipe_variable
from prime_tui.persistence.credentials.key_file import MOST_BYTES, private_text

KEY_VARIABLE = "PRIME_API_KEY"


def passphrase_from_file(path: Path) -> Secret:
    """Return the first line of a file, blanks included.

    Raises:
        StorageError: It is a link, no regular file, somebody else's, or open to others.
        CredentialError: It is absent or its first line is empty.
    """
    lines = private_text(path).splitlines()
    if not lines or not lines[0]:
        raise CredentialError(f"{path} holds no passphrase.")
    return Secret(lines[0])


def key_from_input(handle: int) -> Secret:
    """Return the key that a pipe gives, read to its end.

    Raises:
        CredentialError: It is no key.
    """
    content = b""
    while len(content) <= MOST_BYTES and (piece := os.read(handle, MOST_BYTES)):
        content += piece
    return key_from_text(content.decode("utf-8", errors="replace"))


def take_environment_key(environment: MutableMapping[str, str]) -> Found | None:
    """Return the key of the environment and remove it, so that no child process inherits it.

    Raises:
        CredentialError: There is one that could not be sent.
    """
    value = withdrawn_environment_key(environment)
    if not value.strip():
        return None
    try:
        return Found(key_from_text(value), KeySource.ENV)
    except CredentialError as error:
        raise CredentialError(f"{KEY_VARIABLE}: {error.message}", hint=error.hint) from None


def withdrawn_environment_key(environment: MutableMapping[str, str]) -> str:
    """Return what the environment has for a key, unchecked, and remove it; blank when there is nothing."""
    if environment is os.environ:
        wipe_variable(KEY_VARIABLE)
    return environment.pop(KEY_VARIABLE, "")
