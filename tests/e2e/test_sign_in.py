"""Signing in at the real program in a real terminal, and a key that is looked for everywhere afterwards."""

from __future__ import annotations

from pathlib import Path

from prime_tui.sim.serve import SimServer
from tests.cli.program import KEY, PASSPHRASE, Home
from tests.e2e.signing_in import addressed, paste, sign_in, started
from tests.persistence.buses import LESS_THAN_A_CALL_S, silent_bus


def test_from_nothing_to_data_and_again_with_the_passphrase(home: Home, sim: SimServer) -> None:
    addressed(home, sim.url)
    with started(home) as one:
        sign_in(one, KEY, "encrypted file")
        one.sees("A new encrypted file", "again")
        paste(one, PASSPHRASE)
        one.send("\r")
        again = next(row for row, line in enumerate(one.text().splitlines()) if "│ again" in line)
        one.until(lambda _: one.screen.cursor.y == again, "the second field")
        paste(one, PASSPHRASE)
        one.send("\r")
        one.sees("Ada Example", "burning now")
        one.until(lambda text: "$" in text.splitlines()[1], "a balance")
        one.send("q")
        assert one.wait() == 0
    assert home.config()["profiles"]["default"]["store"] == "file"
    with started(home) as one:
        one.sees("Unlock the encrypted file")
        one.send("wrong\r")
        one.sees("stays locked")
        one.send(f"{PASSPHRASE}\rtyped ahead")
        one.until(lambda text: "passphrase" not in text, "the end of the dialog")
        one.until(lambda text: "w0s" in text or "w1s" in text, "fresh numbers")
        one.send("q")
        assert one.wait() == 0
    assert home.files_with(KEY, PASSPHRASE) == []


def test_a_silent_bus_is_named_freezes_nothing_and_does_not_hold_the_end(
    home: Home, sim: SimServer, tmp_path: Path
) -> None:
    addressed(home, sim.url, 'store = "secret-service"\n')
    with (
        silent_bus(tmp_path) as bus,
        started(home, DBUS_SESSION_BUS_ADDRESS=bus.address, DISPLAY=":0") as one,
    ):
        one.sees("The Secret Service is asked for the key and has not answered yet", "sign in: K")
        one.send("3")
        one.sees("── pods")
        one.send("K")
        one.sees("Paste an API key")
        one.send("\x1b")
        one.until(lambda text: "Paste an API key" not in text, "the end of the dialog")
        one.send("q")
        assert one.wait(LESS_THAN_A_CALL_S) == 0
        bus.wait_until_left()


def test_a_key_can_be_given_while_the_bus_is_silent(home: Home, sim: SimServer, tmp_path: Path) -> None:
    addressed(home, sim.url, 'store = "secret-service"\n')
    with (
        silent_bus(tmp_path) as bus,
        started(home, DBUS_SESSION_BUS_ADDRESS=bus.address) as one,
    ):
        one.sees("has not answered yet")
        one.send("K")
        sign_in(one, KEY, "this session only")
        one.until(lambda text: "Where shall the key be kept?" not in text, "the end of the dialog")
        one.sees("Ada Example", "burning now")
        one.send("q")
        assert one.wait() == 0, one.text()
