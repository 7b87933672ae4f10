"""Offers, the form, and what becomes of an order: it is sent once."""

from __future__ import annotations

from dataclasses import replace

from prime_tui.domain.remote import Listing
from prime_tui.sim.serve import SimOptions
from tests.ui.hurried_clock import HurriedClock
from tests.ui.monitor import Monitor, monitor
from tests.ui.screens.driving_pods import STILL, calls, paste, pods, ready, rows

PODS = "/api/v1/pods/"


async def see_offers(m: Monitor) -> None:
    await ready(m)
    await m.press("o")
    await m.sees("── offers", "$/GPU·H▲")
    await m.until(lambda: m.store.offers.value, "the offers")
    await m.until(lambda: rows(m))


async def open_form(m: Monitor, words: str = "a6000 1 high") -> str:
    """Choose an offer and return the name that is proposed."""
    await see_offers(m)
    await m.press("slash")
    await paste(m, words)
    await m.press("enter", "enter")
    await m.sees("order a pod", "Ceiling", "runway")
    return field(m, "Name")


def field(m: Monitor, label: str) -> str:
    line = next(line for line in m.text().splitlines() if line.startswith(f" {label}"))
    return line[14:].split("  ")[0].strip()


async def agree(m: Monitor) -> None:
    await m.press("enter")
    await m.sees("Order 1 pod", "sent once")
    await m.press("y")


def prices(m: Monitor, column: str) -> list[float]:
    """The figures below a title that is aligned to the right."""
    end = m.text().splitlines()[3].replace("▲", " ").replace("▼", " ").index(column) + len(column) + 1
    return [float(row[:end].split()[-1].lstrip("~")) for row in rows(m) if row[:end].split()[-1] != "—"]


async def test_offers_come_cheapest_per_gpu_first() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 40)) as m:
        await see_offers(m)
        found = prices(m, "$/GPU·H")
        assert len(found) > 20
        assert found == sorted(found)
        await m.press("S")
        await m.sees("$/H▲")


async def test_words_and_keys_narrow_the_offers() -> None:
    async with monitor(screen="pods", sim=STILL, size=(120, 40)) as m:
        await see_offers(m)
        every = m.store.offers.value
        assert every is not None
        await m.press("slash")
        await m.type("h100 8 eu")
        wanted = [
            offer
            for offer in every.items
            if offer.gpu_type.startswith("H100")
            and offer.gpu_count == 8
            and (offer.region or "").startswith("eu")
        ]
        in_stock = [offer for offer in wanted if offer.is_in_stock]
        await m.sees(f"{len(in_stock)} of {len(every.items)}")
        assert all("H100" in row and " 8 " in row for row in rows(m))
        await m.press("enter", "i")
        await m.sees("also out of stock", f"{len(wanted)} of {len(every.items)}")
        await m.press("slash", "escape", "m", "m")
        await m.sees("clusters")
        await m.until(lambda: rows(m) and all("cluster" in row for row in rows(m)))
        await m.press("m", "right_square_bracket")
        await m.sees("1 GPU")
        await m.press("left_square_bracket", "left_square_bracket")
        await m.until(lambda: "64 GPUs" in m.text())


async def test_offers_are_read_only_while_they_are_looked_at() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), clock=HurriedClock(200)) as m:
        await ready(m)
        await m.until(lambda: calls(m, "GET", PODS) >= 3)
        assert calls(m, "GET", "/api/v1/availability/gpus") == 0
        await m.press("o")
        await m.until(lambda: calls(m, "GET", "/api/v1/availability/gpus") >= 2)
        await m.press("escape")
        seen = calls(m, "GET", "/api/v1/availability/gpus")
        before = calls(m, "GET", PODS)
        await m.until(lambda: calls(m, "GET", PODS) >= before + 4)
        assert calls(m, "GET", "/api/v1/availability/gpus") <= seen + 2


async def test_offers_that_cannot_be_read_say_why() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await ready(m)
        m.sim.fault("status", "/api/v1/availability/*", status=503)
        await m.press("o")
        await m.sees("The offers cannot be read.", "r tries now")


async def test_an_order_is_confirmed_sent_once_and_the_cursor_is_on_the_new_pod() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 40)) as m:
        name = await open_form(m)
        await m.press("enter")
        await m.sees("Order 1 pod", name, "per day", "ceiling", "balance $", "now → ", "sent once")
        await m.press("y")
        await m.sees("── pods")
        pod = next(pod for pod in pods(m) if pod.name == name)
        await m.sees(name, "◐ provisioning", f"…{pod.id[-8:]}")
        assert calls(m, "POST", PODS) == 1


async def test_enter_on_the_confirm_page_orders_nothing() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        name = await open_form(m)
        for key in ("enter", "escape", "n"):
            await m.press("enter")
            await m.sees("Order 1 pod")
            await m.press(key)
            await m.until(lambda: "Order 1 pod" not in m.text())
        assert field(m, "Name") == name
        assert calls(m, "POST", PODS) == 0


async def test_a_refused_order_keeps_the_form_and_says_why() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30)) as m:
        await open_form(m)
        await m.press("end", "ctrl+u")
        await paste(m, "my-own-name")
        await m.press("down", "right")
        image = field(m, "Image")
        m.sim.fault("status", PODS, method="POST", status=402, count=1)
        await agree(m)
        await m.sees("✕ Refused:", "Nothing was created")
        assert field(m, "Name") == "my-own-name"
        assert field(m, "Image") == image
        assert calls(m, "POST", PODS) == 1
        await agree(m)
        await m.until(lambda: any(pod.name == "my-own-name" for pod in pods(m)))
        assert calls(m, "POST", PODS) == 2


