"""Ending pods: nothing happens by accident, and an end is believed only when it was seen."""

from __future__ import annotations

from dataclasses import replace

from prime_tui.domain.account import Scope
from prime_tui.domain.remote import Listing
from prime_tui.persistence.atomic import write_private
from prime_tui.sim.serve import SimOptions
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import monitor
from tests.ui.screens.driving_pods import STILL, calls, go_to, line_of, paste, pod_now, pods, ready

SEED = SimOptions(speed=0, shapes="seed")


async def test_enter_alone_and_esc_end_nothing() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        for keys in (("enter",), ("escape",), ("n", "enter"), ("y", "enter")):
            await m.press("x")
            await m.sees("End 1 pod", f"Type {pod.name} to end")
            await m.press(*keys, "escape")
            await m.until(lambda: "End 1 pod" not in m.text())
        assert calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 0


async def test_the_dialog_says_what_is_lost_what_stays_and_what_is_saved() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        await m.press("x")
        await m.sees("End 1 pod", pod.name, f"…{pod.id[-6:]}", f"{pod.gpu_count}×")
        await m.sees("so far billed $", f"saves ${pod.price_usd_per_h:.2f}/h", "destroyed", "paid by you")


async def test_a_wrong_name_ends_nothing_and_the_right_one_does() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), clock=HurriedClock(10), toasts=True) as m:
        pod = await ready(m)
        hosts = m.app.paths.known_hosts_file
        write_private(hosts, f"prime-pod-{pod.id} ssh-ed25519 A\nprime-pod-other ssh-ed25519 B\n".encode())
        await m.press("x")
        await m.sees("End 1 pod")
        await paste(m, pod.name[:-1])
        await m.press("enter")
        await m.sees("Not the same.")
        assert calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 0
        await m.type(pod.name[-1])
        await m.press("enter")
        await m.until(lambda: "◐ ending…" in line_of(m, pod))
        await m.until(lambda: calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 1)
        m.sim.advance(20)
        await m.until(lambda: "○ gone" in line_of(m, pod))
        assert pod_now(m, pod) is None
        await m.until(lambda: hosts.read_text() == "prime-pod-other ssh-ed25519 B\n", "the host key to go")
        await m.sees("Pod ended", "billed $", f"saves ${pod.price_usd_per_h:.2f}/h")
        await m.press("enter")
        await m.sees("Gone, confirmed by reading. Billed $")
        assert calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 1


async def test_a_delete_that_fails_on_the_server_leaves_the_pod_and_says_so() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 30), clock=HurriedClock(10)) as m:
        pod = await ready(m)
        m.sim.fault("status", f"/api/v1/pods/{pod.id}", method="DELETE", status=500)
        await m.press("x")
        await paste(m, pod.name)
        await m.press("enter")
        await m.until(lambda: "▲ not ended" in line_of(m, pod))
        await m.sees("▲ Not ended:", "It still runs")
        assert pod_now(m, pod) is not None
        await m.sees("2 active")


async def test_a_delete_whose_answer_is_lost_is_followed_to_its_end() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 30), clock=HurriedClock(10)) as m:
        pod = await ready(m)
        m.sim.fault("lost-answer", f"/api/v1/pods/{pod.id}", method="DELETE", count=1)
        await m.press("x")
        await paste(m, pod.name)
        await m.press("enter")
        await m.until(lambda: "◐ ending…" in line_of(m, pod))
        m.sim.advance(20)
        await m.until(lambda: "○ gone" in line_of(m, pod))


async def test_an_end_that_is_never_seen_is_called_not_confirmed() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 30), clock=HurriedClock(60)) as m:
        pod = await ready(m)
        # The service accepts, and goes on listing the pod as it was: its clock stands still.
        await m.press("x")
        await paste(m, pod.name)
        await m.press("enter")
        await m.until(lambda: "▲ not confirmed" in line_of(m, pod))
        await m.sees("END NOT CONFIRMED: still DELETING; it may still cost money", "▲2")


