"""A training configuration in TOML: read with care, checked as far as that is possible here."""

from __future__ import annotations

import math
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import NoReturn

from prime_tui.domain.errors import SettingsError
from prime_tui.domain.text import clean_key, clean_name

MOST_BYTES = 1_000_000
MOST_DEPTH = 64

MAIN_KEYS = ("trainer", "orchestrator", "inference", "model")
KNOWN_KEYS = frozenset(
    {
        *MAIN_KEYS,
        *("max_steps", "seq_len", "max_model_len", "max_async_level", "output_dir", "clean_output_dir"),
        *("log", "ckpt", "wandb", "weight_broadcast", "deployment", "slurm", "bench", "dry_run"),
        *("teacher_inference", "rollout_transport", "monitors", "dashboard", "run", "data", "val", "loss"),
        *("env", "eval", "optim", "scheduler", "name"),
    }
)
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:api_?keys?|secret|secrets|passw(?:or)?d|access_key|private_key|credentials?"
    r"|(?:hf|hub|auth|access|bearer|api|wandb|github|session)_token)$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(?:pit|hf|sk|ghp|gho|github_pat|xox[abp]|wandb_v1)[_-][A-Za-z0-9_-]{16,}|\bBearer\s+\S{8,}"
)
_HARMLESS = frozenset({"", "empty", "none", "null", "dummy", "xxx", "changeme"})
_DECODE_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """A configuration that can be sent.

    Attributes:
        config: The whole file as the service takes it.
        warnings: Sentences about what looks odd but may be right.
        name: What the file suggests to call the run.
        gpu_count: All GPUs that it asks for; None when it does not say.
    """

    path: Path
    config: Mapping[str, object]
    name: str
    model: str | None = None
    environments: tuple[str, ...] = ()
    max_steps: int | None = None
    gpu_count: int | None = None
    warnings: tuple[str, ...] = ()


