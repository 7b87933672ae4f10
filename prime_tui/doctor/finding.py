"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from prime_tui.domain.redaction import Redactor


class Verdict(StrEnum):
    """How it is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAILURE = "failure"


class Ailment(StrEnum):
    """What kind of failure it is; decides the exit code."""

    NONE = "none"
    ERROR = "error"
    NOT_AUTHORISED = "not-authorised"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report.

    Attributes:
        topic: The group it is shown in.
        subject: What was looked at.
        detail: What was found.
        advice: What to do about it; often a command.
    """

    topic: str
    subject: str
    verdict: Verdict
    detail: str
    advice: str = ""
    ailment: Ailment = Ailment.NONE

    def redacted(self, redactor: Redactor) -> Finding:
        """Return it without secrets."""
        return replace(
            self,
            subject=redactor(self.subject),
            detail=redactor(self.detail),
            advice=redactor(self.advice),
        )
