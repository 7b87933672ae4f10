"""The chat as a person drives it: keys in, text on the screen out, requests seen by the service."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from prime_tui.api.budget import CallBudget
from prime_tui.api.client import PrimeClient
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimOptions
from prime_tui.sync.chat_desk import ChatDesk
from tests.ui.monitor import Monitor, monitor

CHAT = "*/chat/completions"
FAST = SimOptions(speed=60)
SLOW = SimOptions(speed=0.5)


async def ask(m: Monitor, question: str) -> None:
    await m.until(lambda: "no model yet" not in m.text() and "per M" in m.text(), "a model")
    await m.type(question)
    await m.press("enter")


def asked_times(m: Monitor) -> int:
    return sum(1 for one in m.sim.request_log() if str(one["path"]).endswith("/chat/completions"))


def prompt_line(m: Monitor) -> str:
    return next(line for line in reversed(m.text().splitlines()) if line.startswith(" ›"))


async def test_an_answer_comes_with_its_tokens_speed_and_cost() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await ask(m, "simulate-short")
        await m.sees("model  Yes.", "tok", "first ", "conversation $0.")
        figures = re.search(r"↳ (\d+) tok .*?first \d+\.\d+ s · \$(0\.\d+) · ([\w.-]+)", m.text())
        assert figures, m.text()
        assert figures[2] in m.text().split("conversation $")[1]
        assert prompt_line(m).strip().startswith("› Ask a model")
        assert asked_times(m) == 1


async def test_markdown_is_drawn_and_the_next_question_carries_the_conversation() -> None:
    async with monitor(screen="chat", sim=FAST, size=(120, 80)) as m:
        await ask(m, "first question")
        await m.until(lambda: "tok/s" in m.text() and "~" not in m.text().split("conversation")[1], "the end")
        assert "##" not in m.text()
        assert "**" not in m.text()
        await m.type("simulate-short")
        await m.press("enter")
        await m.sees("model  Yes.")
        tokens = [int(found) for found in re.findall(r"↳ (\d+) tok", m.text())]
        assert len(tokens) == 2
        await m.press("ctrl+n")
        await m.sees("Ask something.", "session $0.")


async def test_esc_stops_an_answer_keeps_its_text_and_estimates_its_cost() -> None:
    async with monitor(screen="chat", sim=SLOW) as m:
        await ask(m, "simulate-long")
        await m.until(lambda: "▌" in m.text(), "the first text")
        await m.press("escape")
        await m.sees("○ stopped", "~$0.")
        await m.until(lambda: "▌" not in m.text(), "the end of the answer")
        await m.until(lambda: re.search(r"conversation ~\$0\.\d+", m.text()), "the estimate in the sum")
        kept = m.text()
        await m.pilot.pause(0.3)
        assert m.text().split("stopped")[0][-200:] == kept.split("stopped")[0][-200:]
        assert prompt_line(m).strip().startswith("› Ask a model")  # it was stopped on purpose


async def test_a_wallet_that_cannot_pay_keeps_the_draft() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        m.sim.fault("status", CHAT, status=402)
        await ask(m, "may I")
        await m.sees("✕ 402", "The wallet that was asked:", "Ada Example", "› may I")
        assert "conversation $0.00" in m.text()
        assert asked_times(m) == 1
        m.sim.clear_faults()
        await m.press("enter")
        await m.until(lambda: "tok/s" in m.text(), "the second try")
        assert m.text().count("you    may I") == 1


async def test_errors_say_what_helps_and_nothing_is_asked_twice() -> None:
    errors = ((404, "m chooses another model"), (429, "Ask again in 7s"), (503, "trouble"), (401, "refused"))
    async with monitor(screen="chat", sim=FAST, size=(120, 60)) as m:
        for number, (status, said) in enumerate(errors, 1):
            m.sim.clear_faults()
            m.sim.fault("status", CHAT, status=status, retry_after="7" if status == 429 else None)
            if number == 1:
                await ask(m, "hello")
            else:
                await m.press("enter")
            await m.sees(f"✕ {status}", said, "› hello")
            assert asked_times(m) == number, status
        assert m.text().count(" you    hello") == 1


@pytest.mark.parametrize("kind", ["sse-break", "sse-error", "sse-no-done"])
async def test_a_broken_stream_keeps_what_came_and_the_question(kind: str) -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        m.sim.fault(kind, CHAT, after_bytes=4000)
        await ask(m, "hello")
        if kind == "sse-no-done":
            await m.until(lambda: "tok/s" in m.text(), "an answer that is whole without its last word")
        else:
            await m.sees("✕", "What came is kept", "› hello", "~$0.")
            assert m.text().count("What came is kept") == 1
        assert "model" in m.text()
        assert asked_times(m) == 1


async def test_an_error_event_in_mid_stream_is_shown_in_place() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await ask(m, "please simulate-error")
        await m.sees("✕ 502", "What came is kept", "› please simulate-error")


async def test_thinking_is_folded_and_unfolds() -> None:
    async with monitor(screen="chat", sim=FAST, size=(100, 60)) as m:
        await ask(m, "simulate-reasoning simulate-short")
        await m.sees("thought ~", "Yes.")
        assert "The user wants" not in m.text()
        await m.press("escape", "v")
        await m.sees("┊ The user wants")
        await m.press("v")
        await m.until(lambda: "The user wants" not in m.text(), "folded again")


async def test_the_draft_survives_other_screens_and_digits_are_text_while_writing() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await m.type("draft 123")
        await m.press("f1")
        await m.sees("burning now")
        await m.press("4")
        await m.sees("› draft 123")
        await m.press("escape", "1")
        await m.sees("burning now")


async def test_the_input_grows_and_remembers() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await ask(m, "simulate-short one")
        await m.sees("Yes.")
        for number in range(8):
            await m.type(f"line {number}")
            await m.press("ctrl+j")
        await m.until(lambda: "line 2" not in m.text(), "the first lines scroll away")
        assert len(re.findall(r"line \d", m.text())) == 5  # six lines high, the last one empty
        await m.press("ctrl+c")
        await m.sees("› Ask a model")
        await m.press("up")
        await m.sees("line 7")
        await m.press("ctrl+c", "up", "up")
        await m.sees("› simulate-short one")
        await m.press("down", "down")
        await m.until(lambda: "› simulate-short one" not in m.text(), "the newest again")
        assert asked_times(m) == 1


async def test_the_list_of_models_has_prices_search_and_any_id() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await m.sees("per M")
        await m.press("ctrl+l")
        await m.sees("$/M IN", "12 models")
        lines = [line for line in m.text().splitlines() if "—" in line and "z-ai/glm-4.6" in line]
        assert lines, "an unknown price is a dash"
        await m.type("glm")
        await m.sees("1 of 12", "use glm as typed")
        await m.press("enter")
        await m.sees("z-ai/glm-4.6 · price unknown")
        await m.type("simulate-short")
        await m.press("enter")
        await m.sees("Yes.")
        await m.press("ctrl+l")
        await m.type("no/such-model")
        await m.sees("use no/such-model as typed")
        await m.press("enter")
        await m.sees("no/such-model · price unknown")
        await ask_again(m, "hello")
        await m.sees("✕ 404", "m chooses another model", "› hello")


async def ask_again(m: Monitor, question: str) -> None:
    await m.type(question)
    await m.press("enter")


async def test_models_that_cannot_be_read_do_not_stop_anybody() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await m.sees("per M")
        m.sim.fault("status", "*/models", status=500)
        m.store.models.clear()
        await m.press("escape", "r", "m")
        await m.sees("The models could not be read", "any id can be typed")
        await m.type("qwen/qwen3-30b-a3b-instruct-2507")
        await m.press("enter")
        await m.sees("qwen/qwen3-30b-a3b-instruct-2507 · price unknown")


async def test_settings_are_checked_and_sent() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await m.sees("per M")
        await m.press("ctrl+o")
        await m.sees("temperature", "max tokens")
        await m.type("3")
        await m.press("ctrl+o")
        await m.sees("The temperature is a number from 0 to 2.")
        await m.press("backspace")
        await m.type("0.5")
        await m.press("tab")
        await m.type("12")
        await m.press("tab")
        await m.type("Be brief.")
        await m.press("ctrl+o")
        await m.sees("temp 0.5")
        await ask_again(m, "hello")
        await m.sees("cut off at the token limit", "↳ 12 tok")


async def test_the_team_in_view_pays() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        team = next(iter(m.sim.world.people.teams))
    async with monitor(screen="chat", sim=FAST, team=team.id) as m:
        await m.sees(f"billed to {team.name}")
        await ask(m, "simulate-short")
        await m.sees("Yes.")
        sent = [one for one in m.sim.request_log() if str(one["path"]).endswith("/chat/completions")]
        assert [one["team_id"] for one in sent] == [team.id]


async def test_a_low_balance_is_said_before_asking() -> None:
    async with monitor(screen="chat", sim=SimOptions(scenario="broke", speed=0)) as m:
        m.sim.advance(7200)
        await m.press("escape", "r")
        await m.until(lambda: re.search(r"billed to .*▲ -?\$\d", m.text()), "the warning")


async def test_hostile_answers_are_only_text() -> None:
    async with monitor(screen="chat", sim=SimOptions(scenario="hostile", speed=50), size=(100, 70)) as m:
        await ask(m, "say something nasty")
        await m.until(lambda: "tok/s" in m.text() and "▌" not in m.text(), "the answer")
        await m.press("escape", "g")
        await m.sees("[/x][@click=app.quit]quit[/]")
        assert all(char.isprintable() or char == "\n" for char in m.text())
        for y in range(3, 60, 9):
            await m.pilot.click(offset=(12, y))
        assert m.app.is_running
        assert m.app.return_value is None
        await m.sees("[/x][@click=app.quit]quit[/]")


async def test_the_last_answer_and_its_code_are_copied() -> None:
    async with monitor(screen="chat", sim=FAST, toasts=True) as m:
        await ask(m, "simulate-short")
        await m.sees("Yes.")
        await m.press("escape", "Y")
        await m.sees("no block of code")
        await m.press("y")
        await m.sees("sent to the terminal's clipboard")
        assert m.app.clipboard == "Yes."


async def test_a_read_only_session_asks_nothing_and_says_why() -> None:
    async with monitor(screen="chat", sim=FAST, read_only=True, toasts=True) as m:
        await m.sees("asking costs money")
        await ask(m, "hello")
        await m.until(lambda: m.text().count("asking costs money") == 2, "the toast")
        await m.sees("› hello")
        assert asked_times(m) == 0


async def test_two_answers_at_once_are_not_asked_for() -> None:
    async with monitor(screen="chat", sim=SLOW, toasts=True) as m:
        await ask(m, "simulate-long")
        await m.until(lambda: "▌" in m.text(), "the first text")
        await ask_again(m, "and this")
        await m.sees("An answer is still coming", "› and this")
        assert asked_times(m) == 1
        await m.press("escape")
        await m.sees("○ stopped", "› and this")


async def test_an_answer_goes_on_while_another_screen_is_shown() -> None:
    async with monitor(screen="chat", sim=FAST) as m:
        await ask(m, "hello")
        await m.press("f3")
        await m.until(lambda: asked_times(m) == 1, "the question")
        await m.press("4")
        await m.until(lambda: "tok/s" in m.text() and "▌" not in m.text(), "the whole answer")


@contextmanager
def unstreamed(text: str) -> Iterator[str]:
    """A service that answers in one piece, whatever it was asked for."""
    usage = {"prompt_tokens": 10, "completion_tokens": 25, "total_tokens": 35, "cost": 0.000022}
    message = {"role": "assistant", "content": text}
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_an_answer_in_one_piece_is_an_answer_too() -> None:
    with unstreamed("It is **four**.") as url:
        async with monitor(screen="chat", sim=FAST) as m:
            client = PrimeClient(
                base_url=m.sim.url,
                inference_url=url,
                api_key=lambda: Secret("x"),
                team_id=None,
                budget=CallBudget(m.app.clock, 1000),
                clock=m.app.clock,
            )
            assert m.app.engine is not None
            m.app.engine.chat = ChatDesk(client, m.store)
            await ask(m, "2+2?")
            await m.sees("model  It is four.", "↳ 25 tok", "$0.000022")
            await client.aclose()


async def test_paints_are_bounded_whatever_the_speed() -> None:
    """Four updates a second at the most and one of the clock, at any number of tokens."""
    async with monitor(screen="chat", sim=SimOptions(speed=10)) as m:
        await ask(m, "simulate-long")
        await m.until(lambda: "▌" in m.text(), "the first text")
        transcript = m.app.screen.query_one("#transcript")
        seen: list[object] = []

        def note(content: object) -> None:  # a builtin would not do: the toolkit counts its parameters
            seen.append(content)

        began = asyncio.get_running_loop().time()
        m.app.watch(transcript, "content", note, init=False)
        await m.until(lambda: "▌" not in m.text(), "the end")
        took_s = asyncio.get_running_loop().time() - began
        assert 2 < len(seen) <= took_s * 5 + 3
        tokens = int(re.findall(r"↳ ([\d,]+) tok", m.text())[-1].replace(",", ""))
        assert tokens > 5 * len(seen)


async def test_while_writing_the_footer_offers_no_letters() -> None:
    async with monitor(screen="chat", sim=FAST, size=(80, 24)) as m:
        await m.until(lambda: "F10 help" in m.text().splitlines()[-1], "the keys")
        keys = m.text().splitlines()[-1]
        assert "F1-F4 screens" in keys
        assert "? help" not in keys
        assert "q quit" not in keys
        await m.press("escape")
        await m.until(lambda: m.text().splitlines()[-1].endswith("? help  q quit"), "the letters")
        await m.press("i")
        await m.until(lambda: "F10 help" in m.text().splitlines()[-1], "the keys of writing")
        await m.press("f10")
        await m.sees("Choose the model", "ctrl+n", "New conversation")
        assert "Focus" not in m.text()
        assert "Cursor" not in m.text()


async def test_the_palette_names_keys_as_people_do() -> None:
    async with monitor(screen="chat", sim=FAST, size=(100, 60)) as m:
        await m.press("escape", "ctrl+p")
        await m.pilot.pause()
        await m.type("Stop the answer")
        await m.sees("Key esc")
        assert "Key escape" not in m.text()
