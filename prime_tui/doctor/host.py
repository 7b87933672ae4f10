"""Versions, terminal and other instances: what can be known without the network."""

from __future__ import annotations

import locale
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from prime_tui import __version__
from prime_tui.doctor.finding import Finding, Verdict
from prime_tui.domain.clock import Clock
from prime_tui.domain.ssh_command import without_secrets
from prime_tui.domain.text import clean_name
from prime_tui.hardening import Hardening
from prime_tui.persistence.credentials.children import ChildFailed, output_of
from prime_tui.persistence.paths import Paths
from prime_tui.persistence.seat import recorders
from prime_tui.persistence.shared_calls import calls_by_process

PACKAGES = (
    "textual",
    "httpx",
    "pydantic",
    "plotext",
    "keyring",
    "SecretStorage",
    "cryptography",
    "platformdirs",
)
TMUX_LIMIT_S = 2.0
_INDIRECT = ("simulate", "doctor", "auth")


def versions() -> Iterator[Finding]:
    """Yield what the program is made of."""
    yield Finding("versions", "prime-tui", Verdict.OK, __version__)
    yield Finding("versions", "python", Verdict.OK, f"{platform.python_version()} on {platform.platform()}")
    for name in PACKAGES:
        try:
            yield Finding("versions", name, Verdict.OK, version(name))
        except PackageNotFoundError:
            # SecretStorage exists on Linux only.
            yield Finding("versions", name, Verdict.NOTE, "not installed")


def process(hardening: Hardening) -> Iterator[Finding]:
    """Yield how well this process is protected."""
    for subject, is_on in (
        ("no core dumps", hardening.has_no_core_dumps),
        ("no debugger of the same user", hardening.has_no_debugger),
    ):
        verdict = Verdict.OK if is_on else Verdict.WARNING
        yield Finding("process", subject, verdict, "yes" if is_on else "could not be switched")
    for warning in hardening.warnings:
        yield Finding("process", "warning", Verdict.WARNING, warning)


async def terminal(environment: Mapping[str, str]) -> list[Finding]:
    """Return what the terminal says of itself; it is not asked, because the answer would be typed text."""
    term, truecolour = environment.get("TERM", ""), environment.get("COLORTERM", "")
    found = []
    if term in ("", "dumb"):
        advice = "Use a terminal that can move its cursor."
        found.append(Finding("terminal", "TERM", Verdict.WARNING, term or "not set", advice))
    else:
        found.append(Finding("terminal", "TERM", Verdict.OK, clean_name(term)))
    colours = "16 million" if truecolour in ("truecolor", "24bit") else "256" if "256" in term else "16"
    if "NO_COLOR" in environment:
        colours = "none wanted (NO_COLOR)"
    found.append(Finding("terminal", "colours", Verdict.OK, colours))
    found.append(_encoding())
    found.append(Finding("terminal", "over SSH", Verdict.OK, "yes" if "SSH_TTY" in environment else "no"))
    return found + await _multiplexer(environment)


def _encoding() -> Finding:
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") == "utf8":
        return Finding("terminal", "unicode", Verdict.OK, encoding)
    advice = "Set LANG to a UTF-8 locale, such as C.UTF-8."
    return Finding("terminal", "unicode", Verdict.WARNING, encoding, advice)


async def _multiplexer(environment: Mapping[str, str]) -> list[Finding]:
    if not environment.get("TMUX"):
        detail = "sent to the terminal (OSC 52); whether it takes it cannot be known from here"
        return [Finding("terminal", "clipboard", Verdict.NOTE, detail)]
    clipboard, passthrough = (
        await _tmux("set-clipboard", environment),
        await _tmux("allow-passthrough", environment),
    )
    takes = clipboard == "on"
    return [
        Finding("terminal", "tmux", Verdict.OK, await _tmux_version(environment)),
        Finding(
            "terminal", "tmux passthrough", Verdict.OK, passthrough or "unknown (an older tmux has none)"
        ),
        Finding(
            "terminal",
            "clipboard",
            Verdict.OK if takes else Verdict.NOTE,
            f"tmux set-clipboard is {clipboard or 'unknown'}",
            ""
            if takes
            else "To copy from here: tmux set -g set-clipboard on (everybody in this tmux may read it).",
        ),
    ]


async def _tmux(option: str, environment: Mapping[str, str]) -> str:
    return await _said(["tmux", "show-options", "-gv", option], environment)


async def _tmux_version(environment: Mapping[str, str]) -> str:
    return await _said(["tmux", "-V"], environment) or "does not answer"


async def _said(command: list[str], environment: Mapping[str, str]) -> str:
    try:
        output = await output_of(command, environment=without_secrets(environment), limit_s=TMUX_LIMIT_S)
    except (ChildFailed, TimeoutError):
        return ""
    return clean_name(output.decode(errors="replace"))


def instances(paths: Paths, clock: Clock) -> Iterator[Finding]:
    """Yield the other prime-tui processes of this user; they share the call budget and the files."""
    calls = calls_by_process(paths.calls_file, clock)
    if isinstance(calls, str):
        advice = "Each instance keeps to a part of the budget meanwhile. Move the file away if this lasts."
        yield Finding("instances", "call budget", Verdict.WARNING, f"is not shared: {calls}", advice)
        calls = {}
    else:
        detail = f"{sum(calls.values())} calls within the last hour, of all instances"
        yield Finding("instances", "call budget", Verdict.OK, detail)
    writers = set(recorders(paths.state_dir))
    if sys.platform != "linux":
        yield Finding("instances", "others", Verdict.NOTE, "cannot be known on this system")
        return
    others = sorted(pid for pid in _processes() if pid != os.getpid())
    if not others:
        yield Finding("instances", "others", Verdict.OK, "none")
    for pid in others:
        try:
            age_h = (time.time() - Path(f"/proc/{pid}").stat().st_mtime) / 3600
        except OSError:
            continue
        detail = f"runs for {age_h:.1f} h, made {calls.get(pid, 0)} calls within the last hour"
        writes = ", writes the history" if pid in writers else ""
        yield Finding("instances", f"pid {pid}", Verdict.NOTE, detail + writes)


def _processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            # The owner of the directory is root when the process is protected as ours are.
            uid = next(
                line.split()[1]
                for line in (entry / "status").read_text().splitlines()
                if line.startswith("Uid:")
            )
        except (OSError, StopIteration):
            continue
        if uid == str(os.getuid()) and _is_monitor(words):
            yield int(entry.name)


def _is_monitor(words: list[str]) -> bool:
    """Whether these are the words of a monitor, started as a script or as a module."""
    for number, word in enumerate(words[:6]):
        is_script = Path(word).name == "prime-tui" and number <= 1
        is_module = word == "prime_tui" and words[number - 1] == "-m"
        if is_script or is_module:
            return not any(rest in _INDIRECT for rest in words[number + 1 : number + 2])
    return False
