"""Which pairs of addresses are asked about, and how long an answer holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from prime_tui.accounts.inference_consent import InferenceConsent
from prime_tui.accounts.resolve import resolve_profile
from prime_tui.config.schema import Config, ProfileSettings
from prime_tui.domain.errors import OriginNotAgreed, StorageError
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret


def profile(base_url: str | None, inference_url: str | None, name: str = "work") -> Profile:
    flags = ProfileSettings(base_url=base_url, inference_url=inference_url)
    return resolve_profile(Config(Path("config.toml")), name, environment={}, flags=flags)


LAB = profile("https://api.lab.example", "https://llm.lab.example/v1")


@pytest.mark.parametrize(
    ("base_url", "inference_url", "is_known"),
    [
        (None, None, True),
        ("https://api.lab.example", "https://api.lab.example/v1", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:9000/v1", True),
        ("http://[::1]:8000", "http://[::1]:9000/v1", True),
        ("http://127.0.0.1:8000", "http://localhost:9000/v1", False),
        ("https://api.lab.example", None, False),
        (None, "https://llm.lab.example/v1", False),
        ("https://api.lab.example", "https://api.lab.example:444/v1", False),
        ("https://api.lab.example", "https://llm.lab.example/v1", False),
        ("https://api.lab.example", "http://127.0.0.1:9000/v1", False),
    ],
)
def test_which_pairs_need_no_question(
    tmp_path: Path, base_url: str | None, inference_url: str | None, is_known: bool
) -> None:
    assert InferenceConsent(tmp_path / "s" / "c.json").is_given(profile(base_url, inference_url)) is is_known


def test_a_yes_holds_for_one_profile_and_one_pair(tmp_path: Path) -> None:
    file = tmp_path / "state" / "consents.json"
    InferenceConsent(file).give(LAB)
    later = InferenceConsent(file)
    assert later.is_given(LAB)
    assert not later.is_given(profile("https://api.lab.example", "https://llm.lab.example/v1", "other"))
    assert not later.is_given(profile("https://api.lab.example", "https://evil.example/v1"))
    assert not later.is_given(profile("https://api2.lab.example", "https://llm.lab.example/v1"))
    assert file.stat().st_mode & 0o777 == 0o600
    later.forget("work")
    assert not later.is_given(LAB)
    assert not InferenceConsent(file).is_given(LAB)


def test_without_a_yes_there_is_no_key_to_send(tmp_path: Path) -> None:
    consent = InferenceConsent(tmp_path / "state" / "consents.json")
    key = consent.guarded(lambda: Secret("pit_x"), LAB)
    with pytest.raises(OriginNotAgreed, match=r"profile work is sent to https://llm\.lab\.example"):
        key()
    consent.give(LAB)
    assert key() == Secret("pit_x")


@pytest.mark.parametrize("content", ["", "[]", '{"consents": 7}', '{"consents": [{"profile": 1}, "x"]}'])
def test_a_file_without_sense_agrees_to_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "consents.json"
    tmp_path.chmod(0o700)
    file.write_text(content)
    file.chmod(0o600)
    consent = InferenceConsent(file)
    assert not consent.is_given(LAB)
    if not content:
        with pytest.raises(StorageError, match="not JSON"):
            consent.give(LAB)
    else:
        consent.give(LAB)
    assert consent.is_given(LAB), "at least for this session"
