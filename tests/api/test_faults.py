"""Every error body becomes a typed error with a sentence that is safe to draw."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.faults import fault_of, retry_after_s
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
    ServerFault,
)
from prime_tui.domain.secret import Secret
from prime_tui.domain.text import clean
from tests.api.clients import KEY, client_of
from tests.api.scripted import Reply, scripted

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"errors": [{"param": "limit", "details": "too big"}]}', "limit: too big."),
        (b'{"errors": [{"param": "a", "details": "x"}, {"param": "b", "details": "y"}]}', "a: x; b: y."),
        (
            b'{"detail": [{"type": "t", "loc": ["body", "pod", "gpuCount"], "msg": "Not > 0", "input": 0}]}',
            "pod.gpuCount: Not > 0.",
        ),
        (b'{"detail": [{"loc": ["query", "limit"], "msg": "Value error, no"}]}', "limit: no."),
        (b'{"detail": "Missing field: max_price not specified"}', "Missing field: max_price not specified."),
        (b'{"message": "gone!"}', "gone!"),
        (b'{"error": "bad thing"}', "bad thing."),
        (
            b'{"error": {"message": "No such model", "type": "t", "code": "model_not_found"}}',
            "No such model.",
        ),
        (b'{"detail": {"message": "inner"}}', "inner."),
        (b"plain words", "plain words."),
        (b"", "HTTP 400 Bad Request."),
        (b"<html><body>nginx</body></html>", "HTTP 400 Bad Request."),
        (b"[]", "HTTP 400 Bad Request."),
        (b'{"detail": null}', "HTTP 400 Bad Request."),
        (b'{"detail": "\\u001b]0;title\\u0007red\\u202e"}', "\ufffdred."),
    ],
)
def test_one_message_from_any_body(body: bytes, message: str) -> None:
    assert fault_of(400, {}, body, endpoint="GET /x", now=NOW).message == message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (307, RedirectRefused),
        (400, InvalidRequest),
        (401, NotAuthenticated),
        (402, PaymentRequired),
        (403, NotPermitted),
        (404, NotFound),
        (405, MethodNotAllowed),
        (409, Conflict),
        (418, InvalidRequest),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, ServerFault),
        (503, ServerFault),
        (599, ServerFault),
    ],
)
def test_each_status_has_its_type_and_a_hint(status: int, kind: type[ApiError]) -> None:
    fault = fault_of(status, {}, b'{"detail": "no"}', endpoint="GET /pods/", now=NOW)
    assert type(fault) is kind
    assert (fault.status, fault.endpoint) == (status, "GET /pods/")
    assert fault.hint.endswith(".")


def test_the_code_of_an_inference_error_is_kept() -> None:
    body = b'{"error": {"message": "Insufficient balance.", "type": "x", "code": "insufficient_funds"}}'
    fault = fault_of(402, {}, body, endpoint="POST /chat/completions", now=NOW)
    assert (fault.code, fault.message) == ("insufficient_funds", "Insufficient balance.")


def test_a_quota_is_not_waited_for() -> None:
    fault = fault_of(429, {}, b'{"detail": "Monthly quota exceeded"}', endpoint="", now=NOW)
    assert isinstance(fault, RateLimited)
    assert fault.is_quota
    assert "does not help" in fault.hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "99999"}, 300.0),
        ({"retry-after": "Fri, 20 Nov 2026 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 07:00:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 20 Nov 2099 07:00:00 GMT"}, 300.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 500}, None),
        ({"llm_provider-retry-after": "7"}, 7.0),
        ({"retry-after": "", "llm_provider-retry-after": "7"}, 7.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


async def test_the_wait_reaches_the_caller() -> None:
    for status in (429, 503):
        reply = Reply({"detail": "slow down"}, status, headers={"Retry-After": "17"})
        async with scripted(reply) as server, client_of(server.url) as client:
            with pytest.raises(ApiError) as caught:
                await client.pods.list()
        assert isinstance(caught.value, RateLimited | ServerFault)
        assert caught.value.retry_after_s == 17.0


@pytest.mark.parametrize(
    "text",
    [
        f"key {KEY} refused",
        f"Authorization: Bearer {KEY}",
        "Bearer abc.def",
        "pit_anotherkey123",
        "hf_abcdefgh123",
    ],
)
async def test_a_secret_that_is_echoed_is_not_repeated(text: str) -> None:
    for body in ({"detail": text}, {"error": {"message": text, "code": KEY}}, text):
        async with scripted(Reply(body, 401)) as server, client_of(server.url) as client:
            with pytest.raises(NotAuthenticated) as caught:
                await client.pods.list()
        shown = repr(caught.value) + str(caught.value) + caught.value.code
        assert "••••" in shown
        for secret in (KEY, "abc.def", "anotherkey123", "abcdefgh123"):
            assert secret not in shown


def test_a_key_of_any_form_is_not_repeated() -> None:
    body = b'{"detail": "the key plain-words-4711 is refused"}'
    fault = fault_of(401, {}, body, endpoint="GET /x", now=NOW, secrets=[Secret("plain-words-4711")])
    assert fault.message == "the key •••• is refused."


@given(st.integers(300, 599), st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_error_body_gives_a_short_clean_message(status: int, body: bytes) -> None:
    fault = fault_of(status, {}, body, endpoint="GET /x", now=NOW, secrets=[Secret(KEY)])
    assert fault.message
    assert len(fault.message) <= 601
    assert clean(fault.message, one_line=True) == fault.message
