"""The kernel's key service, by its system calls: no package and no daemon is needed."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

# Numbers of add_key and keyctl; every architecture that is newer than x86 shares the generic ones.
_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219), "loongarch64": (217, 219)}
_PROCESS_KEYRING, _USER_KEYRING = -2, -4
_UNLINK, _LINK, _SEARCH, _READ = 9, 8, 10, 11
_KEY_TYPE = b"user"
MOST_BYTES = 4096
_NOT_THERE = frozenset({errno.ENOKEY, errno.EKEYEXPIRED, errno.EKEYREVOKED})


class NoKernelKeys(OSError):
    """This kernel, container or architecture gives no access to keys."""


class KernelKeys:
    """Keys in the keyring of this user.

    They are in the kernel's memory, never on a disk. Another user cannot read them; their names can be seen
    in `/proc/keys`. They are gone after a reboot, and when the last process of the user has ended.
    """

    def __init__(self) -> None:
        numbers = _CALLS.get(platform.machine())
        if sys.platform != "linux" or numbers is None:
            raise NoKernelKeys(errno.ENOSYS, "this system has no key service that is known here")
        self._add_key, self._keyctl = numbers
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long

    def get(self, name: str) -> bytes | None:
        """Return the content of a key, None when there is no such key."""
        self._possess()
        key = self._find(name)
        if key is None:
            return None
        buffer = ctypes.create_string_buffer(MOST_BYTES)
        length = self._call(self._keyctl, _READ, key, buffer, MOST_BYTES)
        return buffer.raw[: min(length, MOST_BYTES)]

    def set(self, name: str, content: bytes) -> None:
        """Make or replace a key."""
        self._possess()
        self._call(self._add_key, _KEY_TYPE, name.encode(), content, len(content), _USER_KEYRING)

    def delete(self, name: str) -> bool:
        """Remove a key; return False when there was none."""
        self._possess()
        key = self._find(name)
        if key is None:
            return False
        self._call(self._keyctl, _UNLINK, key, _USER_KEYRING)
        return True

    def _possess(self) -> None:
        """Tie the user's keyring to this process: a key can be found without that, but not read.

        The process's own keyring is used because the session's belongs to the login, or is missing.
        """
        self._call(self._keyctl, _LINK, _USER_KEYRING, _PROCESS_KEYRING)

    def _find(self, name: str) -> int | None:
        try:
            return self._call(self._keyctl, _SEARCH, _USER_KEYRING, _KEY_TYPE, name.encode(), 0)
        except OSError as error:
            if error.errno in _NOT_THERE:
                return None
            raise

    def _call(self, number: int, *arguments: object) -> int:
        words = [ctypes.c_long(one) if isinstance(one, int) else one for one in (number, *arguments)]
        result = int(self._syscall(*words))
        if result < 0:
            code = ctypes.get_errno()
            kind = NoKernelKeys if code in (errno.ENOSYS, errno.EPERM) else OSError
            raise kind(code, os.strerror(code))
        return result
