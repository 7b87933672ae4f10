"""What is settled before the toolkit is imported."""

import io
import subprocess
import sys

import pytest

from prime_tui.ui.terminal.environment import erases_to_background, prepare, unfit_reason, write_utf8


def test_it_sets_quiet_defaults_and_leaves_what_the_person_set() -> None:
    environ = {"TEXTUAL_FPS": "30"}
    prepare(environ)
    assert environ == {"TEXTUAL_FPS": "30", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}


def test_it_removes_what_would_log_the_screen() -> None:
    environ = {"TEXTUAL_LOG": "log", "TEXTUAL": "devtools", "TEXTUAL_DEVTOOLS_PORT": "1", "HOME": "/h"}
    prepare(environ)
    assert "TEXTUAL_LOG" not in environ
    assert "TEXTUAL" not in environ
    assert "TEXTUAL_DEVTOOLS_PORT" not in environ
    assert environ["HOME"] == "/h"


def test_a_developer_keeps_the_toolkits_log() -> None:
    environ = {"TEXTUAL_LOG": "log"}
    prepare(environ, is_dev=True)
    assert environ["TEXTUAL_LOG"] == "log"


def test_no_color_starts_in_a_palette_theme() -> None:
    environ = {"NO_COLOR": "1", "TEXTUAL_THEME": "nord"}
    prepare(environ)
    assert environ["TEXTUAL_THEME"] == "ansi-dark"


def test_it_does_not_import_the_toolkit() -> None:
    code = (
        "import sys, prime_tui.ui.terminal.environment as e; e.prepare({}); print('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("environ", "erases"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "screen-256color", "STY": "1.pts-0.host"}, False),
        ({"TERM": "xterm-256color", "STY": "1.pts-0.host"}, False),
        ({"TERM": "vt100"}, False),
        ({}, False),
    ],
)
def test_who_erases_to_the_background_that_is_set(environ: dict[str, str], erases: bool) -> None:
    assert erases_to_background(environ) is erases


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_another_encoding_is_replaced(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    write_utf8(stream)
    stream.write("─")
    stream.flush()
    assert raw.getvalue() == "─".encode()


def test_a_missing_stream_is_nothing_to_write_to() -> None:
    write_utf8(None)


@pytest.mark.parametrize(
    ("ttys", "term", "reason"),
    [
        ({0, 1, 2}, "xterm", None),
        ({1, 2}, "xterm", "The input is not a terminal."),
        ({0, 2}, "xterm", "The output is not a terminal."),
        (
            {0, 1},
            "xterm",
            "The error stream is not a terminal; the screen is drawn there.",
        ),
        ({0, 1, 2}, "dumb", "TERM is dumb: this terminal cannot move its cursor."),
        ({0, 1, 2}, None, None),
    ],
)
def test_it_says_why_a_screen_cannot_be_drawn(
    monkeypatch: pytest.MonkeyPatch, ttys: set[int], term: str | None, reason: str | None
) -> None:
    monkeypatch.setattr("os.isatty", ttys.__contains__)
    assert unfit_reason({"TERM": term} if term else {}) == reason
