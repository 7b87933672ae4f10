"""What a process does that stays for weeks on a host that it shares."""

from __future__ import annotations

from contextlib import suppress

_M_ARENA_MAX = -8


def use_one_arena() -> None:
    """Let all threads allocate from one place (GNU libc): ours wait for disks and the terminal, mostly."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
