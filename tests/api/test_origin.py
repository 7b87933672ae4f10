"""Where the key may go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.api.origin import inference_base, platform_base
from prime_tui.domain.errors import SettingsError


@pytest.mark.parametrize(
    "given_url",
    [
        "https://api.primeintellect.ai",
        "https://api.primeintellect.ai/",
        "https://api.primeintellect.ai/api/v1",
        "https://api.primeintellect.ai/api/v1/",
        "https://API.primeintellect.ai:443/api/v1//",
    ],
)
def test_every_spelling_of_the_platform_base_leads_to_the_same_url(given_url: str) -> None:
    assert str(platform_base(given_url)) == "https://api.primeintellect.ai/api/v1"


def test_the_platform_base_loses_one_api_path_only() -> None:
    assert str(platform_base("https://h.example/api/v1/api/v1")) == "https://h.example/api/v1/api/v1"


def test_the_inference_base_keeps_its_path() -> None:
    assert str(inference_base("https://api.pinference.ai/api/v1/")) == "https://api.pinference.ai/api/v1"
    assert str(inference_base("https://h.example")) == "https://h.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    base = platform_base(f"http://{host}:8080")
    assert str(base) == f"http://{host}:8080/api/v1"
    assert base.origin.is_loopback


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://api.primeintellect.ai", "http would show the key"),
        ("http://127.0.0.1.evil.example", "http would show the key"),
        ("http://0.0.0.0:1", "http would show the key"),
        ("ftp://h.example", "https://"),
        ("api.primeintellect.ai", "host name"),
        ("", "host name"),
        ("https://", "host name"),
        ("https://h.example:0", "port 0"),
        ("https://h.example:99999", "not a web address"),
        ("https://h.example/?x=1", "'?'"),
        ("https://h.example/#x", "'#'"),
        ("https://h exa.mple", "blanks"),
        ("https://h\x1b]0;x\x07.example", "characters"),
        ("https://h.example\\@evil.example", "characters"),
        ("https://[::1", "not a web address"),
    ],
)
def test_a_bad_url_is_refused_with_what_is_wrong(url: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        platform_base(url)
    assert word in str(caught.value)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        inference_base("https://user:hunter2@h.example")
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_accepted_as_https_or_loopback_or_refused(text: str) -> None:
    try:
        base = inference_base(text)
    except SettingsError:
        return
    assert base.origin.scheme == "https" or base.origin.is_loopback
