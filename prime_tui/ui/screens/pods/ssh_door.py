"""A shell on a pod: checked, then opened in a tmux window or in the terminal itself."""

from __future__ import annotations

import asyncio
import os

from prime_tui.domain.errors import PrimeError, StorageError
from prime_tui.domain.pods import Pod, PodState, SshEndpoint
from prime_tui.domain.ssh_command import (
    UnsafeCommand,
    alarming_host,
    ssh_argv,
    ssh_line,
    tmux_window_argv,
    without_secrets,
)
from prime_tui.domain.views import PodView
from prime_tui.persistence.known_hosts import fingerprints, prepare_known_hosts
from prime_tui.ui.render.pods import state_word
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.pods.borrowed_terminal import CannotLend, run_in_terminal
from prime_tui.ui.widgets.choose_dialog import ChooseDialog, Option
from prime_tui.ui.widgets.dialog import ConfirmDialog

TMUX_ANSWERS_WITHIN_S = 5.0


def why_no_ssh(view: PodView) -> str | None:
    """Return why no shell can be opened on a pod now, as a sentence; None when one can."""
    pod = view.pod
    name = pod.name or pod.id
    if not view.is_listed:
        return f"{name} is gone."
    if pod.state is PodState.INSTALLING:
        percent = "" if pod.install_progress_percent is None else f" ({pod.install_progress_percent}%)"
        return f"{name} is still being installed{percent}."
    if pod.state is not PodState.ACTIVE:
        return f"{name} is {state_word(pod)}: ssh needs it active."
    if not any(pod.ssh):
        return pod.ssh_problem or f"{name} has no ssh address yet."
    return None


class SshDoor:
    """Opens shells on pods."""

    def __init__(self, screen: PrimeScreen) -> None:
        self._screen = screen

    def open(self, view: PodView) -> None:
        """Open a shell, asking first where there is something to choose or to doubt."""
        why = why_no_ssh(view)
        if why is not None:
            self._screen.monitor.tell(why, severity="warning")
            return
        ready = [(node, endpoint) for node, endpoint in enumerate(view.pod.ssh, 1) if endpoint is not None]
        if len(ready) == 1:
            self._doubt(view.pod, ready[0][1])
            return
        options = [
            Option(str(node), f"node {node}", Span(ssh_line(endpoint), "dim")) for node, endpoint in ready
        ]
        by_key = {str(node): endpoint for node, endpoint in ready}

        def chosen(key: str | None) -> None:
            if key is not None:
                self._doubt(view.pod, by_key[key])

        dialog = ChooseDialog(f"ssh into {view.pod.name or view.id}", options, verb="open")
        self._screen.app.push_screen(dialog, chosen)

    def _doubt(self, pod: Pod, endpoint: SshEndpoint) -> None:
        """Ask before connecting to an address that no pod should have."""
        why = alarming_host(endpoint.host)
        if why is None:
            self._go(pod, endpoint)
            return
        body: list[Styled] = [
            Span(f"▲ {why}.", "bad"),
            f"The service says that {pod.name or pod.id} is reached by:",
            Span(f"  {ssh_line(endpoint)}", "title"),
            "A pod should be somewhere else. Connect only if you know why.",
        ]

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._go(pod, endpoint)

        dialog = ConfirmDialog("A strange address", body, yes="connect", no="do not")
        self._screen.app.push_screen(dialog, answered)

    def _go(self, pod: Pod, endpoint: SshEndpoint) -> None:
        monitor = self._screen.monitor
        if self._screen.store.session.is_demo:
            monitor.tell(
                f"This is a demo: the pod is not a real machine. Otherwise: {ssh_line(endpoint)}",
                severity="warning",
            )
            return
        known_hosts = monitor.paths.known_hosts_file
        try:
            prepare_known_hosts(known_hosts)
            key = None if monitor.desk is None else monitor.desk.ssh_key()
            path = None if key is None else key.path
            argv = ssh_argv(endpoint, pod.id, known_hosts=str(known_hosts), key_path=path)
        except (PrimeError, UnsafeCommand) as error:
            monitor.tell(str(error), severity="error")
            return
        monitor.act(self._run(pod, endpoint, argv), f"ssh {pod.name or pod.id}")

    async def _run(self, pod: Pod, endpoint: SshEndpoint, argv: tuple[str, ...]) -> None:
        name = pod.name or pod.id
        if os.environ.get("TMUX"):
            await self._run_in_tmux(name, argv)
            return
        monitor = self._screen.monitor
        try:
            known = fingerprints(monitor.paths.known_hosts_file, pod.id)
            code = await run_in_terminal(
                self._screen.app,
                argv,
                without_secrets(os.environ),
                intro=f"prime-tui: {ssh_line(endpoint)}  ({name}); the monitor comes back when it ends.",
                outro="prime-tui: ssh failed. Enter returns to the monitor.",
            )
        except StorageError as error:
            monitor.tell(str(error), severity="error")
        except CannotLend:
            monitor.tell(f"This terminal cannot be lent. y copies: {ssh_line(endpoint)}", severity="warning")
        except OSError as error:
            monitor.tell(f"ssh cannot be started: {error.strerror}.", severity="error")
        else:
            if code:
                monitor.tell(f"ssh into {name} ended with code {code}.")
            self._tell_host_key(pod, known)

    def _tell_host_key(self, pod: Pod, known: frozenset[str]) -> None:
        """Show a key that was taken at the first contact, for whoever can compare it."""
        monitor = self._screen.monitor
        try:
            new = fingerprints(monitor.paths.known_hosts_file, pod.id) - known
        except StorageError as error:
            monitor.tell(str(error), severity="error")
            return
        title = f"First contact with {pod.name or pod.id}: its host key"
        for one in sorted(new):
            monitor.tell(f"{one}. Another key is refused.", title=title)

    async def _run_in_tmux(self, name: str, argv: tuple[str, ...]) -> None:
        """Open a window of its own: the monitor stays where it is."""
        monitor = self._screen.monitor
        try:
            async with asyncio.timeout(TMUX_ANSWERS_WITHIN_S):
                window, problem = await _output(tmux_window_argv(name, argv, os.environ))
                if problem:
                    monitor.tell(f"tmux opened no window: {problem}", severity="error")
                    return
                # Keep the window of a failed ssh, so that its words can be read. Older tmux cannot.
                await _output(("tmux", "set-option", "-w", "-t", window, "remain-on-exit", "failed"))
        except TimeoutError:
            monitor.tell("tmux does not answer.", severity="error")
        except OSError as error:
            monitor.tell(f"tmux cannot be started: {error.strerror}.", severity="error")
        else:
            monitor.tell(f"ssh into {name} runs in a new tmux window.")


async def _output(argv: tuple[str, ...]) -> tuple[str, str]:
    """Run a command and return its first line, and its complaint if it failed."""
    child = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=without_secrets(os.environ),
    )
    try:
        out, err = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        raise
    line = out.decode(errors="replace").strip().split("\n")[0]
    return line, (
        err.decode(errors="replace").strip() or f"code {child.returncode}"
    ) if child.returncode else ""
