"""Files of ours, and the official client's: whose they are and who may read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from prime_tui.config.schema import FILE_NAME
from prime_tui.doctor.finding import Ailment, Finding, Verdict
from prime_tui.persistence.credentials.simple_stores import PLAINTEXT_NAME
from prime_tui.persistence.official import read_official
from prime_tui.persistence.paths import PRIVATE_DIR, PRIVATE_FILE, Paths


def own_files(paths: Paths) -> Iterator[Finding]:
    """Yield every file and directory of ours that is there."""
    for directory in (paths.config_dir, paths.state_dir):
        yield _unwritable(directory) or _finding(directory, PRIVATE_DIR, stat.S_ISDIR)
    names = sorted(
        path
        for directory in (paths.config_dir, paths.state_dir)
        if directory.is_dir() and not directory.is_symlink() and os.access(directory, os.R_OK | os.X_OK)
        for path in directory.iterdir()
        if not path.name.endswith(".lock")
    )
    for path in names:
        if path.is_dir() and not path.is_symlink():
            yield _finding(path, PRIVATE_DIR, stat.S_ISDIR)
        else:
            yield _finding(path, PRIVATE_FILE, stat.S_ISREG)
    if not (paths.config_dir / FILE_NAME).exists():
        yield Finding(
            "files", str(paths.config_dir / FILE_NAME), Verdict.NOTE, "not there; defaults are used"
        )
    if (paths.state_dir / PLAINTEXT_NAME).exists():
        advice = "Move the keys: prime-tui auth login --store file"
        yield Finding("files", PLAINTEXT_NAME, Verdict.WARNING, "keys are kept in plain text", advice)


def official_files(home: Path) -> Iterator[Finding]:
    """Yield what is known of the official client's configuration, without its keys."""
    official = read_official(home)
    names = ", ".join(one.name for one in official.environments if one.key is not None)
    if names:
        advice = "Take them over with: prime-tui auth import"
        yield Finding("files", "~/.prime", Verdict.NOTE, f"the official client has keys for: {names}", advice)
    for problem in official.problems:
        yield Finding("files", "~/.prime", Verdict.WARNING, problem)


def _unwritable(directory: Path) -> Finding | None:
    """Return what is wrong where nothing can be written, as on a disk that is mounted read-only."""
    there = next((one for one in (directory, *directory.parents) if os.access(one, os.F_OK)), directory)
    if os.access(there, os.W_OK):
        return None
    detail = "cannot be written" if there == directory else f"cannot be made: {there} cannot be written"
    advice = "Make it writable, or choose another place with XDG_STATE_HOME and XDG_CONFIG_HOME."
    return Finding("files", str(directory), Verdict.FAILURE, detail, advice, Ailment.ERROR)


def _finding(path: Path, mode: int, is_right_kind: object) -> Finding:
    try:
        info = path.lstat()
    except FileNotFoundError:
        return Finding("files", str(path), Verdict.NOTE, "not there yet; made when it is needed")
    except OSError as error:
        return Finding("files", str(path), Verdict.FAILURE, f"{error.strerror}", ailment=Ailment.ERROR)
    actual = stat.S_IMODE(info.st_mode)
    if not callable(is_right_kind) or not is_right_kind(info.st_mode):
        detail, advice = "is a link or no plain file", "Move it away; links are not followed."
    elif info.st_uid != os.geteuid():
        detail, advice = "belongs to another user", "Give it back with chown, or move it away."
    elif actual & 0o077:
        detail, advice = f"mode {actual:o}: open to others", f"chmod {mode:o} '{path}'"
    else:
        return Finding("files", str(path), Verdict.OK, f"mode {actual:o}")
    return Finding("files", str(path), Verdict.FAILURE, detail, advice, Ailment.ERROR)
