"""Which foreign addresses a key may be sent to, because a person said so once. Nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.atomic import read_private
from prime_tui.persistence.file_lock import locked
from prime_tui.persistence.private_dir import PrivateDir

VERSION = 1


class Consent(NamedTuple):
    """The key of a profile, given for one origin, may be sent to another origin too."""

    profile: str
    origin: str
    inference_origin: str


class ConsentFile:
    """A private JSON file of consents."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> frozenset[Consent]:
        """Return all consents; a record that makes no sense is none.

        Raises:
            StorageError: The file is no JSON, cannot be read, is open to others, or is not ours.
        """
        content = read_private(self._path)
        if content is None:
            return frozenset()
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise StorageError(
                f"{self._path} is not JSON.", hint="Move it away; it is made anew with the next consent."
            ) from error
        rows = document.get("consents") if isinstance(document, dict) else None
        return frozenset(
            Consent(*(row[name] for name in Consent._fields))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in Consent._fields)
        )

    def add(self, consent: Consent) -> None:
        """Keep one more.

        Raises:
            StorageError: As for `read`, or the disk refuses.
        """
        self._change(lambda known: known | {consent})

    def forget(self, profile: str) -> None:
        """Drop those of a profile: another one may be given its name.

        Raises:
            StorageError: As for `read`, or the disk refuses.
        """
        self._change(lambda known: frozenset(one for one in known if one.profile != profile))

    def _change(self, change: Callable[[frozenset[Consent]], frozenset[Consent]]) -> None:
        with PrivateDir(self._path.parent) as directory, locked(directory, self._path.name):
            known = self.read()
            changed = change(known)
            if changed != known:
                rows = [one._asdict() for one in sorted(changed)]
                document = {"version": VERSION, "consents": rows}
                directory.replace(self._path.name, json.dumps(document, indent=1).encode())
