"""Private files and directories: whole or not at all, and for nobody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from prime_tui.domain.errors import StorageError
from prime_tui.persistence.atomic import read_private, write_private
from prime_tui.persistence.paths import Paths, make_private_dir


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ours").mkdir(mode=0o700)
    return tmp_path / "ours"


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_is_written_is_read_back_and_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "deep" / "file.json"
    write_private(path, b"one")
    write_private(path, b"two")
    assert read_private(path) == b"two"
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["file.json"], "nothing is left over"


def test_there_is_nothing_to_read_before_the_first_write(home: Path) -> None:
    assert read_private(home / "file") is None


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "file"
    write_private(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            write_private(path, b"new")
    assert read_private(path) == b"old"
    assert [one.name for one in home.iterdir()] == ["file"]


def test_a_reader_never_sees_half_a_file(home: Path) -> None:
    path = home / "file"
    write_private(path, b"a" * 1000)
    with path.open("rb") as reader:
        write_private(path, b"b" * 2000)
        assert reader.read() == b"a" * 1000
    assert read_private(path) == b"b" * 2000


def test_links_are_not_followed(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    target.chmod(0o600)
    (home / "link").symlink_to(target)
    with pytest.raises(StorageError):
        read_private(home / "link")
    write_private(home / "link", b"ours")
    assert target.read_bytes() == b"theirs"
    assert not (home / "link").is_symlink()


@pytest.mark.parametrize("kind", ["directory", "pipe", "open to others", "too large"])
def test_what_is_not_a_plain_private_file_is_refused(home: Path, kind: str) -> None:
    path = home / "thing"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path, 0o600)
    else:
        path.write_bytes(b"x" * 100)
        path.chmod(0o640 if kind == "open to others" else 0o600)
    with pytest.raises(StorageError) as refused:
        read_private(path, most_bytes=50 if kind == "too large" else 1000)
    if kind == "open to others":
        assert f"chmod 600 '{path}'" in refused.value.hint


def test_nothing_stays_open_after_a_refusal(home: Path) -> None:
    (home / "thing").mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(StorageError):
            read_private(home / "thing")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_directory_that_others_could_swap_is_refused(tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o700)
    loose.chmod(0o755)
    with pytest.raises(StorageError) as refused:
        make_private_dir(loose)
    assert f"chmod 700 '{loose}'" in refused.value.hint
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StorageError):
        make_private_dir(tmp_path / "link")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        make_private_dir(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_elses_file_is_refused(home: Path) -> None:
    path = home / "file"
    write_private(path, b"x")
    os.chown(path, 65_534, -1)
    with pytest.raises(StorageError, match="another user"):
        read_private(path)


def test_the_directories_are_those_of_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    paths = Paths.of_user()
    assert paths.config_dir == tmp_path / "c" / "prime-tui"
    assert paths.make_state_dir() == tmp_path / "s" / "prime-tui"
    assert mode(paths.state_dir) == 0o700
    assert {paths.log_file.parent, paths.launches_file.parent} == {paths.state_dir}
