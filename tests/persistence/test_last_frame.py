"""The last frame on disk: private, and shown only where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.last_frame import LastFrame, Picture, frame_key

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PICTURE = Picture(
    4, 2, "\x1b[2;1Hab\x1b[1mé", ((), (("ab", 0), ("é ", 1))), (((), "", "", ""), (("1",), "31", "", ""))
)
TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
KEY = frame_key("https://api.example ada personal", None, TERMINAL)


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    path.mkdir(mode=0o700)
    return path


def test_comes_back_as_it_was_and_is_private(state_dir: Path) -> None:
    LastFrame(state_dir, "wallet", KEY).write(PICTURE, AT)
    found = LastFrame(state_dir, "wallet", KEY).read(4, 2)
    assert found is not None
    assert found.picture == PICTURE
    assert found.kept_at == AT
    assert [file.stat().st_mode & 0o777 for file in state_dir.iterdir()] == [0o600]


def test_another_size_screen_wallet_theme_or_terminal_gets_none(state_dir: Path) -> None:
    LastFrame(state_dir, "wallet", KEY).write(PICTURE, AT)
    assert LastFrame(state_dir, "wallet", KEY).read(5, 2) is None
    assert LastFrame(state_dir, "pods", KEY).read(4, 2) is None
    for wallet, theme, terminal in (
        ("https://api.example bo personal", None, TERMINAL),
        ("https://api.example ada personal", "prime-light", TERMINAL),
        ("https://api.example ada personal", None, {**TERMINAL, "NO_COLOR": ""}),
        ("https://api.example ada personal", None, {**TERMINAL, "TERM": "linux"}),
        ("https://api.example ada personal", None, {**TERMINAL, "STY": "7.tty.host"}),
    ):
        assert LastFrame(state_dir, "wallet", frame_key(wallet, theme, terminal)).read(4, 2) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format":1}', b"\xff\xfe"])
def test_a_damaged_file_is_no_frame(state_dir: Path, damage: bytes) -> None:
    kept = LastFrame(state_dir, "wallet", KEY)
    kept.write(PICTURE, AT)
    next(state_dir.iterdir()).write_bytes(damage)
    assert kept.read(4, 2) is None


def test_a_line_whose_look_is_not_there_is_no_frame(state_dir: Path) -> None:
    kept = LastFrame(state_dir, "wallet", KEY)
    kept.write(Picture(4, 2, "", ((), (("abcd", 7),)), PICTURE.looks), AT)
    assert kept.read(4, 2) is None


def test_a_file_that_others_can_read_is_refused(state_dir: Path) -> None:
    kept = LastFrame(state_dir, "wallet", KEY)
    kept.write(PICTURE, AT)
    next(state_dir.iterdir()).chmod(0o644)
    with pytest.raises(StorageError):
        kept.read(4, 2)


def test_without_a_state_directory_there_is_none(tmp_path: Path) -> None:
    assert LastFrame(tmp_path / "absent", "wallet", KEY).read(4, 2) is None
    assert not (tmp_path / "absent").exists()
