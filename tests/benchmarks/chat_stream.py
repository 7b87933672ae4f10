"""A very long answer, measured: `python -m tests.benchmarks.chat_stream [--tokens 20000] [--rate 500]`.

Starts the real program in a pseudo-terminal against a service that streams one answer of markdown at a steady
rate, and prints CPU per token at the start and at the end, bytes written, and how fast keys are answered.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

from prime_tui.sim import prose
from prime_tui.sim.chat import split_tokens
from prime_tui.sim.noise import Noise
from prime_tui.sim.serve import SimOptions, SimServer
from tests.e2e.terminal import Terminal

COLUMNS, ROWS = 120, 40
KEY_EVERY_S = 1.0


def answer_tokens(count: int) -> list[str]:
    """Return that many pieces of markdown."""
    tokens: list[str] = []
    number = 0
    while len(tokens) < count:
        tokens += [*split_tokens(prose.answer(Noise(number), number, long=True)), "\n\n"]
        number += 1
    return tokens[:count]


@contextmanager
def streaming(tokens: list[str], rate_per_s: float) -> Iterator[str]:
    """A service that streams one answer at a steady rate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            began = time.monotonic()
            for number, token in enumerate(tokens):
                wait_s = began + number / rate_per_s - time.monotonic()
                if wait_s > 0:
                    time.sleep(wait_s)
                self._event({"choices": [{"index": 0, "delta": {"content": token}}]})
            usage = {"prompt_tokens": 10, "completion_tokens": len(tokens), "cost": 0.01}
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def do_GET(self) -> None:
            body = json.dumps({"object": "list", "data": [{"id": "bench/long", "object": "model"}]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _event(self, chunk: object) -> None:
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        server.server_close()


def measure(tokens: list[str], rate_per_s: float) -> None:
    """Run once and print the figures."""
    with (
        tempfile.TemporaryDirectory() as home,
        SimServer(SimOptions(speed=0)) as sim,
        streaming(tokens, rate_per_s) as url,
    ):
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8",
            "PRIME_API_KEY": "x", "PRIME_API_BASE_URL": sim.url, "PRIME_INFERENCE_URL": url,
        }  # fmt: skip
        command = [sys.executable, "-m", "prime_tui", "--screen", "chat"]
        terminal = Terminal(command, columns=COLUMNS, rows=ROWS, environment=environment)
        terminal.sees("bench/long")
        watch(terminal, len(tokens), rate_per_s)
        terminal.send("\x03\x03\x03")
        terminal.wait()


def watch(terminal: Terminal, count: int, rate_per_s: float) -> None:
    """Ask, type a key each second, and take samples until the answer is whole."""
    terminal.send("go\r")
    terminal.until(lambda text: "tok/s" in text, "the first tokens")
    began, last_key = time.monotonic(), time.monotonic()
    samples: list[tuple[float, float, int]] = [(0.0, terminal.cpu_s(), len(terminal.raw))]
    delays_s: list[float] = []
    typed = ""
    while "esc stop" in terminal.text():
        terminal.read(0.05)
        now = time.monotonic()
        if now - last_key >= KEY_EVERY_S:
            last_key, typed = now, typed + "x"
            terminal.send("x")
            terminal.sees(f"› {typed}")
            delays_s.append(time.monotonic() - now)
        if now - began - samples[-1][0] >= count / rate_per_s / 20:
            samples.append((now - began, terminal.cpu_s(), len(terminal.raw)))
    took_s, cpu_s, written = samples[-1]
    per_token = [
        (after[1] - before[1]) / max(1.0, (after[0] - before[0]) * rate_per_s) * 1e6
        for before, after in pairwise(samples)
    ]
    quarter = max(1, len(per_token) // 4)
    first, last = statistics.mean(per_token[:quarter]), statistics.mean(per_token[-quarter:])
    print(f"tokens                     {count:>10,}  at {rate_per_s:.0f}/s")
    print(f"CPU of one core            {(cpu_s - samples[0][1]) / took_s:>10.1%}")
    print(f"CPU a token, first quarter {first:>10.0f} µs")
    print(f"CPU a token, last quarter  {last:>10.0f} µs   {last / first:.2f} times")
    print(f"bytes a second             {(written - samples[0][2]) / took_s:>10,.0f}")
    if delays_s:
        delays_s.sort()
        print(f"key to screen, median      {statistics.median(delays_s) * 1000:>10.0f} ms")
        print(f"key to screen, worst       {delays_s[-1] * 1000:>10.0f} ms")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=500.0)
    options = parser.parse_args()
    measure(answer_tokens(options.tokens), options.rate)


if __name__ == "__main__":
    main()
