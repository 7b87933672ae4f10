"""Which model was chosen for the chat of each profile, and with which numbers. Nothing that was written."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import NamedTuple, TypeGuard

from prime_tui.domain.conversation import ChatSettings
from prime_tui.domain.errors import StorageError
from prime_tui.domain.ids import ModelId
from prime_tui.domain.text import clean_name
from prime_tui.persistence.atomic import read_private
from prime_tui.persistence.file_lock import locked
from prime_tui.persistence.private_dir import PrivateDir

log = logging.getLogger(__name__)

MOST_PROFILES = 100
VERSION = 1


class ChatChoice(NamedTuple):
    """What the next question is sent with; without a model the chat proposes one.

    Attributes:
        settings: Its system prompt is never kept.
    """

    model: ModelId | None = None
    settings: ChatSettings = ChatSettings()


class ChatChoiceFile:
    """A private JSON file; one that cannot be used is logged, and nothing is remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, profile: str) -> ChatChoice:
        """Return what was chosen last for a profile."""
        row = self._rows().get(profile)
        if not isinstance(row, dict):
            return ChatChoice()
        model, temperature, most = row.get("model"), row.get("temperature"), row.get("max_tokens")
        return ChatChoice(
            ModelId(clean_name(model)) if isinstance(model, str) and clean_name(model) else None,
            ChatSettings(
                temperature=float(temperature) if _is_number(temperature, 2) else None,
                max_tokens=most
                if isinstance(most, int) and not isinstance(most, bool) and most > 0
                else None,
            ),
        )

    def keep(self, profile: str, choice: ChatChoice) -> None:
        """Remember a choice."""
        row = {
            "model": choice.model,
            "temperature": choice.settings.temperature,
            "max_tokens": choice.settings.max_tokens,
        }
        try:
            with PrivateDir(self._path.parent) as directory, locked(directory, self._path.name):
                others = {name: one for name, one in self._rows().items() if name != profile}
                kept = dict(list({**others, profile: row}.items())[-MOST_PROFILES:])
                document = {"version": VERSION, "profiles": kept}
                directory.replace(self._path.name, json.dumps(document, indent=1).encode())
        except StorageError as error:
            log.warning("the choice of the model is not kept: %s", error)

    def _rows(self) -> dict[str, object]:
        try:
            document = json.loads(read_private(self._path) or b"{}")
        except StorageError as error:
            log.warning("the choice of the model is not known: %s", error)
            return {}
        except (ValueError, RecursionError):
            log.warning("%s is not JSON", self._path)
            return {}
        rows = document.get("profiles") if isinstance(document, dict) else None
        return rows if isinstance(rows, dict) else {}


def _is_number(value: object, most: float) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