def read_run_config(place: str) -> RunConfig:
    """Return the configuration in the file at `place`; `~` is the home directory.

    Raises:
        SettingsError: With file, line where there is one, and what to do.
    """
    path = _path(place)
    text = _text(path)
    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _DECODE_PLACE.search(str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        _refuse(path, line, f"not TOML: {_DECODE_PLACE.sub('', str(error)).rstrip('.')}.")
    except RecursionError:
        _refuse(path, None, "it is nested too deeply.")
    return check_run_config(path, config, text)


def check_run_config(path: Path, config: dict[str, object], text: str = "") -> RunConfig:
    """Return what a parsed file says; `text` is only used to name lines.

    Raises:
        SettingsError: It cannot be a training configuration, or there is a secret in it.
    """
    present = [key for key in MAIN_KEYS if key in config]
    if not present:
        _refuse(path, None, f"this is no training configuration: none of {', '.join(MAIN_KEYS)} is in it.")
    for key in present:
        if not isinstance(config[key], dict):
            _refuse(path, _line_of(text, key), f"{key} must be a table.", f"Write [{key}].")
    max_steps = config.get("max_steps")
    if max_steps is not None and (
        isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1
    ):
        _refuse(path, _line_of(text, "max_steps"), "max_steps must be a whole number above 0.")
    _check_values(path, config, text)
    return RunConfig(
        path=path,
        config=_jsonable(config),
        name=_suggested_name(path, config),
        model=_string(config, "model", "name") or _string(config, "trainer", "model", "name"),
        environments=_environments(config),
        max_steps=max_steps,
        gpu_count=gpus_asked_for(config),
        warnings=tuple(_warnings(config)),
    )


def gpus_asked_for(config: Mapping[str, object]) -> int | None:
    """Return how many GPUs a configuration asks for, None when it leaves that to the service."""
    deployment = config.get("deployment")
    if isinstance(deployment, dict):
        per_node = _count(deployment.get("gpus_per_node"))
        nodes = [_count(deployment.get(f"num_{part}_nodes")) for part in ("train", "infer", "teacher")]
        if any(nodes):
            return None if per_node is None else per_node * sum(number or 0 for number in nodes)
        gpus = [_count(deployment.get(f"num_{part}_gpus")) for part in ("train", "infer", "teacher")]
        if any(gpus):
            return sum(number or 0 for number in gpus)
    lists = [config.get(f"{part}_gpu_ids") for part in ("trainer", "inference", "teacher")]
    named = {gpu for ids in lists if isinstance(ids, list) for gpu in ids if isinstance(gpu, int)}
    return len(named) or None


# -- reading --------------------------------------------------------------------


def _path(place: str) -> Path:
    if not place.strip():
        raise SettingsError("Which file?")
    try:
        return Path(place.strip()).expanduser()
    except (RuntimeError, ValueError) as error:
        raise SettingsError(f"{clean_name(place)}: no such user.") from error


def _text(path: Path) -> str:
    try:
        # Not blocking: opening a named pipe would otherwise wait for its writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        _refuse(path, None, f"cannot be opened: {reason}.")
    info = os.fstat(handle)
    if not stat.S_ISREG(info.st_mode):
        os.close(handle)
        _refuse(path, None, "this is not a regular file.")
    with os.fdopen(handle, "rb") as file:
        content = b"" if info.st_size > MOST_BYTES else file.read(MOST_BYTES + 1)
    if info.st_size > MOST_BYTES or len(content) > MOST_BYTES:
        _refuse(path, None, f"larger than {MOST_BYTES // 1_000_000} MB; a configuration is a few kB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(path, content[: error.start].count(b"\n") + 1, "not UTF-8 text.")


def _refuse(path: Path, line: int | None, problem: str, hint: str = "") -> NoReturn:
    place = clean_name(path) if line is None else f"{clean_name(path)}:{line}"
    raise SettingsError(f"{place}: {problem}", hint=hint)


def _line_of(text: str, key: str) -> int | None:
    """The first line that sets `key`, for a message; None where it cannot be seen."""
    found = re.search(
        rf"^[^\S\n]*\[*[\"']?(?:[\w.\"-]*\.)?{re.escape(key)}[\"']?\s*[=\].]", text, re.MULTILINE
    )
    return None if found is None else text.count("\n", 0, found.start()) + 1


# -- checking -------------------------------------------------------------------


def _check_values(path: Path, config: dict[str, object], text: str) -> None:
    for place, key, value in _leaves("", config, 0):
        if value is ...:
            _refuse(path, None, f"{clean_name(place)} is nested too deeply.")
        if isinstance(value, float) and not math.isfinite(value):
            _refuse(
                path,
                _line_of(text, key),
                f"{clean_name(place)} is {value}: the service takes finite numbers.",
            )
        if isinstance(value, str) and _is_secret(key, value):
            _refuse(
                path,
                _line_of(text, key),
                f"{clean_name(place)} holds a secret, and the whole file would be stored with the run.",
                "Take it out; the form can send a W&B or HF key apart from it.",
            )


def _is_secret(key: str, value: str) -> bool:
    if _SECRET_VALUE.search(value):
        return True
    named = _SECRET_NAME.search(key.replace("-", "_")) is not None
    return named and value.strip().lower() not in _HARMLESS and not value.startswith(("$", "{", "<"))


def _leaves(place: str, value: object, depth: int, key: str = "") -> Iterator[tuple[str, str, object]]:
    """Every value with its dotted path and the name it stands under; `...` where it is nested too deeply."""
    if depth > MOST_DEPTH:
        yield place, key, ...
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{place}.{name}" if place else name, inner, depth + 1, name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(f"{place}[{index}]", inner, depth + 1, key)
    else:
        yield place, key, value


def _jsonable(config: dict[str, object]) -> dict[str, object]:
    """TOML knows dates, JSON does not: they become text."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return value.isoformat() if isinstance(value, datetime | date | time) else value

    return {name: plain(value) for name, value in config.items()}


def _warnings(config: Mapping[str, object]) -> Iterator[str]:
    odd = sorted(clean_key(key) for key in config if key not in KNOWN_KEYS)
    if odd:
        yield f"Not known here, sent all the same: {', '.join(odd[:8])}{' …' if len(odd) > 8 else ''}"
    if "max_steps" not in config:
        yield "No max_steps: it runs, and costs, until it is stopped."
    if "slurm" in config:
        yield "[slurm] is for a cluster of your own; the service places the run itself."


# -- what is shown --------------------------------------------------------------


def _suggested_name(path: Path, config: Mapping[str, object]) -> str:
    found = config.get("name")
    named = (
        (found if isinstance(found, str) else None)
        or _string(config, "run", "name")
        or _string(config, "wandb", "name")
    )
    return clean_name(named or (path.stem if path.stem not in ("rl", "sft", "config") else path.parent.name))


def _environments(config: Mapping[str, object]) -> tuple[str, ...]:
    orchestrator = config.get("orchestrator")
    if not isinstance(orchestrator, dict):
        return ()
    train = orchestrator.get("train")
    rows = train.get("env") if isinstance(train, dict) else orchestrator.get("env")
    names = [
        row.get("id") or row.get("name")
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
    return tuple(clean_name(name) for name in names if isinstance(name, str) and name)


def _string(config: Mapping[str, object], *path: str) -> str | None:
    value: object = config
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return (clean_name(value) or None) if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
