"""Child processes that may hang or ask: no terminal, no input, an end to the waiting, and no key of ours."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

MOST_OUTPUT_BYTES = 64_000
REAP_S = 1.0


class ChildFailed(Exception):
    """The child ended with an error or printed too much."""


class ChildMissing(ChildFailed):
    """The child could not even be started."""


async def output_of(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    limit_s: float,
    pass_fds: Sequence[int] = (),
) -> bytes:
    """Run a command in a session of its own and return what it prints, at most `MOST_OUTPUT_BYTES`.

    Without a controlling terminal and with an empty input nothing in it can draw over the screen or take
    keys. When the time is up, or the caller is cancelled, the whole session is killed.

    Raises:
        TimeoutError: It was not done within `limit_s`.
        ChildFailed: It did not start, printed too much, or ended with an error.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            env=dict(environment),
            cwd="/",
        )
    except (OSError, ValueError) as error:
        raise ChildMissing(getattr(error, "strerror", None) or "it cannot be started") from None
    try:
        async with asyncio.timeout(limit_s):
            output = b"" if child.stdout is None else await _all_of(child.stdout)
            code = await child.wait()
    finally:
        await _end(child)
    if code != 0:
        raise ChildFailed(f"exit code {code}")
    return output


async def _all_of(stream: asyncio.StreamReader) -> bytes:
    output = b""
    while piece := await stream.read(MOST_OUTPUT_BYTES):
        output += piece
        if len(output) > MOST_OUTPUT_BYTES:
            raise ChildFailed("it prints too much")
    return output


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill the child's session, what it left running included, and reap it; a stuck one is left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(REAP_S):
            await child.wait()
