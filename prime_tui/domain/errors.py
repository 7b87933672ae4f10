"""What can go wrong, as types.

    PrimeError
    ├─ ApiError                the service answered, but not with what was asked
    │  ├─ NotAuthenticated     401
    │  ├─ PaymentRequired      402
    │  ├─ NotPermitted         403, or 401 for a key that is good elsewhere
    │  ├─ NotFound             404
    │  ├─ MethodNotAllowed     405
    │  ├─ Conflict             409
    │  ├─ InvalidRequest       400, 422 and every other 4xx
    │  ├─ RateLimited          429
    │  ├─ ServerFault          5xx
    │  ├─ RedirectRefused      3xx to somewhere the key must not go
    │  ├─ ResponseShapeError   2xx whose body cannot be used
    │  └─ StreamBroken         a stream that ended before its end
    ├─ NetworkError            no answer
    │  └─ RequestTimedOut
    ├─ OutcomeUnknown          a write whose answer never came: it may have happened
    ├─ BudgetExhausted         our own call budget refused
    ├─ ReadOnlyRefused         a write in read-only mode
    ├─ OriginNotAgreed         the key would go to an address that nobody has agreed to
    ├─ CredentialError         keys and where they are kept
    ├─ AnotherAccount          the key is of somebody else than is watched
    ├─ SettingsError           configuration
    ├─ InternalError           a mistake of ours in one part
    ├─ Crashed                 one that ended the program
    └─ StorageError            files and databases of ours

Every text in here is already cleaned (`domain.text`) and holds no secret.
"""

from __future__ import annotations

from typing import Self

WHERE_TOLD = "prime-tui doctor says where the report is."


class PrimeError(Exception):
    """The base: a sentence for the person, and what can be done about it."""

    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def to_keep(self) -> Self:
        """Return it without the frames and the errors that it came from: they hold whole answers."""
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)


class ApiError(PrimeError):
    """The service answered with an error.

    Attributes:
        status: The HTTP status, 0 where there is none.
        endpoint: Method and path template, such as `GET /pods/`.
        code: The machine-readable word of an inference error, if any.
    """

    def __init__(
        self, message: str, *, hint: str = "", status: int = 0, endpoint: str = "", code: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.endpoint = endpoint
        self.code = code


class NotAuthenticated(ApiError):
    """401: the key is wrong, expired, or lacks the scope; `whoami` tells which."""


class PaymentRequired(ApiError):
    """402: balance, overdraft and grants do not cover it."""


class NotPermitted(ApiError):
    """403: scope, team or an admin-only route. Asking again brings the same answer.

    Attributes:
        said: The service's own words, where the message says more or something else.
        is_about_one: True where one thing is refused, and others of its kind may well be permitted.
    """

    said = ""
    is_about_one = False


class NotFound(ApiError):
    """404: no such thing, or a backend without this endpoint."""


class MethodNotAllowed(ApiError):
    """405: the endpoint exists without this method."""


class Conflict(ApiError):
    """409: the thing is not in a state that allows it."""


class InvalidRequest(ApiError):
    """400 or 422: refused for what was sent."""


class RateLimited(ApiError):
    """429: too many calls.

    Attributes:
        retry_after_s: How long the service asks us to wait, if it said so.
        is_quota: True when waiting does not help.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int = 429,
        endpoint: str = "",
        code: str = "",
        retry_after_s: float | None = None,
        is_quota: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, status=status, endpoint=endpoint, code=code)
        self.retry_after_s = retry_after_s
        self.is_quota = is_quota


class ServerFault(ApiError):
    """5xx: trouble at the service or at a provider behind it."""

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int = 500,
        endpoint: str = "",
        code: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint, status=status, endpoint=endpoint, code=code)
        self.retry_after_s = retry_after_s


class RedirectRefused(ApiError):
    """3xx to another origin: followed, it would cost the key."""


class ResponseShapeError(ApiError):
    """A 2xx answer whose body cannot be used: not JSON, too big, or of another shape."""

    retryable = True


class StreamBroken(ApiError):
    """A stream that stopped before its end; what came until then is kept."""


class NetworkError(PrimeError):
    """No answer: DNS, refused, reset."""

    retryable = True


class RequestTimedOut(NetworkError):
    """No answer within the time limit."""


class OutcomeUnknown(PrimeError):
    """A write was sent and its answer never came: it may have happened.

    Attributes:
        request: Method and path template of the write.
    """

    def __init__(self, message: str, *, hint: str = "", request: str = "") -> None:
        super().__init__(message, hint=hint)
        self.request = request


class BudgetExhausted(PrimeError):
    """The rolling call budget is used up; background reading waits."""

    retryable = True

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class ReadOnlyRefused(PrimeError):
    """A write was asked for while the program is read-only."""


class OriginNotAgreed(PrimeError):
    """The key would go to an address that it was not given for, and nobody was asked: nothing was sent."""


class CredentialError(PrimeError):
    """A key cannot be read, kept or used."""


class AnotherAccount(PrimeError):
    """The key is of another account than the one that is watched: all that is shown belongs to somebody else.

    Attributes:
        account_id: Whose key it is; empty when the service cannot tell.
    """

    def __init__(self, account_id: str, name: str) -> None:
        super().__init__(
            f"The key belongs to {name or 'another account'} now.",
            hint="What was shown of the other account is dropped; everything is read anew.",
        )
        self.account_id = account_id


class StorageError(PrimeError):
    """One of our own files cannot be read or written."""


class InternalError(PrimeError):
    """A mistake of ours, caught where it cannot stop anything else; a report of it was written.

    Args:
        doing: What failed, as the beginning of a sentence.
        bug: What was raised; its text may hold values and is not told.
    """

    def __init__(self, doing: str, bug: Exception) -> None:
        super().__init__(f"{doing} failed inside prime-tui ({type(bug).__name__}).", hint=WHERE_TOLD)


class Crashed(PrimeError):
    """The program broke and was reported; the message says so, line by line."""


class SettingsError(PrimeError):
    """The configuration is wrong; the message names file, key and what to write instead."""
