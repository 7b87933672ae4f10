"""HTTP to one origin: the only place where requests leave the program.

Who repeats what: a GET or DELETE is repeated once, at once, when its connection was reset, because a
kept-alive connection that the other side has just closed looks exactly like that. Time limits, 429 and 5xx
are not repeated here: background reading never gives up and slows down by itself, so a second layer of
waiting would only hide what is going on. Any other write is never repeated.

Proxies and certificates of the environment are honoured for https, where a proxy sees an encrypted tunnel
only; for plain http (loopback) they are ignored, or the proxy would be given the key.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from prime_tui.api.auth import KeySource, PinnedAuth, checked_key, origin_of
from prime_tui.api.body import (
    ACCEPTED_ENCODINGS,
    encode_json,
    parse_json,
    start_of_body,
    whole_body,
)
from prime_tui.api.budget import CallBudget, is_user_call
from prime_tui.api.call import Answer, Call, Effect, outcome_unknown
from prime_tui.api.faults import fault_of, safe_message
from prime_tui.api.limits import Limits
from prime_tui.api.origin import BaseUrl
from prime_tui.domain.clock import Clock
from prime_tui.domain.errors import (
    NetworkError,
    PrimeError,
    ReadOnlyRefused,
    RedirectRefused,
    RequestTimedOut,
    ResponseShapeError,
)
from prime_tui.domain.secret import Secret

# Their messages for debugging hold the headers of the service, where a proxy may repeat what it was sent.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

_LOCATION = "prime_tui_location"
_REDIRECTS = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_RESET = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class Transport:
    """Sends calls to one base URL and gives back parsed answers or typed errors.

    Attributes:
        read_only: Refuse everything that would change something or cost money, from now on.
    """

    def __init__(
        self,
        base: BaseUrl,
        *,
        api_key: KeySource,
        budget: CallBudget,
        clock: Clock,
        limits: Limits,
        user_agent: str,
        read_only: bool,
        tls: ssl.SSLContext,
    ) -> None:
        self._base = base
        self._api_key = api_key
        self._budget = budget
        self._clock = clock
        self._limits = limits
        self.read_only = read_only
        self._client = _http_client(base, user_agent, tls)
        self._sending: set[asyncio.Task[httpx.Response]] = set()
        self._is_closed = False

    @property
    def limits(self) -> Limits:
        """The limits that apply to every call."""
        return self._limits

    def safe_text(self, text: str) -> str:
        """Return text of the service as a drawable message that does not show the key."""
        key = self._api_key()
        return safe_message(text, () if key is None else (key,))

    async def aclose(self) -> None:
        """Close all connections; a call that is under way ends with an error.

        A connection that is just being made is not yet the library's to close: it would stay open for ever.
        """
        self._is_closed = True
        for sending in self._sending:
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._client.aclose()

    async def exchange(self, call: Call) -> Answer:
        """Send `call` and return its answer.

        Raises:
            ReadOnlyRefused, NotAuthenticated, BudgetExhausted, InvalidRequest: Nothing was sent.
            ApiError: The service refused, or its answer cannot be used.
            NetworkError: No answer; for a write it was not even sent.
            OutcomeUnknown: A write was sent and no usable answer came.
        """
        self.check_allowed(call)
        try:
            return await self._exchange_once(call)
        except _RESET as error:
            if call.method not in ("GET", "DELETE"):
                raise _broken(call, error) from error
            first = error
        try:
            return await self._exchange_once(call)
        except _RESET as error:
            raise _broken(call, error) from error
        except NetworkError as error:
            if call.effect is Effect.READ:
                raise
            # The second try was not even sent, but the first may have been carried out.
            raise _broken(call, first) from error

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[httpx.Response]:
        """Send `call` and give its open, successful answer; leaving closes the connection.

        Raises as `exchange` does, before the body is touched.
        """
        self.check_allowed(call)
        key = self._key_for(call)
        try:
            async with asyncio.timeout(self._limits.idle_s):
                response = await self._send(call, key)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _broken(call, error) from error
        try:
            if not response.is_success:
                raise await self._fault(call, response, key)
            yield response
        finally:
            await response.aclose()

    def check_allowed(self, call: Call) -> None:
        """Raise ReadOnlyRefused for a write in read-only mode, NetworkError when closed."""
        if self.read_only and (call.effect is not Effect.READ or call.method != "GET"):
            hint = "Start without --read-only, or with a key that may write, to change things."
            raise ReadOnlyRefused("Read-only mode: nothing was sent.", hint=hint)
        self._check_open()

    def _check_open(self) -> None:
        if self._is_closed:
            raise NetworkError("The client is closed.")

    async def _exchange_once(self, call: Call) -> Answer:
        key = self._key_for(call)
        try:
            async with asyncio.timeout(self._total_s(call)):
                response = await self._send(call, key)
                try:
                    if not response.is_success:
                        raise await self._fault(call, response, key)
                    body = await whole_body(response, call.max_bytes or self._limits.body_bytes)
                finally:
                    await response.aclose()
            return Answer(parse_json(body), call)
        except _RESET:
            raise
        except (httpx.HTTPError, TimeoutError) as error:
            raise _broken(call, error) from error
        except ResponseShapeError as error:
            if call.effect is not Effect.READ:
                return _without_body(call, error)
            error.endpoint = call.endpoint
            raise

    def _total_s(self, call: Call) -> float:
        is_reading = call.effect is Effect.READ
        return call.total_s or (self._limits.total_s if is_reading else self._limits.change_total_s)

    async def _send(self, call: Call, key: Secret | None) -> httpx.Response:
        """Send and follow redirects within the origin; the body of the answer is not read yet."""
        url = httpx.URL(f"{self._base}{call.target()}")
        content = None if call.body is None else encode_json(call.body)
        for _ in range(self._limits.max_redirects + 1):
            self._check_open()
            self._budget.take(by_user=is_user_call() or call.effect is not Effect.READ)
            request = self._client.build_request(
                call.method,
                url,
                content=content,
                headers={**({} if content is None else {"Content-Type": "application/json"}), **call.headers},
                timeout=self._timeout(call),
            )
            auth = None if key is None else PinnedAuth(self._base.origin, key)
            response = await self._answer(request, auth)
            location = response.extensions.get(_LOCATION)
            if response.status_code not in _REDIRECTS or not location:
                return response
            await response.aclose()
            url = self._within_origin(url, location, call)
        raise RedirectRefused("The service redirects in a circle.", endpoint=call.endpoint)

    async def _answer(self, request: httpx.Request, auth: httpx.Auth | None) -> httpx.Response:
        """Send one request in a task of its own, which `aclose` can end."""
        sending = asyncio.create_task(self._client.send(request, auth=auth, stream=True))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        try:
            return await sending
        except asyncio.CancelledError:
            if sending.done() and not sending.cancelled() and sending.exception() is None:
                await sending.result().aclose()  # it came just then, and nobody will read it
            asking = asyncio.current_task()
            if self._is_closed and asking is not None and not asking.cancelling():
                raise httpx.ReadError("The client was closed.", request=request) from None
            raise

    def _key_for(self, call: Call) -> Secret | None:
        key = self._api_key()
        return None if key is None and not call.needs_key else checked_key(key)

    def _within_origin(self, url: httpx.URL, location: str, call: Call) -> httpx.URL:
        """Return where a redirect leads, when that is the same origin.

        A proxy that ends TLS makes services behind it answer `http://` for their own host: taken as https.
        """
        try:
            target = url.join(location)
        except (httpx.InvalidURL, ValueError):
            target = None
        if (
            target is not None
            and target.host == url.host
            and (target.scheme, url.scheme) == ("http", "https")
        ):
            target = target.copy_with(scheme="https", port=target.port or url.port)
        if target is None or target.userinfo or origin_of(target) != self._base.origin:
            where = "" if target is None else self.safe_text(target.host)
            raise RedirectRefused(
                f"The service redirected to another address ({where or 'an unreadable one'}).",
                hint="The key was not sent there. Check the base URL.",
                endpoint=call.endpoint,
                status=HTTPStatus.TEMPORARY_REDIRECT,
            )
        return target

    def _timeout(self, call: Call) -> httpx.Timeout:
        limits = self._limits
        return httpx.Timeout(limits.connect_s, read=call.read_s or limits.read_s, write=limits.read_s)

    async def _fault(self, call: Call, response: httpx.Response, key: Secret | None) -> PrimeError:
        try:
            async with asyncio.timeout(self._limits.read_s):
                body = await start_of_body(response, self._limits.error_bytes)
        except TimeoutError:
            body = b""
        fault = fault_of(
            response.status_code,
            response.headers,
            body,
            endpoint=call.endpoint,
            now=self._clock.now(),
            secrets=call.secrets if key is None else (key, *call.secrets),
        )
        if call.effect is Effect.CREATE and response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return outcome_unknown(call, fault.message)
        return fault


def tls_for(*bases: BaseUrl) -> ssl.SSLContext:
    """Return one context for all clients: loading the certificates takes about 20 ms."""
    if any(base.origin.scheme == "https" for base in bases):
        return httpx.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _http_client(base: BaseUrl, user_agent: str, tls: ssl.SSLContext) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "User-Agent": user_agent,
        },
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        event_hooks={"response": [_take_location]},
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=6, keepalive_expiry=30.0),
        trust_env=base.origin.scheme == "https",
        verify=tls,
    )


async def _take_location(response: httpx.Response) -> None:
    """Keep redirects out of the library's sight: it takes an unreadable one for a broken connection."""
    location = response.headers.pop("location", None)
    if location is not None:
        response.extensions[_LOCATION] = location


def _without_body(call: Call, error: ResponseShapeError) -> Answer:
    """Decide about a write whose 2xx answer cannot be used: a change has happened all the same."""
    if call.effect is Effect.CHANGE:
        return Answer(None, call)
    raise outcome_unknown(call, error.message) from error


def _broken(call: Call, error: Exception) -> PrimeError:
    """Return the typed error for an exchange that broke off; the library's own text is not repeated."""
    is_late = isinstance(error, TimeoutError | httpx.TimeoutException)
    if isinstance(error, _NOT_SENT):
        why = "The service could not be reached" + (" in time." if is_late else ".")
        kind = RequestTimedOut if is_late else NetworkError
        return kind(why, hint="Check the network and the base URL; nothing was sent.")
    why = (
        "The service did not answer in time."
        if is_late
        else "The connection broke before the answer was whole."
    )
    if call.effect is not Effect.READ:
        return outcome_unknown(call, why)
    return (RequestTimedOut if is_late else NetworkError)(why, hint="It is tried again.")
