"""Writing a private file so that a reader sees the old one or the new one, never half of it."""

from __future__ import annotations

from pathlib import Path

from prime_tui.persistence.private_dir import PrivateDir, read_private_file


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` by `content` with mode 0600, whatever the umask.

    Raises:
        StorageError: The directory is not private, or the disk refuses.
    """
    with PrivateDir(path.parent) as directory:
        directory.replace(path.name, content)


def read_private(path: Path, most_bytes: int = 4_000_000) -> bytes | None:
    """Return the content of a private file, whatever directory it is in; None when there is none.

    Raises:
        StorageError: It is a link, not a regular file, too large, somebody else's, or open to others.
    """
    return read_private_file(path, most_bytes=most_bytes)
