"""Whether the program broke lately, and where it says how."""

from __future__ import annotations

from prime_tui.doctor.finding import Ailment, Finding, Verdict
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import StorageError
from prime_tui.domain.units import age
from prime_tui.persistence.crash_reports import newest_report, where_to_send
from prime_tui.persistence.paths import Paths


def newest_crash(paths: Paths, clock: Clock) -> Finding:
    """Return what is known of the last mistake inside prime-tui."""
    try:
        report = newest_report(paths.state_dir)
    except StorageError as error:
        return Finding("crashes", "newest report", Verdict.FAILURE, error.message, error.hint, Ailment.ERROR)
    if report is None:
        return Finding("crashes", "newest report", Verdict.OK, "none")
    detail = f"{age(report.written_at, clock.now())} ago: {report.summary}; {report.path}"
    return Finding(
        "crashes", "newest report", Verdict.WARNING, detail, f"Read it through and {where_to_send()}."
    )