async def test_a_pod_that_went_away_while_the_dialog_was_open_is_left_alone() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        pod = await ready(m)
        await m.press("x")
        await m.sees("End 1 pod")
        others = tuple(one for one in pods(m) if one.id != pod.id)
        m.store.pods.loaded(Listing(others, len(others)), m.app.clock.now())
        await paste(m, pod.name)
        await m.press("enter")
        await m.sees("is gone already; nothing was sent")
        assert not any(one["method"] == "DELETE" for one in m.sim.request_log())


async def test_the_dialog_means_the_pod_it_named_wherever_the_rows_go() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        pod = await ready(m)
        await m.press("x")
        await m.sees("End 1 pod")
        m.store.pods.loaded(Listing(pods(m)[::-1], len(pods(m))), m.app.clock.now())
        await paste(m, pod.name)
        await m.press("enter")
        await m.until(lambda: calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 1)
        assert sum(one["method"] == "DELETE" for one in m.sim.request_log()) == 1


async def test_nothing_is_ended_on_old_data() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        await ready(m)
        m.sim.fault("status", "/api/v1/pods/*", status=503)
        await m.press("r")
        await m.sees("▲ stale")
        await m.press("x")
        await m.sees("were last read")
        assert "End 1 pod" not in m.text()


async def test_a_read_only_session_hides_the_key_and_explains() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True, read_only=True) as m:
        await ready(m)
        assert "x end" not in m.text()
        await m.press("x")
        await m.sees("This is a read-only session")


async def test_a_key_that_may_only_read_hides_the_key_and_explains() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), toasts=True) as m:
        await ready(m)
        account = m.store.account.value
        assert account is not None
        reader = replace(account, scopes=(Scope("instances", read=True, write=False),))
        m.store.account.loaded(reader, m.app.clock.now())
        await m.until(lambda: "x end" not in m.text())
        await m.press("x")
        await m.sees("may only read")


async def test_several_marked_pods_are_listed_and_ended_together() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 30)) as m:
        first = await ready(m)
        ours = [pod for pod in pods(m) if pod.team_id is None and pod.id != first.id]
        second = next(pod for pod in ours if pod.is_ready_for_ssh)
        await m.press("space")
        await go_to(m, second)
        await m.press("space", "x")
        await m.sees("End 2 pods", first.name, second.name, "Together this saves $", "Type end 2 to end")
        await m.type("end 2")
        await m.press("enter")
        await m.until(lambda: "ending…" in line_of(m, first) and "ending…" in line_of(m, second))
        await m.until(lambda: sum(one["method"] == "DELETE" for one in m.sim.request_log()) == 2)


async def test_quitting_while_an_end_is_not_confirmed_asks_first() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), clock=HurriedClock(10)) as m:
        pod = await ready(m)
        await m.press("x")
        await paste(m, pod.name)
        await m.press("enter")
        await m.until(lambda: "ending…" in line_of(m, pod))
        await m.press("q")
        await m.sees("Quit and lose this")
        await m.press("escape")
        m.sim.advance(20)
        await m.until(lambda: "○ gone" in line_of(m, pod))


async def test_an_old_backend_reports_its_final_cost() -> None:
    async with monitor(screen="pods", sim=SEED, size=(150, 30), clock=HurriedClock(10)) as m:
        await m.until(lambda: pods(m))
        pod = next(pod for pod in pods(m) if pod.is_ready_for_ssh)
        await m.until(lambda: line_of(m, pod))
        await go_to(m, pod)
        await m.press("x")
        await m.sees("End 1 pod")
        word = m.text().split("Type ")[1].split(" to end")[0]
        await m.type(word)
        await m.press("enter")
        await m.until(lambda: calls(m, "DELETE", f"/api/v1/pods/{pod.id}") == 1)
        m.sim.advance(20)
        await m.sees("○ gone", "Billed $")
