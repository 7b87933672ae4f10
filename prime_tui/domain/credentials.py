"""Keys as values: where one may be kept, where one was found, and why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from prime_tui.domain.account import Account
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.secret import Secret

_SENDABLE_KEY = re.compile(r"[!-~]{1,512}\Z")


class StoreName(StrEnum):
    """Where a key can be kept, as it is written in the configuration and on the command line."""

    SECRET_SERVICE = "secret-service"  # noqa: S105 - a name
    FILE = "file"
    KERNEL = "kernel"
    COMMAND = "command"
    MEMORY = "memory"
    PLAINTEXT = "plaintext"


class KeySource(StrEnum):
    """What a key came from."""

    FLAG = "flag"
    ENV = "env"
    STORE = "store"
    OFFICIAL = "official"
    NONE = "none"


class Reason(StrEnum):
    """Why a store gives nothing, when that is more than having no such key.

    `locked` wants a passphrase or somebody to unlock it, `timeout` is a store that is there and silent,
    `gone` one whose D-Bus session has ended, `broken` one that fails in any other way, and `refused-mode`
    a file or directory of ours that others could read or swap.
    """

    NO_BACKEND = "no-backend"
    LOCKED = "locked"
    TIMEOUT = "timeout"
    GONE = "gone"
    BROKEN = "broken"
    REFUSED_MODE = "refused-mode"


class StoreTrouble(CredentialError):
    """A store cannot do what was asked.

    Attributes:
        store: Which one.
        reason: Why, for programs; the message says it for people.
    """

    def __init__(self, store: StoreName, reason: Reason, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.store = store
        self.reason = reason


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """What a stored secret is called.

    The origin is part of the name, so a changed base URL finds no key rather than the wrong one.

    Attributes:
        origin: Canonical, such as `https://api.example.com`.
        account: Whose key; several profiles may name the same one.
    """

    origin: str
    account: str

    @property
    def service(self) -> str:
        """The name of the service in a keyring."""
        return f"prime-tui:{self.origin}"

    @property
    def user(self) -> str:
        """The name of the user in a keyring."""
        return f"api-key:{self.account}"


@dataclass(frozen=True, slots=True)
class Found:
    """The result of looking for a key.

    Attributes:
        key: None when there is none or it cannot be had now.
        store: The store that was asked, whether or not it gave the key.
        reason: Why the store gave nothing; None when it simply has no such key.
        message: What happened and what to do, for people; empty when there is nothing to say.
        file: The file that the command line names; it is read again when the key is looked for again.
    """

    key: Secret | None
    source: KeySource
    store: StoreName | None = None
    reason: Reason | None = None
    message: str = ""
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A good key that was found where the refused one had been, and that is not in use yet.

    Attributes:
        account: Whose it is; None when the service cannot tell.
        use: Puts it in the place of the refused one.
    """

    account: Account | None
    use: Callable[[], None]


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """A store that a person may choose, or why not.

    Attributes:
        note: What the store means, or why it cannot be used; one sentence.
    """

    name: StoreName
    is_available: bool
    reason: Reason | None
    note: str


def key_from_text(text: str) -> Secret:
    """Return the key that somebody typed, pasted or kept in a file; outer blanks and line ends are dropped.

    Raises:
        CredentialError: It is no key that a request could carry. The text is not repeated: nearly a key is a
            secret too.
    """
    value = text.strip()
    if not value:
        raise CredentialError("The API key is empty.")
    if not _SENDABLE_KEY.match(value):
        raise CredentialError(
            "That is not an API key: one has 1 to 512 characters, without blanks, line ends or letters"
            " outside ASCII.",
            hint="Copy it again from the dashboard.",
        )
    return Secret(value)
