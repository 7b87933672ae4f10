"""The simulator as a program: its one line, its end, its refusals, and what it does not import."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.sim.speaking import CHAT, ask

PATIENCE_S = 30.0
RUN = (
    "import argparse, sys; from prime_tui.cli import simulate; p = argparse.ArgumentParser(); "
    "simulate.add_arguments(p); sys.exit(simulate.run(p.parse_args()))"
)


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the program, read its line, and end it if the test has not."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert found, (line, process.stderr and process.stderr.read())
        yield process, found[1]
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def headers() -> dict[str, str]:
    return {"Authorization": "Bearer x"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_also_with_an_open_stream(number: signal.Signals) -> None:
    with running() as (process, url), httpx.Client(trust_env=False, headers=headers()) as http:
        body = ask("simulate-long", stream=True)
        with http.stream("POST", f"{url}/api/v1{CHAT}", json=body) as answer:
            lines = answer.iter_lines()
            next(lines)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE_S)
            with pytest.raises(httpx.RemoteProtocolError):
                assert "data: [DONE]" not in list(lines), "it waited for the end of the stream"
        assert (process.returncode, out, err) == (0, "", "")


def test_the_end_of_standard_input_ends_it_if_asked() -> None:
    with running("--until-stdin-closes") as (process, url):
        assert httpx.get(f"{url}/_sim/state", trust_env=False).status_code == 200
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=PATIENCE_S) == 0


def test_without_that_it_goes_on() -> None:
    with running() as (process, url):
        assert process.stdin is not None
        process.stdin.close()
        for _ in range(3):
            assert httpx.get(f"{url}/_sim/state", trust_env=False).status_code == 200
        assert process.poll() is None


def test_flags_reach_the_world() -> None:
    with running(
        "--scenario", "busy", "--seed", "5", "--pods", "3", "--speed", "0", "--require-key", "k"
    ) as (_, url):
        state = httpx.get(f"{url}/_sim/state", trust_env=False).json()
        assert (state["scenario"], state["live_pods"], state["elapsed_s"]) == ("busy", 3, 0)
        assert httpx.get(f"{url}/api/v1/pods/", headers=headers(), trust_env=False).status_code == 401


def refused(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_taken_port_and_a_foreign_host_are_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refused("--port", port)
    assert "loopback" in refused("--host", "0.0.0.0")  # noqa: S104 - it is what must be refused
    assert "loopback" in refused("--host", "example.com")
    assert "99999" in refused("--port", "99999")


def test_missing_packages_are_named_in_one_line() -> None:
    block = (
        "import sys; sys.modules['uvicorn'] = None; import argparse; from prime_tui.cli import simulate; "
        "p = argparse.ArgumentParser(); simulate.add_arguments(p); sys.exit(simulate.run(p.parse_args([])))"
    )
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 1
    assert done.stderr == "simulate: the simulator needs more packages: pip install 'prime-tui[demo]'\n"


def imported_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    return set(done.stdout.split())


def test_the_simulator_shares_no_code_with_the_client() -> None:
    modules = imported_by("import prime_tui.sim.serve")
    ours = {name for name in modules if name.startswith("prime_tui")}
    assert {name for name in ours if not name.startswith("prime_tui.sim")} == {"prime_tui"}
    assert not modules & {"httpx", "textual", "pydantic", "rich", "websockets"}


def test_the_flags_cost_nothing() -> None:
    modules = imported_by(
        "import argparse; from prime_tui.cli import simulate; "
        "simulate.add_arguments(argparse.ArgumentParser())"
    )
    assert not modules & {"uvicorn", "starlette", "asyncio", "prime_tui.sim"}
