"""A directory of ours, held open, so that nobody can swap it between the check and the use."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.paths import PRIVATE_DIR, PRIVATE_FILE, check_private

_CLOSED = os.O_NOFOLLOW | os.O_CLOEXEC


class UnsafePlace(StorageError):
    """A file or directory that others could read or swap; the hint has the command that repairs it."""


class PrivateDir:
    """An open directory with mode 0700 that belongs to us; files in it have mode 0600, whatever the umask.

    Links are refused, for the directory and for the files in it.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        """Open the directory.

        Args:
            path: Where it is.
            make: Make it (and its parents) when it is absent.

        Raises:
            UnsafePlace: It is a link, somebody else's, open to others, or where others could swap it.
            FileNotFoundError: It is absent and not to be made.
            StorageError: The system refuses.
        """
        self.path = path
        try:
            if make:
                _make(path)
            self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _CLOSED)
        except FileNotFoundError:
            raise
        except OSError as error:
            if path.is_symlink():
                hint = "Move it away; links are not followed."
                raise UnsafePlace(f"{path} is a link.", hint=hint) from error
            raise StorageError(f"Cannot open {path}: {error.strerror}.") from error
        try:
            _check(path, os.fstat(self.fd), PRIVATE_DIR)
            _check_parents(path)
        except BaseException:
            os.close(self.fd)
            raise

    def __enter__(self) -> PrivateDir:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.fd)

    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """Return the content of a file; None when there is none.

        Raises:
            UnsafePlace: It is a link, not a regular file, somebody else's, or open to others.
            StorageError: It is too large, or the system refuses.
        """
        return read_private_file(self.path / name, most_bytes=most_bytes, directory=self)

    def replace(self, name: str, content: bytes) -> None:
        """Replace a file, so that a reader sees the old one or the new one and a power cut loses neither.

        Raises:
            StorageError: The disk refuses; the old file is untouched.
        """
        temporary = f".{name}.{secrets.token_hex(8)}"
        try:
            handle = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED, PRIVATE_FILE, dir_fd=self.fd
            )
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, PRIVATE_FILE)
                file.write(content)
                file.flush()
                os.fsync(handle)
            os.rename(temporary, name, src_dir_fd=self.fd, dst_dir_fd=self.fd)
            os.fsync(self.fd)
        except OSError as error:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self.fd)
            raise StorageError(f"Cannot write {self.path / name}: {error.strerror}.") from error

    def remove(self, name: str) -> bool:
        """Remove a file; return False when there was none."""
        try:
            os.unlink(name, dir_fd=self.fd)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StorageError(f"Cannot remove {self.path / name}: {error.strerror}.") from error
        os.fsync(self.fd)
        return True

    def sweep(self, name: str) -> None:
        """Remove what interrupted replacements of a file have left; call it with the file's lock held."""
        for entry in os.listdir(self.fd):  # noqa: PTH208 - a Path cannot name an open directory
            if entry.startswith(f".{name}.") and len(entry) == len(name) + 18:
                with suppress(OSError):
                    os.unlink(entry, dir_fd=self.fd)


def _make(path: Path) -> None:
    """Make a directory and its parents, all for us alone whatever the umask."""
    if not path.is_dir():
        _make(path.parent)
        path.mkdir(mode=PRIVATE_DIR, exist_ok=True)


def read_private_file(path: Path, *, most_bytes: int, directory: PrivateDir | None = None) -> bytes | None:
    """Return the content of a file that only we can read; None when there is none.

    Args:
        path: Where it is.
        most_bytes: A longer file is refused.
        directory: The open directory that it is in; without one its directory may be any.

    Raises:
        UnsafePlace: It is a link, not a regular file, somebody else's, or open to others.
        StorageError: It is too large, or the system refuses.
    """
    place, directory_fd = (path, None) if directory is None else (Path(path.name), directory.fd)
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | _CLOSED, dir_fd=directory_fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        if path.is_symlink():
            raise UnsafePlace(f"{path} is a link.", hint="Links are not followed.") from error
        raise StorageError(f"Cannot read {path}: {error.strerror}.") from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise UnsafePlace(f"{path} is not a regular file.", hint="Move it away.")
        _check(path, info, PRIVATE_FILE)
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read(most_bytes + 1)
    finally:
        os.close(handle)
    if len(content) > most_bytes:
        raise StorageError(f"{path} is not a regular file of at most {most_bytes:,} bytes.")
    return content


def _check(path: Path, info: os.stat_result, mode: int) -> None:
    try:
        check_private(path, info, mode)
    except StorageError as error:
        raise UnsafePlace(error.message, hint=error.hint) from None


def _check_parents(path: Path) -> None:
    """Refuse a place where anybody could rename our directory away and put another in its stead."""
    for parent in path.absolute().parents:
        mode = parent.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise UnsafePlace(f"Everybody may write to {parent}.", hint=f"Run: chmod o-w '{parent}'")
