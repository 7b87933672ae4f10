from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.config.run_config import MOST_BYTES, check_run_config, gpus_asked_for, read_run_config
from prime_tui.domain.errors import SettingsError
from prime_tui.domain.text import clean_name

GOOD = """
max_steps = 200
[model]
name = "Qwen/Qwen3.5-9B"
[deployment]
num_train_gpus = 4
num_infer_gpus = 4
[wandb]
name = "gsm8k-ft"
[[orchestrator.train.env]]
id = "primeintellect/gsm8k"
[orchestrator]
batch_size = 512
[trainer]
"""
PLACE = Path("run.toml")


def refusal(place: Path | str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_run_config(str(place))
    return str(caught.value)


def written(folder: Path, content: str | bytes, name: str = "rl.toml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_configuration_tells_what_will_run(tmp_path: Path) -> None:
    config = read_run_config(str(written(tmp_path, GOOD)))
    assert config.model == "Qwen/Qwen3.5-9B"
    assert config.environments == ("primeintellect/gsm8k",)
    assert (config.max_steps, config.gpu_count, config.name) == (200, 8, "gsm8k-ft")
    assert config.warnings == ()
    assert config.config["orchestrator"] == {
        "batch_size": 512,
        "train": {"env": [{"id": "primeintellect/gsm8k"}]},
    }


def test_home_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    written(tmp_path, GOOD)
    assert read_run_config("~/rl.toml").path == tmp_path / "rl.toml"


def test_a_file_without_a_name_of_its_own_is_called_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "wordle"
    folder.mkdir()
    assert read_run_config(str(written(folder, "[trainer]\n"))).name == "wordle"
    assert read_run_config(str(written(folder, "[trainer]\n", "small.toml"))).name == "small"


def test_a_mistake_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = written(tmp_path, "[model]\nname = \n")
    assert f"{path}:2: not TOML" in refusal(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("max_steps = 3\n", "none of trainer, orchestrator, inference, model is in it"),
        (
            "[trainer]\n\n[run]\n[orchestrator]\nx=1\n[model]\nname=1\n[[inference]]\n",
            ":8: inference must be a table",
        ),
        ("[trainer]\n", None),
        ("# a\nmax_steps = 2.5\n[trainer]\n", ":2: max_steps must be a whole number"),
        ("max_steps = true\n[trainer]\n", "max_steps must be"),
        ("max_steps = 0\n[trainer]\n", "max_steps must be"),
        ('max_steps = "3"\n[trainer]\n', "max_steps must be"),
        ("[trainer]\nlr = nan\n", ":2: trainer.lr is nan"),
        ("[trainer.optim]\nlr = inf\n", "trainer.optim.lr is inf"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, content: str, expected: str | None) -> None:
    path = written(tmp_path, content)
    if expected is None:
        read_run_config(str(path))
    else:
        assert expected in refusal(path)


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "abcdef"',
        'wandb_api_key = "0123456789abcdef0123456789abcdef01234567"',
        'hf_token = "hf_abcdefghijklmnopqrst"',
        'password = "x"',
        'note = "use hf_abcdefghijklmnopqrstuvwx here"',
        'header = "Bearer abcdefghijk"',
    ],
)
def test_a_secret_is_refused_and_never_repeated(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f"[trainer]\n{line}\n")
    said = refusal(path)
    assert f"{path}:2" in said
    assert "secret" in said
    assert line.split('"')[1] not in said.replace(str(path), "")


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "EMPTY"',
        'api_key = ""',
        'api_key = "$OPENAI_API_KEY"',
        'api_key_var = "OPENAI_API_KEY"',
        'eos_token = "<|im_end|>"',
        'pad_token = "<pad>"',
        "max_tokens = 2048",
        'tokenizer = "Qwen/Qwen3.5-9B"',
        "num_tokens = 7",
    ],
)
def test_what_only_looks_like_a_secret_passes(tmp_path: Path, line: str) -> None:
    read_run_config(str(written(tmp_path, f"[trainer]\n{line}\n")))


def test_odd_things_are_warnings(tmp_path: Path) -> None:
    config = read_run_config(str(written(tmp_path, "frobnicate = 1\n[trainer]\n[slurm]\n")))
    text = "\n".join(config.warnings)
    assert "frobnicate" in text
    assert "No max_steps" in text
    assert "slurm" in text


def test_dates_become_text_because_json_has_none(tmp_path: Path) -> None:
    config = read_run_config(str(written(tmp_path, "[trainer]\nwhen = 2026-01-02\nlist = [08:00:00]\n")))
    assert config.config["trainer"] == {"when": "2026-01-02", "list": ["08:00:00"]}


def test_only_a_regular_utf8_file_of_a_sane_size_is_read(tmp_path: Path) -> None:
    assert "cannot be opened: No such file" in refusal(tmp_path / "missing.toml")
    assert "not a regular file" in refusal(tmp_path)
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    assert "not a regular file" in refusal(pipe), "a pipe without a writer must not block"
    assert "not a regular file" in refusal("/dev/zero")
    assert "larger than 1 MB" in refusal(written(tmp_path, b"#" * (MOST_BYTES + 1)))
    assert ":2: not UTF-8" in refusal(written(tmp_path, b"[trainer]\nx = '\xff'\n"))
    assert "Which file?" in refusal("  ")
    assert "not a file name" in refusal("a\0b")


def test_nesting_has_an_end(tmp_path: Path) -> None:
    assert "nested too deeply" in refusal(written(tmp_path, "[trainer]\nx = " + "[" * 100 + "]" * 100 + "\n"))
    assert "nested too deeply" in refusal(
        written(tmp_path, "[trainer]\nx = " + "[" * 9000 + "]" * 9000 + "\n")
    )


def test_a_name_with_escape_sequences_is_made_harmless(tmp_path: Path) -> None:
    config = read_run_config(str(written(tmp_path, '[trainer]\n[wandb]\nname = "a\\u001b]0;x\\u0007b"\n')))
    assert "\x1b" not in config.name
    assert "\x07" not in config.name


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, None),
        ({"deployment": {"type": "single_node"}}, None),
        ({"deployment": {"num_train_gpus": 2}}, 2),
        ({"deployment": {"num_train_nodes": 2, "num_infer_nodes": 1, "gpus_per_node": 8}}, 24),
        ({"deployment": {"num_train_nodes": 2}}, None),
        ({"trainer_gpu_ids": [4, 5], "inference_gpu_ids": [0, 1, 2, 3]}, 6),
        ({"deployment": {"num_train_gpus": True}}, None),
    ],
)
def test_gpus_are_counted_where_the_file_says(config: dict[str, object], expected: int | None) -> None:
    assert gpus_asked_for(config) == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["trainer", "orchestrator", "model", "max_steps", "deployment", "wandb", "run", "name"]
)


@given(st.dictionaries(KEYS | st.text(max_size=6), VALUES, max_size=6))
def test_any_document_is_taken_or_refused_in_words(document: dict[str, object]) -> None:
    try:
        found = check_run_config(PLACE, document).name
    except SettingsError as error:
        found = error.message.removeprefix("run.toml:")
        assert found != error.message  # noqa: PT017 - either outcome is right
    assert clean_name(found) == found.strip(), "nothing of it can do harm on a screen"
