"""A command of the person's own that prints the key: vault, pass, a cloud's secret manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prime_tui.domain.credentials import KeyAddress, Reason, StoreName, StoreTrouble, key_from_text
from prime_tui.domain.errors import CredentialError
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean_name
from prime_tui.persistence.credentials.children import ChildFailed, ChildMissing, output_of

LIMIT_S = 10.0
# What would let it ask on the terminal or on a screen, and the key that it is there to replace.
WITHHELD = ("PRIME_API_KEY", "GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS", "SUDO_ASKPASS")


class CommandStore:
    """Runs the command for each reading: no shell, no terminal, no input, `LIMIT_S`, one line of output."""

    name = StoreName.COMMAND
    is_writable = False

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = tuple(command)
        self._environment = {name: value for name, value in environment.items() if name not in WITHHELD}

    async def probe(self) -> None:
        """Return when the command prints a key."""
        await self._key()

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key; the command knows which."""
        return await self._key()

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Refuse: the command only reads."""
        raise self._trouble(Reason.BROKEN, "only reads; put the key where it reads from")

    async def delete(self, address: KeyAddress) -> bool:
        """Refuse: the command only reads."""
        raise self._trouble(Reason.BROKEN, "only reads; remove the key where it reads from")

    async def _key(self) -> Secret:
        if not self._command:
            raise StoreTrouble(
                StoreName.COMMAND,
                Reason.NO_BACKEND,
                "No credential command is configured.",
                hint='Set credential_command = ["…", "…"] in config.toml.',
            )
        try:
            output = await output_of(self._command, environment=self._environment, limit_s=LIMIT_S)
            lines = output.decode("ascii").strip().splitlines()
            if len(lines) != 1:
                raise self._trouble(Reason.BROKEN, f"prints {len(lines)} lines instead of one")
            return key_from_text(lines[0])
        except TimeoutError:
            raise self._trouble(Reason.TIMEOUT, f"was not done within {LIMIT_S:.0f} s") from None
        except ChildFailed as error:
            reason = Reason.NO_BACKEND if isinstance(error, ChildMissing) else Reason.BROKEN
            raise self._trouble(reason, f"failed: {error}") from None
        except UnicodeDecodeError:
            raise self._trouble(Reason.BROKEN, "prints something that is no key") from None
        except StoreTrouble:
            raise
        except CredentialError:
            raise self._trouble(Reason.BROKEN, "prints something that is no key") from None

    def _trouble(self, reason: Reason, problem: str) -> StoreTrouble:
        """Name the program only: its arguments may say more than others should read."""
        name = clean_name(self._command[0]) if self._command else "command"
        return StoreTrouble(StoreName.COMMAND, reason, f"The credential command {name!r} {problem}.")
