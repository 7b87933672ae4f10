"""Whether anybody is attached to the tmux session that the program runs in."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

ASK_EVERY_S = 30.0
LOOK_EVERY_S = 2.0
PATIENCE_S = 1.0
FROM_PARENT = ("TMUX", "TMUX_PANE", "TMUX_TMPDIR", "PATH", "LANG")


async def watch_tmux(tell: Callable[[bool], None], environment: Mapping[str, str] | None = None) -> None:
    """Tell for ever whether somebody is attached, as far as tmux says so; return where there is no tmux.

    tmux takes the right to execute its socket away while nobody is attached to any of its sessions: a change
    of that is seen without asking, and asked about at once.
    """
    known = os.environ if environment is None else environment
    program, socket = shutil.which("tmux", path=known.get("PATH")), known.get("TMUX", "").split(",")[0]
    if program is None or not socket:
        return
    own = {name: known[name] for name in FROM_PARENT if name in known}
    is_attached, mode = True, -1
    while True:
        waited_s, mode = 0.0, _mode(socket)
        is_attached = await _is_attached(program, own, unknown=is_attached)
        tell(is_attached)
        # Somebody who comes back should not wait; somebody who went away costs nothing for a while.
        step_s = ASK_EVERY_S if is_attached else LOOK_EVERY_S
        while waited_s < ASK_EVERY_S and _mode(socket) == mode:
            await asyncio.sleep(step_s)
            waited_s += step_s


async def _is_attached(program: str, environment: Mapping[str, str], *, unknown: bool) -> bool:
    pane = environment.get("TMUX_PANE")
    words = [program, "display-message", "-p", *(["-t", pane] if pane else []), "#{session_attached}"]
    try:
        child = await asyncio.create_subprocess_exec(
            *words,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return unknown
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer, _ = await child.communicate()
    except TimeoutError:
        return unknown
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
    text = answer.decode(errors="replace").strip()
    return text != "0" if text.isdecimal() else unknown


def _mode(path: str) -> int:
    try:
        return Path(path).stat().st_mode
    except OSError:
        return 0
