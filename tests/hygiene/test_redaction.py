"""What the redactor leaves of a text."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prime_tui.domain.redaction import MASK, SHORTEST, Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.log_file import start_log

keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40)
passphrases = st.text(min_size=SHORTEST, max_size=30).filter(lambda text: MASK[0] not in text)
anything = st.text(max_size=60)


@given(secrets=st.lists(keys | passphrases, min_size=1, max_size=4), parts=st.lists(anything, max_size=5))
@example(secrets=["aaaaaaaa", "aaaaaaaaaa"], parts=["", "", ""])
@example(secrets=['abc"def\\ghi'], parts=[])
@example(secrets=["pit_12345678"], parts=["token=", ""])
def test_no_secret_is_left_however_it_is_written(secrets: list[str], parts: list[str]) -> None:
    redact = Redactor(*map(Secret, secrets))
    for secret in secrets:
        forms = [secret, json.dumps(secret), repr(secret), quote(secret, safe="", errors="replace")]
        for form in forms:
            result = redact(form.join(["<", *parts, ">"]))
            assert form.strip("\"'") not in result or form.strip("\"'") in "".join(["<", *parts, ">"])
            assert all(other not in result for other in secrets)


@given(text=anything, secret=keys)
def test_it_is_idempotent(text: str, secret: str) -> None:
    redact = Redactor(Secret(secret))
    once = redact(text + secret)
    assert redact(once) == once


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("headers = {'Authorization': 'Bearer abc.def-123'}", "abc.def-123"),
        ("authorization: bearer abcdef", "abcdef"),
        ("key pit_AbC123456 refused", "AbC123456"),
        ("hf_abcdefghij", "abcdefghij"),
        ("GET https://api.example.com/x?api_key=abc123&limit=5", "abc123"),
        ('{"tokenValue": "abc 123", "name": "run"}', "abc 123"),
        ("{'jupyterPassword': 'geheim!'}", "geheim!"),
        ("hfToken='abc123'", "abc123"),
        ("x-api-key: abc123", "abc123"),
        ("https://ada:geheim@api.example.com/", "geheim"),
        ("password = b'abc123'", "abc123"),
    ],
)
def test_what_looks_like_a_secret_is_masked_too(text: str, hidden: str) -> None:
    result = Redactor()(text)
    assert hidden not in result
    assert MASK in result


@pytest.mark.parametrize(
    "text",
    [
        "12 tokens/s at $0.20 per million tokens", "the store secret-service is locked", "pods: 3, keys: 2",
        "https://api.example.com/api/v1/pods?limit=5", "the bearer of bad news",
    ],
)  # fmt: skip
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor()(text) == text


def test_a_very_short_key_is_masked_where_it_is_a_credential_and_leaves_words_alone() -> None:
    redact = Redactor(Secret("x"), Secret(""))
    assert redact("Authorization: Bearer x") == f"Authorization: Bearer {MASK}"
    assert redact("b'bearer x', api_key=x") == f"b'bearer {MASK}', api_key={MASK}"
    assert redact("the box is next, bearer xy") == "the box is next, bearer xy"


def test_the_log_masks_messages_arguments_and_tracebacks(tmp_path: Path) -> None:
    key = "a-key-that-looks-like-nothing"
    file = tmp_path / "log"
    root = logging.getLogger()
    level = root.level
    handler = start_log(file, Redactor(Secret(key)))
    try:
        log = logging.getLogger("prime_tui.test")
        log.warning("refused: %s", {"headers": key})
        log.warning(f"in the text {key}")
        try:
            raise ValueError(f"Illegal header value {key!r}")
        except ValueError:
            log.exception("it failed")
        logging.getLogger("httpx").info("GET https://x.example/?secret=%s", key)
        logging.getLogger("httpcore").debug("cookie %s", key)
        log.info("not written")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()
    written = file.read_text()
    assert key not in written
    assert written.count(MASK) == 3
    assert "ValueError" in written
    assert "not written" not in written
    assert file.stat().st_mode & 0o777 == 0o600
