"""The official client's configuration: read whatever is there, at once, and never touched."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from prime_tui.persistence.official import OfficialConfig, read_official

KEY = "pit_sentinel_official"
PATIENCE_S = 30.0


def write(path: Path, content: object, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(mode)
    return path


def read_quickly(home: Path) -> OfficialConfig:
    """Read it in a thread, which may hang without this one: a FIFO or a device could be waited for."""
    done: list[tuple[OfficialConfig, float]] = []
    reader = threading.Thread(
        target=lambda: done.append((read_official(home), time.thread_time())), daemon=True
    )
    reader.start()
    reader.join(PATIENCE_S)
    ((official, cpu_s),) = done
    assert cpu_s < 1.0
    assert KEY not in repr(official)
    return official


def test_nothing_there_and_nothing_is_made(tmp_path: Path) -> None:
    assert read_quickly(tmp_path) == OfficialConfig((), None, ())
    assert list(tmp_path.iterdir()) == []


def test_main_file_and_environments(tmp_path: Path) -> None:
    write(
        tmp_path / ".prime/config.json",
        {
            "api_key": f" {KEY}\n", "team_id": "team1", "base_url": "https://api.example.com", "unknown": [1],
            "inference_url": "https://inference.example.com/v1", "ssh_key_path": "~/.ssh/id",
            "share_resources_with_team": "true", "current_environment": "staging",
        },
    )  # fmt: skip
    write(
        tmp_path / ".prime/environments/staging.json", {"api_key": KEY, "base_url": "https://s.example.com"}
    )
    write(tmp_path / ".prime/environments/.hidden name.json", {"api_key": KEY})
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    official = read_quickly(tmp_path)
    main, staging = official.environments
    assert (main.name, main.team_id, main.base_url) == ("production", "team1", "https://api.example.com")
    assert (main.inference_url, main.ssh_key_path) == ("https://inference.example.com/v1", "~/.ssh/id")
    assert main.key is not None
    assert main.key.reveal() == KEY
    assert staging.name == "staging"
    assert official.named(None) is staging
    assert official.named("production") is main
    assert official.named("nothing") is None
    assert official.problems == ()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"api_key": "pit_sentinel_offi', "cut off"),
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not a table"),
        (b"\xff\xfe{", "not JSON"),
        (b" " * 300_000, "no configuration"),
        ({"api_key": f"{KEY} with blanks"}, "could be sent"),
        ({"api_key": f"{KEY}\u00e9"}, "could be sent"),
    ],
)
def test_odd_content_is_a_sentence(tmp_path: Path, content: object, words: str) -> None:
    write(tmp_path / ".prime/config.json", content)
    official = read_quickly(tmp_path)
    assert [words in problem for problem in official.problems] == [True]
    assert all(one.key is None for one in official.environments)
    assert KEY not in " ".join(official.problems)


def test_wrong_types_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / ".prime/config.json", {"api_key": 7, "team_id": {}, "base_url": None})
    (main,) = read_quickly(tmp_path).environments
    assert (main.key, main.team_id, main.base_url) == (None, None, None)


def test_a_byte_order_mark_is_read_over_and_mentioned(tmp_path: Path) -> None:
    write(tmp_path / ".prime/config.json", b"\xef\xbb\xbf" + json.dumps({"api_key": KEY}).encode())
    official = read_quickly(tmp_path)
    assert official.environments[0].key is not None
    assert "byte order mark" in official.problems[0]


def test_a_file_that_others_can_read_is_used_and_the_repair_named(tmp_path: Path) -> None:
    path = write(tmp_path / ".prime/config.json", {"api_key": KEY}, mode=0o644)
    official = read_quickly(tmp_path)
    assert official.environments[0].key is not None
    assert f"chmod 600 '{path}'" in official.problems[0]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("what", ["fifo", "link", "directory", "device link"])
def test_what_is_no_plain_file_is_a_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / ".prime/config.json"
    path.parent.mkdir()
    if what == "fifo":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to(write(tmp_path / "elsewhere.json", {"api_key": KEY}))
    elif what == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    official = read_quickly(tmp_path)
    assert official.environments == ()
    assert str(path) in official.problems[0]


def test_thousands_of_environments_are_cut(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f".prime/environments/e{number}.json", {"api_key": KEY})
    official = read_quickly(tmp_path)
    assert len(official.environments) == 100
    assert "more than 100" in official.problems[0]
