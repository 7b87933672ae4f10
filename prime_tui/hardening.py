"""What a process that holds a key does first: no core dumps, no debugger of the same user, private files."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

_PR_SET_DUMPABLE = 4
PRIVATE_UMASK = 0o077


class RefusedToRun(Exception):
    """The program was started in a way in which it cannot protect a key."""


@dataclass(frozen=True, slots=True)
class Hardening:
    """What could be switched off.

    Attributes:
        warnings: Sentences that a person should read.
    """

    has_no_core_dumps: bool
    has_no_debugger: bool
    warnings: tuple[str, ...]


def harden() -> Hardening:
    """Protect this process; call it before any secret is read. Children inherit only the first part.

    Raises:
        RefusedToRun: The program is setuid or setgid: whoever starts it chooses its environment and files.
    """
    if os.getuid() != os.geteuid() or os.getgid() != os.getegid():
        raise RefusedToRun("prime-tui does not run setuid or setgid; start it as the user who owns the key.")
    os.umask(PRIVATE_UMASK)
    # Any installed package could otherwise see what we parse, and looking for such packages takes time.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    warnings = []
    if os.geteuid() == 0:
        warnings.append("Running as root: other administrators of this host can read the key.")
    core_off, debugger_off = _without_core_dumps(), _without_debugger()
    if not core_off:
        warnings.append("Core dumps could not be switched off: a crash may write the key to a disk.")
    return Hardening(core_off, debugger_off, tuple(warnings))


def wipe_variable(name: str) -> None:
    """Overwrite a variable where the kernel shows it: removing it would leave it in `/proc/PID/environ`.

    Whoever starts the program still has it, and it could be read there until now.
    """
    import ctypes

    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_void_p
    address = getenv(os.fsencode(name))
    if address is not None:
        ctypes.memset(address, 0, len(ctypes.string_at(address)))


def _without_core_dumps() -> bool:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


def _without_debugger() -> bool:
    """Keep other processes of this user from reading our memory and environment (Linux only)."""
    if sys.platform != "linux":
        return False
    import ctypes

    zero = ctypes.c_ulong(0)
    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, zero, zero, zero, zero) == 0)
