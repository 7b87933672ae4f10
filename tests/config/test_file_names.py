from pathlib import Path

import pytest

from prime_tui.config.file_names import completed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("rl.toml", "rl_small.toml", "notes.txt", ".hidden.toml"):
        (tmp_path / name).touch()
    (tmp_path / "configs").mkdir()
    return tmp_path


def test_a_name_goes_on_while_there_is_one_way(folder: Path) -> None:
    assert completed(f"{folder}/r", ".toml") == (f"{folder}/rl", ("rl.toml", "rl_small.toml"))
    assert completed(f"{folder}/rl_", ".toml") == (f"{folder}/rl_small.toml", ("rl_small.toml",))
    assert completed(f"{folder}/c", ".toml") == (f"{folder}/configs/", ("configs/",))


def test_other_files_and_hidden_ones_are_not_offered(folder: Path) -> None:
    typed, names = completed(f"{folder}/", ".toml")
    assert typed == f"{folder}/"
    assert names == ("configs/", "rl.toml", "rl_small.toml")
    assert completed(f"{folder}/.h", ".toml")[1] == (".hidden.toml",)


def test_home_stays_short(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert completed("~/rl_", ".toml")[0] == "~/rl_small.toml"


@pytest.mark.parametrize("typed", ["/no/such/place/x", "~nobody-like-this/x", "a\0b/c"])
def test_a_place_that_cannot_be_read_offers_nothing(typed: str) -> None:
    assert completed(typed, ".toml") == (typed, ())
