"""Reports of our own mistakes: a few private files, for the person to look through and to send."""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prime_tui import __version__
from prime_tui.domain.clock import Clock
from prime_tui.domain.crash import Crash, crash_of, farewell
from prime_tui.domain.errors import StorageError
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.text import clean_line
from prime_tui.persistence.private_dir import PrivateDir, read_private_file

KEPT = 5
LOG_LINES, LOG_BYTES = 30, 64_000
MOST_BYTES = 2_000_000
NAME = re.compile(r"crash-(\d{8}T\d{6}Z)-([0-9a-f]{8})\.txt")
STAMP = "%Y%m%dT%H%M%SZ"
PACKAGES = ("textual", "rich", "httpx", "pydantic", "plotext", "textual-plotext")
VARIABLES = ("TERM", "COLORTERM", "LANG", "LC_ALL", "NO_COLOR", "TERM_PROGRAM")
INTRODUCTION = (
    "A report of a mistake inside prime-tui. It holds no API key and no values of variables; messages and\n"
    "lines of the log can name things of yours. Read it through before you send it.\n"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CrashReport:
    """A report on the disk.

    Attributes:
        summary: What happened, in one line.
    """

    path: Path
    written_at: datetime
    summary: str


class CrashReports:
    """Writes reports: one for each way in which something breaks, and at most `KEPT` of them.

    Attributes:
        facts: What the program was at, in words; it may fail, it is asked while things are broken.
    """

    def __init__(self, state_dir: Path, log_file: Path, redactor: Redactor, clock: Clock) -> None:
        self._state_dir = state_dir
        self._log_file = log_file
        self._redactor = redactor
        self._clock = clock
        self._written: dict[str, Path] = {}
        self._one_at_a_time = threading.Lock()
        self.facts: Callable[[], Mapping[str, str]] = dict

    def watch(self) -> None:
        """Report from now on every mistake that is logged with its traceback, and those that end a thread."""
        logging.getLogger().addHandler(_ReportingHandler(self))
        threading.excepthook = _thread_ended
        sys.unraisablehook = _ignored

    def write(self, fault: BaseException) -> Path:
        """Write a report unless this session has one of the same mistake; return where it is.

        Raises:
            StorageError: The disk refuses.
        """
        crash = crash_of(fault, self._redactor)
        with self._one_at_a_time:
            path = self._written.get(crash.fingerprint)
            if path is None:
                path = self._written[crash.fingerprint] = self._write(crash)
        return path

    def farewell(self, fault: BaseException) -> str:
        """Write a report and return what is said on the terminal after a crash."""
        try:
            outcome = f"The report is in\n{self.write(fault)}"
        except StorageError as error:
            outcome = f"No report could be written. {error}"
        except Exception as error:  # one more mistake; the first one is to be told all the same
            outcome = f"No report could be written ({type(error).__name__})."
        return self._redactor(farewell(crash_of(fault, self._redactor), outcome, where_to_send()))

    def _write(self, crash: Crash) -> Path:
        now = self._clock.now()
        name = f"crash-{now.astimezone(UTC).strftime(STAMP)}-{crash.fingerprint}.txt"
        text = self._redactor(self._text(crash, now))
        try:
            with PrivateDir(self._state_dir) as directory:
                directory.replace(name, text.encode("utf-8", "replace"))
                for old in _superseded(sorted(os.listdir(directory.fd)), name):  # noqa: PTH208 - it is open
                    directory.remove(old)
        except OSError as error:
            raise StorageError(f"Cannot use {self._state_dir}: {error.strerror}.") from error
        return self._state_dir / name

    def _text(self, crash: Crash, now: datetime) -> str:
        facts = {
            "what": crash.summary,
            "when": now.isoformat(timespec="seconds"),
            **_versions(),
            **_terminal(),
        }
        try:
            facts.update(self.facts())
        except Exception as error:  # of a program that is broken already
            facts["screen"] = f"unknown ({type(error).__name__})"
        lines = [f"{name:<16} {clean_line(value)}" for name, value in facts.items()]
        return "\n".join(
            [INTRODUCTION, *lines, "", *crash.lines, "", "the last lines of the log", *self._log_lines(), ""]
        )

    def _log_lines(self) -> list[str]:
        try:
            with self._log_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError as error:
            return [f"(cannot be read: {error.strerror})"]
        return [clean_line(line) for line in lines[-LOG_LINES:]]


def newest_report(state_dir: Path) -> CrashReport | None:
    """Return the newest report; None when there is none.

    Raises:
        StorageError: It cannot be read.
    """
    try:
        names = sorted(name for name in os.listdir(state_dir) if NAME.fullmatch(name))  # noqa: PTH208 - names
    except OSError:
        return None
    if not names:
        return None
    found = NAME.fullmatch(names[-1])
    path = state_dir / names[-1]
    content = (read_private_file(path, most_bytes=MOST_BYTES) or b"").decode("utf-8", "replace")
    told = re.search(r"^what +(.*)$", content, re.MULTILINE)
    stamp = found[1] if found else ""
    written_at = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    return CrashReport(path, written_at, clean_line(told[1]) if told else "")


def where_to_send() -> str:
    """Return what to do with a report: file an issue, where the installed package says at which address."""
    from importlib import metadata  # dear, and not needed while all is well

    with suppress(metadata.PackageNotFoundError):
        for entry in metadata.metadata("prime-tui").get_all("Project-URL") or ():
            label, _, address = str(entry).partition(",")
            if label.strip().lower() == "issues":
                return f"attach it to an issue at {address.strip()}"
    return "send it to whoever maintains prime-tui"


class _ReportingHandler(logging.Handler):
    def __init__(self, reports: CrashReports) -> None:
        super().__init__(logging.ERROR)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            with suppress(Exception):  # whoever logs a mistake must not stumble over its report
                self._reports.write(fault)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    fault = ended.exc_value
    if isinstance(fault, OSError) and fault.errno == errno.EIO:
        return  # the terminal went away under its writer: that is an end, and no mistake
    if fault is not None:
        name = ended.thread.name if ended.thread is not None else "unknown"
        log.error("thread %s ended by a mistake", name, exc_info=fault)


def _ignored(told: sys.UnraisableHookArgs) -> None:
    """Something failed while it was thrown away: nothing depends on it, and it is not for the terminal."""
    log.warning("failed while it was thrown away: %s", type(told.object).__name__, exc_info=told.exc_value)


def _superseded(names: list[str], new: str) -> list[str]:
    """The reports that go: older ones of the same mistake, and those beyond the number that is kept."""
    reports = [(name, found[2]) for name in names if (found := NAME.fullmatch(name))]
    fingerprint = dict(reports).get(new)
    same = [name for name, one in reports if one == fingerprint and name != new]
    others = [name for name, _ in reports if name not in same]
    return same + others[:-KEPT]


def _versions() -> dict[str, str]:
    import platform
    from importlib import metadata

    versions = {"prime-tui": __version__, "python": platform.python_version(), "system": platform.platform()}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def _terminal() -> dict[str, str]:
    found = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return {**found, "tmux": "yes" if "TMUX" in os.environ else "no"}
