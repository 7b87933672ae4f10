"""Writing a private file so that a reader sees the old one or the new one, never half of it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.paths import PRIVATE_FILE, check_private, make_private_dir


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` by `content` with mode 0600, whatever the umask.

    Raises:
        StorageError: The directory is not private, or the disk refuses.
    """
    make_private_dir(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(temporary, flags, PRIVATE_FILE)
        try:
            os.fchmod(handle, PRIVATE_FILE)
            with os.fdopen(handle, "wb", closefd=False) as file:
                file.write(content)
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)  # there only when something went wrong


def read_private(path: Path, most_bytes: int = 4_000_000) -> bytes | None:
    """Return the content of a private file; None when there is none.

    Raises:
        StorageError: It is a link, not a regular file, too large, somebody else's, or open to others.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"Cannot read {path}: {error.strerror}.", hint="Links are not followed."
        ) from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode) or info.st_size > most_bytes:
            raise StorageError(f"{path} is not a regular file of at most {most_bytes:,} bytes.")
        check_private(path, info, PRIVATE_FILE)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most_bytes)
    except OSError as error:
        raise StorageError(f"Cannot read {path}: {error.strerror}.") from error
    finally:
        os.close(handle)
