"""ssh into a pod: who is asked, what is run, and what is refused."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prime_tui.domain.credentials import Found, KeySource
from prime_tui.domain.pods import Pod, PodState, SshEndpoint
from prime_tui.domain.remote import Listing
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimServer
from prime_tui.ui.screens.pods.borrowed_terminal import run_in_terminal
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_pods import STILL, pods, ready
from tests.ui.screens.fake_programs import Recorder
from tests.ui.seated import configure, seated

TOAST_EDGE = "▌"
ASKED_WHO_LOOKS = 'case "$1" in display-message) echo 1; exit;; esac\n'


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Pretend to be inside tmux, with a tmux that only records."""
    made = Recorder(tmp_path)
    made.add("tmux", 'case "$1" in new-window) echo @7;; esac\n', first=ASKED_WHO_LOOKS)
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")  # noqa: S108 - never opened
    monkeypatch.setenv("WANDB_API_KEY", "secret-4711")
    monkeypatch.delenv("PRIME_SSH_KEY_PATH", raising=False)
    return made


def put(m: Monitor, pod: Pod) -> None:
    """Let the list show a pod as it is given here."""
    others = tuple(pod if one.id == pod.id else one for one in pods(m))
    m.store.pods.loaded(Listing(others, len(others)), m.app.clock.now())


async def is_told(m: Monitor, sentence: str) -> None:
    """Wait for a sentence in a toast, wherever the path before it lets its lines end."""
    await m.until(
        lambda: sentence in " ".join(word for word in m.text().split() if word != TOAST_EDGE), repr(sentence)
    )


async def test_inside_tmux_a_window_is_opened_word_by_word_and_without_secrets(programs: Recorder) -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        put(m, replace(pod, ssh=(SshEndpoint("root", "203.0.113.9", 2201),)))
        await m.press("s")
        await m.sees(f"ssh into {pod.name}")
        await m.until(lambda: programs.words("tmux")[0] == "set-option")
        # The second call makes the window stay when ssh fails.
        assert programs.words("tmux") == ["set-option", "-w", "-t", "@7", "remain-on-exit", "failed"]
        assert "WANDB_API_KEY" not in programs.environment("tmux")
        known_hosts = m.app.paths.known_hosts_file
        assert known_hosts.stat().st_mode & 0o777 == 0o600


async def test_the_window_runs_exactly_this_command(programs: Recorder) -> None:
    programs.add("tmux", "echo no server; exit 1\n")  # the first call is the last
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        put(m, replace(pod, ssh=(SshEndpoint("ubuntu", "203.0.113.9", 2201),)))
        await m.press("s")
        await m.sees("tmux opened no window")
        words = programs.words("tmux")
        command = words[words.index("ssh") :]
        assert words[:6] == ["new-window", "-P", "-F", "#{window_id}", "-n", pod.name]
        assert command[-6:] == ["-l", "ubuntu", "-p", "2201", "--", "203.0.113.9"]
        assert f"HostKeyAlias=prime-pod-{pod.id}" in command
        assert f"UserKnownHostsFile={m.app.paths.known_hosts_file}" in command
        unset = {words[i + 1] for i, word in enumerate(words) if word == "-u"}
        assert {"PRIME_API_KEY", "WANDB_API_KEY"} <= unset


@pytest.mark.parametrize("place", ["profile", "environment", "official"])
async def test_the_key_of_whoever_names_one_is_used_when_it_is_private(
    programs: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    key = tmp_path / "id_pod"
    key.write_text("x")
    monkeypatch.setenv("HOME", str(tmp_path))
    if place == "environment":
        monkeypatch.setenv("PRIME_SSH_KEY_PATH", "~/id_pod")
    if place == "official":
        (tmp_path / ".prime").mkdir()
        (tmp_path / ".prime/config.json").write_text('{"ssh_key_path": "~/id_pod"}')
    programs.add("tmux", "exit 1\n", first=ASKED_WHO_LOOKS)
    given = Found(Secret("x"), KeySource.ENV)
    with SimServer(STILL) as sim:
        configure(tmp_path, sim.url, 'ssh_key = "~/id_pod"' if place == "profile" else "")
        async with seated(tmp_path, sim, given=given, screen="pods") as m:
            await ready(m)
            key.chmod(0o644)
            await m.press("s")
            await is_told(m, "is open to others")
            assert not programs.was_called("tmux")
            key.chmod(0o600)
            await m.press("s")
            await is_told(m, "tmux opened no window")
            words = programs.words("tmux")
            assert words[words.index("-i") + 1] == str(key)


async def test_a_pod_that_is_not_ready_says_why(programs: Recorder) -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        for changed, reason in (
            (
                replace(pod, state=PodState.INSTALLING, install_progress_percent=42),
                "still being",
            ),
            (replace(pod, state=PodState.STOPPED), "is stopped:"),
            (replace(pod, ssh=(None,)), "has no ssh"),
            (replace(pod, ssh=(None,), ssh_problem="The ssh address is odd."), "is odd"),
        ):
            put(m, changed)
            await m.until(lambda: "s ssh" not in m.text())
            await m.press("s")
            await m.sees(reason)
            m.app.clear_notifications()
        assert not programs.was_called("tmux")


async def test_of_several_nodes_one_is_chosen(programs: Recorder) -> None:
    programs.add("tmux", "exit 1\n")
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        nodes = (SshEndpoint("root", "203.0.113.1", 22), None, SshEndpoint("root", "203.0.113.3", 22))
        put(m, replace(pod, ssh=nodes))
        await m.press("s")
        await m.sees("node 1", "node 3", "ssh root@203.0.113.3")
        assert "node 2" not in m.text()
        await m.press("j", "enter")
        await m.until(lambda: programs.was_called("tmux"))
        assert programs.words("tmux")[-1] == "203.0.113.3"


async def test_a_demo_connects_to_nothing(programs: Recorder) -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        await ready(m)
        m.store.change_session(is_demo=True)
        await m.press("s")
        await m.sees("This is a demo")
        assert not programs.was_called("tmux")


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254"])
async def test_an_address_of_this_machine_is_asked_about_first(programs: Recorder, host: str) -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        put(m, replace(pod, ssh=(SshEndpoint("root", host, 22),)))
        await m.press("s")
        await m.sees("A strange address", host)
        await m.press("enter")
        await m.until(lambda: "A strange address" not in m.text())
        assert not programs.was_called("tmux")
        await m.press("s")
        await m.sees("A strange address")
        await m.press("y")
        await m.until(lambda: programs.was_called("tmux"))


async def test_a_terminal_that_cannot_be_lent_offers_the_line_to_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        await ready(m)
        await m.press("s")
        await m.sees("cannot be lent")


class LentScreen:
    """An app as far as a borrowed terminal knows it."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away."""
        yield

    @contextmanager
    def batch_update(self) -> Iterator[None]:
        """Draw nothing."""
        yield


async def test_the_loop_goes_on_while_the_program_has_the_terminal(tmp_path: Path) -> None:
    flag = tmp_path / "beats"
    app: Any = LentScreen()
    running = asyncio.create_task(
        run_in_terminal(
            app,
            ["sh", "-c", f"while [ ! -e '{flag}' ]; do sleep 0.01; done; exit 3"],
            {"PATH": os.environ["PATH"]},
            intro="",
            outro="",
        )
    )
    async with asyncio.timeout(30):
        for _ in range(10):
            await asyncio.sleep(0)
        assert not running.done()
        flag.touch()
        assert await running == 3