async def test_a_lost_answer_is_looked_for_and_never_sent_again() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 40), clock=HurriedClock(10), toasts=True) as m:
        name = await open_form(m)
        m.sim.fault("lost-answer", PODS, method="POST", count=1)
        await agree(m)
        await m.sees("The order was sent, once.")
        await m.sees("── pods", name, "◐ provisioning")
        assert calls(m, "POST", PODS) == 1
        assert sum(pod.name == name for pod in pods(m)) == 1
        await m.sees("Pod found")


async def test_an_order_whose_pod_never_shows_up_is_called_not_confirmed() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 40), clock=HurriedClock(60)) as m:
        name = await open_form(m)
        m.sim.fault("status", PODS, method="POST", status=502, count=1)
        await agree(m)
        await m.sees("NOT CONFIRMED", f"no pod {name} has shown up", "Watch the list")
        assert calls(m, "POST", PODS) == 1
        assert field(m, "Name") == name


async def test_the_page_can_be_left_while_the_order_is_under_way() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 40)) as m:
        name = await open_form(m)
        m.sim.fault("latency", PODS, method="POST", latency_ms=1500, count=1)
        await agree(m)
        await m.sees("The order was sent, once.")
        await m.press("escape", "enter")
        await m.sees("The order was sent, once.")
        await m.press("escape", "escape")
        await m.sees("── pods", name)
        assert calls(m, "POST", PODS) == 1


async def test_what_is_wrong_with_the_form_is_said_before_anything_is_sent() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 40)) as m:
        await open_form(m)
        await m.press("end", "ctrl+u")
        await paste(m, "two words")
        await m.press("enter")
        await m.sees("▲ The name must have")
        await m.press("end", "ctrl+u")
        await m.type("fine")
        await m.press("down", "down", "down", "end", "ctrl+u")
        await m.type("0.01")
        await m.press("enter")
        await m.sees("▲ The price ceiling is below the quoted")
        assert "Order 1 pod" not in m.text()
        assert calls(m, "POST", PODS) == 0


async def test_the_price_and_the_ceiling_follow_the_disk_until_one_is_typed() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 40)) as m:
        await open_form(m, "h100 8 sxm5 high")
        small = float(field(m, "Ceiling, $/h"))
        await m.press("down", "down", "end", "ctrl+u")
        await m.type("3000")
        await m.until(lambda: float(field(m, "Ceiling, $/h") or 0) > small)
        await m.press("down", "end", "ctrl+u")
        await m.type("99")
        await m.press("up", "end", "backspace")
        await m.until(lambda: field(m, "Disk, GB") == "300")
        assert field(m, "Ceiling, $/h") == "99"


async def test_a_name_that_exists_is_refused_before_anything_is_sent() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 40)) as m:
        await open_form(m)
        await m.press("end", "ctrl+u")
        await paste(m, next(pod.name for pod in pods(m) if pod.name.isascii()))
        await agree(m)
        await m.sees("✕ Refused: A pod named", "exists already")
        assert calls(m, "POST", PODS) == 0


async def test_a_team_pays_for_what_it_orders() -> None:
    async with monitor(screen="pods", sim=STILL, size=(150, 40), team="team_9c1e04b7") as m:
        await m.until(lambda: pods(m) and m.store.teams.value)
        await m.press("o")
        await m.until(lambda: m.store.offers.value)
        await m.press("enter")
        await m.sees("paid by   Research")
        name = field(m, "Name")
        await agree(m)
        await m.until(lambda: any(pod.name == name for pod in pods(m)))
        assert next(pod.team_id for pod in pods(m) if pod.name == name) == "team_9c1e04b7"


async def test_an_empty_purse_is_told_by_the_service() -> None:
    async with monitor(screen="pods", sim=SimOptions(speed=0, scenario="broke"), size=(100, 40)) as m:
        await m.until(lambda: m.store.wallet.value)
        m.sim.advance(3 * 3600)
        await m.press("o")
        await m.until(lambda: m.store.offers.value)
        await m.press("enter")
        await m.sees("order a pod")
        await agree(m)
        await m.sees("✕ Refused:")


async def test_a_read_only_session_shows_offers_and_orders_nothing() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 30), read_only=True, toasts=True) as m:
        await see_offers(m)
        assert "enter order" not in m.text()
        await m.press("enter")
        await m.sees("read-only session")
        assert "order a pod" not in m.text()


async def test_an_offer_with_prepaid_hours_warns() -> None:
    async with monitor(screen="pods", sim=STILL, size=(160, 40)) as m:
        await see_offers(m)
        await m.press("i", "slash")
        await m.type("prepaid")
        await m.sees("prepaid 24h")
        await m.press("enter", "enter")
        await m.sees("24 h are charged at once ($", "even if you end it earlier")


async def test_the_form_follows_the_price_and_says_that_it_changed() -> None:
    async with monitor(screen="pods", sim=STILL, size=(100, 40)) as m:
        await open_form(m)
        ceiling = float(field(m, "Ceiling, $/h"))
        listing = m.store.offers.value
        assert listing is not None
        dearer = [
            replace(offer, price_usd_per_h=offer.price_usd_per_h * 2)
            for offer in listing.items
            if offer.price_usd_per_h
        ]
        m.store.offers.loaded(Listing(tuple(dearer), len(dearer)), m.app.clock.now())
        await m.sees("▲ The price changed while you were here")
        await m.until(lambda: float(field(m, "Ceiling, $/h")) > 1.5 * ceiling)
        m.store.offers.loaded(Listing(), m.app.clock.now())
        await m.sees("▲ It is no longer offered")
