"""From an answer that is not a success to a typed error with a sentence in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from prime_tui.api.body import parse_json
from prime_tui.domain.errors import (
    ApiError,
    Conflict,
    InvalidRequest,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PaymentRequired,
    RateLimited,
    RedirectRefused,
    ResponseShapeError,
    ServerFault,
)
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean

MAX_WAIT_S = 300.0
MESSAGE_LIMIT = 600
BARE_TEXT_LIMIT = 200
_RETRY_HEADERS = ("retry-after", "llm_provider-retry-after")

_TYPES: dict[int, tuple[type[ApiError], str]] = {
    401: (NotAuthenticated, "The key is wrong, has expired, or lacks the permission for this."),
    402: (PaymentRequired, "Add funds to this wallet on the dashboard, under Billing."),
    403: (NotPermitted, "The key's permissions or your role in the team do not allow it."),
    404: (NotFound, "It may be gone already, or this service does not offer it."),
    405: (MethodNotAllowed, "This service cannot do that."),
    409: (Conflict, "Its present state does not allow it; look again in a moment."),
}


def fault_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    endpoint: str,
    now: datetime,
    secrets: Iterable[Secret] = (),
) -> ApiError:
    """Return the error for an answer with a status outside 2xx; messages are cleaned and hold no secret."""
    told, code = _told(body)
    message = sentence(safe_message(told, secrets) or _plain_status(status))
    return fault_for(
        status,
        message,
        code=safe_message(code, secrets),
        endpoint=endpoint,
        retry_after_s=retry_after_s(headers, now),
    )


def fault_for(
    status: int, message: str, *, code: str = "", endpoint: str = "", retry_after_s: float | None = None
) -> ApiError:
    """Return the typed error for a status and a message that is already safe."""
    if status in _TYPES:
        kind, hint = _TYPES[status]
        return kind(message, hint=hint, status=status, endpoint=endpoint, code=code)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        is_quota = "quota" in message.lower()
        return RateLimited(
            message,
            hint="This is a quota: waiting does not help." if is_quota else _wait_hint(retry_after_s),
            endpoint=endpoint,
            code=code,
            retry_after_s=retry_after_s,
            is_quota=is_quota,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        hint = "This is trouble at the service or a provider behind it, not here; it usually passes."
        return ServerFault(
            message, hint=hint, status=status, endpoint=endpoint, code=code, retry_after_s=retry_after_s
        )
    if status < HTTPStatus.BAD_REQUEST:
        return RedirectRefused(
            message,
            hint="The key was not sent there. Check the base URL.",
            status=status,
            endpoint=endpoint,
        )
    hint = "The service refused what was asked for; it stays refused until something is changed."
    return InvalidRequest(message, hint=hint, status=status, endpoint=endpoint, code=code)


def safe_message(text: str, secrets: Iterable[Secret] = ()) -> str:
    """Return text of the service as one drawable message without secrets."""
    return clean(Redactor(*secrets)(text), limit=MESSAGE_LIMIT, one_line=True).strip()


def sentence(message: str) -> str:
    """Return a message that can be followed by another sentence."""
    return message + "." if message[-1:].isalnum() or message.endswith((")", "'", '"', "]")) else message


def error_text(value: object) -> tuple[str, str]:
    """Return message and code of an error body of any known form; both may be empty."""
    if isinstance(value, str):
        return value, ""
    if not isinstance(value, Mapping):
        return "", ""
    errors = value.get("errors")
    if isinstance(errors, list):
        return "; ".join(part for part in map(_param_problem, errors) if part), ""
    detail = value.get("detail")
    if isinstance(detail, list):
        return "; ".join(part for part in map(_location_problem, detail) if part), ""
    error = value.get("error")
    if isinstance(error, Mapping):
        code = error.get("code") or error.get("type") or ""
        return _first_text(error, ("message", "detail", "error")), str(code) if isinstance(
            code, str | int
        ) else ""
    if isinstance(detail, Mapping):
        return error_text(detail)
    return _first_text(value, ("detail", "message", "error", "msg")), ""


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long the service asks us to wait (seconds or a date), at most five minutes."""
    for name in _RETRY_HEADERS:
        text = headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            return min(float(text), MAX_WAIT_S)
        try:
            at = parsedate_to_datetime(text) if text else None
        except ValueError:
            at = None
        if at is not None:
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            return min(max(0.0, (at - now) / timedelta(seconds=1)), MAX_WAIT_S)
    return None


def _told(body: bytes) -> tuple[str, str]:
    try:
        return error_text(parse_json(body))
    except ResponseShapeError:
        text = body.decode("utf-8", "replace").strip()
        return ("" if text.startswith("<") else text[:BARE_TEXT_LIMIT]), ""


def _param_problem(row: object) -> str:
    if not isinstance(row, Mapping):
        return row if isinstance(row, str) else ""
    parts = (row.get("param"), row.get("details"))
    return ": ".join(part for part in parts if isinstance(part, str) and part)


def _location_problem(row: object) -> str:
    if not isinstance(row, Mapping):
        return row if isinstance(row, str) else ""
    loc = row.get("loc")
    words = [str(word) for word in loc if isinstance(word, str | int)] if isinstance(loc, list) else []
    if words and words[0] in ("body", "query", "path"):
        words = words[1:]
    message = row.get("msg")
    problem = message.removeprefix("Value error, ") if isinstance(message, str) else ""
    return ": ".join(part for part in (".".join(words), problem) if part)


def _first_text(value: Mapping[object, object], names: tuple[str, ...]) -> str:
    for name in names:
        text = value.get(name)
        if isinstance(text, str) and text.strip():
            return text
    return next((text for text in value.values() if isinstance(text, str) and text.strip()), "")


def _plain_status(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "The service redirected to another place."
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _wait_hint(wait_s: float | None) -> str:
    return "Too many calls: wait a little." if wait_s is None else f"Too many calls: wait {wait_s:.0f} s."
