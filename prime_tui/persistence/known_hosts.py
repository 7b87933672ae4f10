"""The host keys of pods: one private file for ssh, with a line that goes when its pod goes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from pathlib import Path

from prime_tui.domain.ssh_command import host_alias
from prime_tui.persistence.atomic import read_private
from prime_tui.persistence.file_lock import locked
from prime_tui.persistence.private_dir import PrivateDir

HASHED = "|1|"


def prepare_known_hosts(path: Path) -> None:
    """Make the file with mode 0600 if there is none: ssh would make it readable to all.

    Raises:
        StorageError: It cannot be made, or what is there is not private.
    """
    if read_private(path) is None:
        with PrivateDir(path.parent) as directory, locked(directory, path.name):
            if read_private(path) is None:  # else another instance was faster, and ssh may have written to it
                directory.replace(path.name, b"")


def forget_pod(path: Path, pod_id: str) -> None:
    """Drop the keys of a pod that is gone.

    Raises:
        StorageError: The file cannot be read or written.
    """
    if read_private(path) is None:
        return
    with PrivateDir(path.parent) as directory, locked(directory, path.name):
        content = read_private(path) or b""
        kept = without_host(content, host_alias(pod_id))
        if kept != content:
            directory.replace(path.name, kept)


def fingerprints(path: Path, pod_id: str) -> frozenset[str]:
    """Return the fingerprints of the host keys that a pod is known by, as `ssh-keygen -l` writes them.

    Raises:
        StorageError: The file cannot be read.
    """
    lines = (read_private(path) or b"").splitlines()
    return frozenset(filter(None, (_fingerprint(one) for one in lines if _is_of(one, host_alias(pod_id)))))


def without_host(content: bytes, host: str) -> bytes:
    """Return `known_hosts` without the lines of `host`, hashed ones too; other lines stay as they are."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not _is_of(line, host))


def _is_of(line: bytes, host: str) -> bool:
    words = line.decode("utf-8", "replace").split()
    if not words or words[0].startswith("#"):
        return False
    names = words[1] if words[0].startswith("@") and len(words) > 1 else words[0]
    return any(_names(name, host) for name in names.split(","))


def _fingerprint(line: bytes) -> str:
    """`[@marker] names type base64 [comment]`; empty when it is not that."""
    words = line.split()
    key = words[3:4] if words[0].startswith(b"@") else words[2:3]
    try:
        digest = hashlib.sha256(base64.b64decode(b"".join(key), validate=True)).digest()
    except binascii.Error:
        return ""
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}" if key else ""


def _names(name: str, host: str) -> bool:
    """`|1|salt|hash` is HMAC-SHA1 of the name (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    if not name.startswith(HASHED):
        return name == host
    salt, _, digest = name.removeprefix(HASHED).partition("|")
    try:
        expected = hmac.new(base64.b64decode(salt), host.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(expected, base64.b64decode(digest))
    except (binascii.Error, ValueError):
        return False
