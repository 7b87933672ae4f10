"""The desktop's Secret Service (gnome-keyring and its like), asked through a process that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping

from prime_tui.domain.clock import Clock
from prime_tui.domain.credentials import KeyAddress, Reason, StoreName, StoreTrouble
from prime_tui.domain.secret import Secret
from prime_tui.persistence.credentials.children import ChildFailed, output_of

PROBE_S, CALL_S, PROMPT_S = 3.0, 10.0, 30.0
SILENCE_S = 300.0
BUS_VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
HELPER = "prime_tui.persistence.credentials.secret_service_helper"
# All that the helper is given: in particular no KEYRING_*, PYTHON_* or PRIME_* variable, no DISPLAY.
_PASSED_ON = (
    "HOME",
    "USER",
    "LOGNAME",
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "XDG_RUNTIME_DIR",
    BUS_VARIABLE,
)
_PROBED = KeyAddress("", "probe")
_HOW_TO = "Choose another store with `prime-tui auth login --store file`, or set PRIME_API_KEY."
_SENTENCES = {
    Reason.NO_BACKEND: ("There is no Secret Service on this host's D-Bus session.", _HOW_TO),
    Reason.LOCKED: (
        "The Secret Service is locked, and nothing here can ask for its password.",
        "Unlock it (`gnome-keyring-daemon --unlock` reads the password) or choose another store.",
    ),
    Reason.GONE: (
        "The D-Bus session that this terminal remembers has ended; in tmux that is normal after a new login.",
        f"Give {BUS_VARIABLE} its present value, or choose another store.",
    ),
    Reason.TIMEOUT: (
        "The Secret Service is there but does not answer; somebody may be asked for its password elsewhere.",
        "It is not asked again for five minutes unless you do. " + _HOW_TO,
    ),
    Reason.BROKEN: ("The Secret Service fails.", _HOW_TO),
}


class SecretServiceStore:
    """Keys in the Secret Service.

    One call at a time. After one that was not answered the service is left alone for `SILENCE_S`.

    Args:
        probe_s: How long `probe` waits for an answer.
    """

    name = StoreName.SECRET_SERVICE
    is_writable = True

    def __init__(self, clock: Clock, environment: Mapping[str, str], *, probe_s: float = PROBE_S) -> None:
        self._clock = clock
        self._environment = environment
        self._probe_s = probe_s
        self._one_at_a_time = asyncio.Lock()
        self._silent_until_s: float | None = None

    def ask_again(self) -> None:
        """Forget that the service was silent: a person wants another try."""
        self._silent_until_s = None

    async def probe(self) -> None:
        """Return when the service answers within `probe_s`; it is asked for a key that is not there."""
        await self._ask({"verb": "get"}, _PROBED, self._probe_s)

    async def get(self, address: KeyAddress) -> Secret | None:
        """Return the key, None when there is none."""
        value = await self._ask({"verb": "get"}, address, self._call_limit_s)
        return Secret(value) if isinstance(value, str) else None

    async def set(self, address: KeyAddress, secret: Secret) -> None:
        """Keep the key."""
        await self._ask({"verb": "set", "secret": secret.reveal()}, address, self._call_limit_s)

    async def delete(self, address: KeyAddress) -> bool:
        """Remove the key."""
        return await self._ask({"verb": "delete"}, address, self._call_limit_s) is True

    @property
    def _call_limit_s(self) -> float:
        """Longer where a graphical prompt may be showing."""
        graphical = any(self._environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
        return PROMPT_S if graphical else CALL_S

    async def _ask(self, request: dict[str, object], address: KeyAddress, limit_s: float) -> object:
        if not self._environment.get(BUS_VARIABLE):
            raise _trouble(Reason.NO_BACKEND)
        async with self._one_at_a_time:
            if self._silent_until_s is not None and self._clock.monotonic() < self._silent_until_s:
                raise _trouble(Reason.TIMEOUT)
            try:
                answer = await self._ask_helper(
                    {**request, "service": address.service, "user": address.user, "limit_s": limit_s}, limit_s
                )
            except TimeoutError:
                self._silent_until_s = self._clock.monotonic() + SILENCE_S
                raise _trouble(Reason.TIMEOUT) from None
            except (ChildFailed, ValueError) as error:
                raise _trouble(Reason.BROKEN, type(error).__name__) from None
            self._silent_until_s = None
        if "reason" in answer:
            raise _trouble(Reason(str(answer["reason"])), str(answer.get("detail", "")))
        return answer.get("value")

    async def _ask_helper(self, request: dict[str, object], limit_s: float) -> dict[str, object]:
        """Send the request over a pipe: what is in arguments or the environment could be read by others."""
        reading, writing = os.pipe()
        try:
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(json.dumps(request).encode())
            output = await output_of(
                [sys.executable, "-P", "-m", HELPER, str(reading)],
                environment=self._passed_on(),
                limit_s=limit_s,
                pass_fds=[reading],
            )
        finally:
            os.close(reading)
        answer = json.loads(output)
        if not isinstance(answer, dict):
            raise ValueError("the helper answered with something else")
        return answer

    def _passed_on(self) -> dict[str, str]:
        kept = {name: self._environment[name] for name in _PASSED_ON if name in self._environment}
        # The helper imports what this process could, however it was installed.
        kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100
        return kept


def _trouble(reason: Reason, detail: str = "") -> StoreTrouble:
    message, hint = _SENTENCES[reason]
    if detail and reason is Reason.BROKEN:
        message = f"{message[:-1]} ({detail})."
    return StoreTrouble(StoreName.SECRET_SERVICE, reason, message, hint=hint)
