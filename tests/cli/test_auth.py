"""`prime-tui auth` as a process, against a simulated service that takes one key only."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prime_tui.accounts.accounts import Accounts
from prime_tui.accounts.wallet_name import wallet_name
from prime_tui.cli.choices import STORES
from prime_tui.domain.account import Account
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import Reason, StoreName
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.persistence.credentials.kernel_keys import KernelKeys, NoKernelKeys
from prime_tui.persistence.last_frame import LastFrame, Picture
from prime_tui.persistence.last_known import Kept, LastKnown
from prime_tui.persistence.paths import Paths
from tests.cli.program import KEY, Home
from tests.persistence.buses import desktop, silent_bus

FIELDS = [
    "profile",
    "origin",
    "inference_origin",
    "team",
    "has_key",
    "source",
    "store",
    "reason",
    "read_only",
]


def test_the_words_of_the_options_are_those_of_the_stores() -> None:
    assert set(STORES) == {name.value for name in StoreName} - {"command"}


def test_login_status_logout_with_the_encrypted_file(home: Home, service: str) -> None:
    done = home.login(service, "--store", "file", *home.passphrase(), "--team", "team1")
    assert done.returncode == 0, done.stderr
    assert "Ada Example" in done.stdout
    assert "read and write" in done.stdout
    assert home.config() == {
        "profiles": {
            "default": {
                "store": "file", "base_url": service, "inference_url": f"{service}/api/v1", "team": "team1",
            }
        }
    }  # fmt: skip
    assert home.status() == {
        "profile": "default", "origin": service, "inference_origin": service, "team": "team1",
        "has_key": False, "source": "none", "store": "file", "reason": "locked", "read_only": False,
    }  # fmt: skip
    found = home.status(*home.passphrase())
    assert list(found) == FIELDS
    assert (found["has_key"], found["source"], found["reason"]) == (True, "store", None)

    out = home.run("auth", "logout", *home.passphrase())
    assert out.returncode == 0, out.stderr
    assert "revoke" in out.stdout
    gone = home.status(*home.passphrase())
    assert (gone["has_key"], gone["source"], gone["reason"]) == (False, "none", None)


def test_nothing_configured(home: Home) -> None:
    assert home.status() == {
        "profile": "default", "origin": "https://api.primeintellect.ai",
        "inference_origin": "https://api.pinference.ai", "team": None, "has_key": False, "source": "none",
        "store": None, "reason": None, "read_only": False,
    }  # fmt: skip
    assert list(home.path.iterdir()) == []


def test_a_given_key_wins_in_its_order(home: Home) -> None:
    assert home.status(PRIME_API_KEY=KEY)["source"] == "env"
    file = home.private_file("key", KEY)
    assert home.status("--api-key-file", str(file), PRIME_API_KEY=KEY)["source"] == "flag"
    done = home.run("auth", "status", "--json", "--api-key-stdin", stdin=KEY)
    assert json.loads(done.stdout)["source"] == "flag"


def test_a_key_file_that_others_can_read_is_refused(home: Home) -> None:
    file = home.private_file("key", KEY)
    file.chmod(0o640)
    done = home.run("auth", "status", "--api-key-file", str(file))
    assert done.returncode == 1
    assert f"chmod 600 '{file}'" in done.stderr
    link = home.path / "link"
    link.symlink_to(file)
    assert home.run("auth", "status", "--api-key-file", str(link)).returncode == 1
    assert home.run("auth", "status", "--api-key-file", str(home.path)).returncode == 1
    assert home.run("auth", "status", "--api-key-file", "/nowhere").returncode == 1


@pytest.mark.parametrize(
    "key",
    [
        "quux1 quux2 quux3",
        "quux1\nlines-quux",
        "schl\u00fcssel-mit-umlaut",
        "",
        "x" * 600,
        b"\xff" * 20,
    ],
)
def test_a_key_that_cannot_be_sent_is_refused_without_an_echo(home: Home, key: str | bytes) -> None:
    done = home.run("auth", "login", "--api-key-stdin", "--store", "memory", stdin=key)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "API key" in done.stderr
    text = key.decode(errors="replace") if isinstance(key, bytes) else key
    assert not [part for part in text.split() if part in done.stderr]
    if key:
        variable = key.decode("latin-1") if isinstance(key, bytes) else key
        inherited = home.run("auth", "status", PRIME_API_KEY=variable)
        assert inherited.returncode == 1
        assert "PRIME_API_KEY" in inherited.stderr


def test_the_service_refuses_the_key(home: Home, service: str) -> None:
    done = home.login(service, "--store", "file", *home.passphrase(), key="pit_another_key")
    assert done.returncode == 3
    assert not home.config_file.exists()
    assert not (home.state / "keys.vault").exists()


def test_the_service_cannot_be_reached(home: Home) -> None:
    done = home.login("http://127.0.0.1:1", "--store", "file", *home.passphrase())
    assert done.returncode == 4
    assert not home.config_file.exists()


def test_without_the_check_nothing_is_sent(home: Home) -> None:
    done = home.login("http://127.0.0.1:1", "--no-verify", "--store", "file", *home.passphrase())
    assert done.returncode == 0, done.stderr
    assert home.status(*home.passphrase())["has_key"]


def test_usage(home: Home) -> None:
    assert home.run("auth").returncode == 2
    assert home.run("auth", "login", "--store", "cupboard").returncode == 2
    assert home.run("auth", "login", "--api-key", KEY).returncode == 2
    assert home.run("auth", "status", "--profile", "nobody").returncode == 2
    assert home.run("auth", "login", "--profile", "bad name", "--store", "memory").returncode == 2
    nobody_to_ask = home.run("auth", "login", "--store", "memory")
    assert nobody_to_ask.returncode == 2
    assert "terminal" in nobody_to_ask.stderr
    assert home.run("auth", "login", "--api-key-stdin", "--store", "file", stdin=KEY).returncode == 2


def test_a_wrong_passphrase_ends_before_the_key_is_sent_anywhere(home: Home, service: str) -> None:
    home.login(service, "--store", "file", *home.passphrase())
    wrong = home.private_file("wrong", "not this one")
    done = home.login("http://127.0.0.1:1", "--store", "file", "--passphrase-file", str(wrong))
    assert done.returncode == 1
    assert "passphrase is wrong" in done.stderr


def test_without_a_keyring_a_store_has_to_be_chosen(home: Home, service: str) -> None:
    done = home.login(service)
    assert done.returncode == 1
    assert "--store file" in done.stderr
    assert "not kept in plain text" in done.stderr


def test_plain_text_is_for_those_who_configured_it(home: Home, service: str) -> None:
    refused = home.login(service, "--store", "plaintext")
    assert refused.returncode == 1
    assert "allow_plaintext" in refused.stderr
    home.configure("[profiles.default]\nallow_plaintext = true\n")
    assert home.login(service, "--store", "plaintext").returncode == 0
    assert home.status()["source"] == "store"


def test_memory_keeps_nothing(home: Home, service: str) -> None:
    done = home.login(service, "--store", "memory")
    assert done.returncode == 0
    assert "Nothing was kept" in done.stdout
    assert list(home.path.iterdir()) == []


def test_kernel(home: Home, service: str) -> None:
    try:
        KernelKeys().get("probe")
    except NoKernelKeys as reason:
        pytest.skip(str(reason))
    assert home.login(service, "--store", "kernel").returncode == 0
    assert home.status()["source"] == "store"
    assert home.run("auth", "logout").returncode == 0
    assert not home.status()["has_key"]


def test_desktop(tmp_path: Path, service: str) -> None:
    with desktop(tmp_path) as running:
        running.unlock()
        home = Home(tmp_path, {"DBUS_SESSION_BUS_ADDRESS": running.environment["DBUS_SESSION_BUS_ADDRESS"]})
        assert home.login(service).returncode == 0
        assert home.config()["profiles"]["default"]["store"] == "secret-service"
        found = home.status()
        assert (found["has_key"], found["source"], found["store"]) == (True, "store", "secret-service")
        elsewhere = home.status(PRIME_API_BASE_URL="https://evil.example")
        assert (elsewhere["has_key"], elsewhere["source"]) == (False, "none")
        assert home.run("auth", "logout").returncode == 0
        assert home.status()["has_key"] is False


@pytest.mark.parametrize(("address", "reason"), [("", "no-backend"), ("unix:path=/nowhere", "gone")])
def test_reasons(home: Home, address: str, reason: str) -> None:
    home.configure("[profiles.default]\nstore = 'secret-service'\n")
    assert home.status(DBUS_SESSION_BUS_ADDRESS=address)["reason"] == reason
    assert reason in set(Reason)


def test_a_silent_bus_is_a_reason_once_its_limit_is_over(home: Home, tmp_path: Path, service: str) -> None:
    with silent_bus(tmp_path) as bus:
        done = home.login(service, "--store", "secret-service", DBUS_SESSION_BUS_ADDRESS=bus.address)
        assert done.returncode == 1
        assert "does not answer" in done.stderr
        asked = bus.connections
        assert asked <= 1, "once; not at all where the limit ran out before the bus was reached"
        with_key = home.status(PRIME_API_KEY=KEY, DBUS_SESSION_BUS_ADDRESS=bus.address)
        assert with_key["source"] == "env"
        assert bus.connections == asked


def test_loose_modes(home: Home, service: str) -> None:
    home.login(service, "--store", "file", *home.passphrase())
    home.state.chmod(0o755)
    assert home.status(*home.passphrase())["reason"] == "refused-mode"
    home.config_file.chmod(0o644)
    done = home.run("auth", "status")
    assert done.returncode == 1
    assert f"chmod 600 '{home.config_file}'" in done.stderr


def test_a_changed_address_finds_no_key(home: Home, service: str) -> None:
    home.login(service, "--store", "file", *home.passphrase())
    text = home.config_file.read_text()
    home.config_file.write_text(text.replace(service, "https://other.example.com"))
    assert not home.status(*home.passphrase())["has_key"]


def test_login_refuses_an_address_that_only_the_environment_names(home: Home) -> None:
    done = home.run(
        "auth", "login", "--api-key-stdin", "--store", "file", *home.passphrase(), stdin=KEY,
        PRIME_API_BASE_URL="https://evil.example",
    )  # fmt: skip
    assert done.returncode == 2
    assert "PRIME_API_BASE_URL" in done.stderr
    assert not home.config_file.exists()


def test_profiles(home: Home, service: str) -> None:
    home.login(service, "--store", "file", *home.passphrase(), "--profile", "work")
    home.login(service, "--store", "file", *home.passphrase(), "--profile", "home", "--team", "t2")
    assert home.run("auth", "status").returncode == 2
    home.configure('default_profile = "home"\n' + home.config_file.read_text())
    assert home.status(*home.passphrase())["team"] == "t2"
    assert home.status(*home.passphrase(), "--profile", "work")["has_key"]
    assert home.run("auth", "logout", "--profile", "work", *home.passphrase()).returncode == 0
    assert home.status(*home.passphrase())["has_key"]
    everything = home.run("auth", "logout", "--all")
    assert everything.returncode == 0, everything.stderr
    assert not (home.state / "keys.vault").exists()
    assert everything.stdout.splitlines()[-1] == (
        f"Left here, without a key: the profiles in {home.config_file}."
    )
    assert not home.status(*home.passphrase())["has_key"]
    for name in ("prime-tui.log", "crash-20261120T120000Z-0123abcd.txt", "calls.db"):
        (home.state / name).touch(0o600)
    last = home.run("auth", "logout", "--all").stdout.splitlines()[-1]
    assert (
        f"the log, crash reports, the calls of the last hour by a fingerprint of the key in {home.state};"
        in last
    )


def kept_of(home: Home, profile: Profile) -> LastKnown:
    """Return what is remembered of a profile's wallet, after remembering something of it."""
    known = LastKnown(home.state / "prime-tui.db", wallet_name(profile, None) or "")
    account = Account(UserId("ada"), "Ada Example", "ada@example.com")
    known.write({"account": Kept(account, datetime(2026, 11, 20, tzinfo=UTC))})
    known.close()
    return known


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_signing_out_forgets_what_the_service_said_of_the_account(
    home: Home, service: str, words: tuple[str, ...]
) -> None:
    assert home.login(service, "--store", "file", *home.passphrase()).returncode == 0
    home.configure(f"{home.config_file.read_text()}\n[profiles.other]\nstore = 'file'\n")
    accounts = Accounts(Paths(home.config_file.parent, home.state), environment={}, clock=SystemClock())
    mine, other = (kept_of(home, accounts.first(name)) for name in ("default", "other"))
    picture = Picture(1, 1, "x", ((("x", 0),),), (((), "", "", ""),))
    LastFrame(home.state, "wallet", "a key").write(picture, datetime(2026, 11, 20, tzinfo=UTC))
    done = home.run("auth", "logout", *home.passphrase(), *words)
    assert done.returncode == 0, done.stderr
    assert mine.read() == {}
    assert bool(other.read()) is (not words)
    assert list(home.state.glob("frame-*")) == []


def test_what_cannot_be_forgotten_is_told_and_the_rest_is_forgotten(home: Home, service: str) -> None:
    assert home.login(service, "--store", "file", *home.passphrase()).returncode == 0
    accounts = Accounts(Paths(home.config_file.parent, home.state), environment={}, clock=SystemClock())
    kept_of(home, accounts.first(None))
    picture = Picture(1, 1, "x", ((("x", 0),),), (((), "", "", ""),))
    LastFrame(home.state, "wallet", "a key").write(picture, datetime(2026, 11, 20, tzinfo=UTC))
    (home.state / "prime-tui.db").chmod(0o644)
    done = home.run("auth", "logout", *home.passphrase())
    assert done.returncode == 1
    assert "Removed the key" in done.stdout
    assert "revoke it" in done.stdout, "the key works all the same"
    assert "Not removed:" in done.stderr
    assert "chmod 600" in done.stderr
    assert list(home.state.glob("frame-*")) == []


def test_signing_out_of_all_goes_on_behind_what_cannot_be_removed(home: Home, service: str) -> None:
    assert home.login(service, "--store", "file", *home.passphrase()).returncode == 0
    (home.state / "known_hosts").mkdir()
    others = ["launches.json", "consents.json", "prime-tui.broken", "prime-tui.broken-2"]
    for name in others:
        (home.state / name).touch(0o600)
    done = home.run("auth", "logout", "--all")
    assert done.returncode == 1
    assert "known_hosts" in done.stderr
    assert [name for name in others if (home.state / name).exists()] == []


def test_signing_in_as_root_says_who_else_can_read_the_key(home: Home, service: str) -> None:
    done = home.login(service, "--store", "memory")
    assert ("Running as root" in done.stderr) is (os.geteuid() == 0)


def untouched(path: Path) -> tuple[int, int, int, bytes]:
    """What changes when a file is written, replaced or given another mode; reading changes none of it."""
    info = path.stat()
    return info.st_ino, info.st_mode, info.st_mtime_ns, path.read_bytes()


def test_import(home: Home, service: str) -> None:
    official = {
        ".prime/config.json": {"api_key": KEY, "base_url": service, "inference_url": f"{service}/api/v1"},
        ".prime/environments/staging.json": {"api_key": KEY, "base_url": service, "team_id": "team7"},
        ".prime/environments/broken.json": {"api_key": "not a key", "base_url": service},
    }
    for name, content in official.items():
        (home.path / name).parent.mkdir(parents=True, exist_ok=True)
        (home.path / name).write_text(json.dumps(content))
        (home.path / name).chmod(0o644)
    before = {name: untouched(home.path / name) for name in official}
    done = home.run("auth", "import", "--store", "file", *home.passphrase())
    assert done.returncode == 0, done.stderr
    assert "chmod 600" in done.stderr
    assert home.status("--profile", "production", *home.passphrase())["has_key"]
    staging = home.status("--profile", "staging", *home.passphrase())
    assert (staging["has_key"], staging["team"]) == (True, "team7")
    assert {name: untouched(home.path / name) for name in official} == before
    assert home.run("auth", "import", "nothing", "--store", "file").returncode == 2


def test_nothing_to_import(home: Home) -> None:
    done = home.run("auth", "import", "--store", "file", *home.passphrase())
    assert done.returncode == 3
    assert not (home.path / ".prime").exists()


@pytest.mark.parametrize("text", ["[profiles.default]\nbase_ulr = 'x'\n", "store ="])
def test_a_broken_configuration_is_named(home: Home, text: str) -> None:
    home.configure(text)
    done = home.run("auth", "status")
    assert done.returncode == 2
    assert str(home.config_file) in done.stderr


def test_a_foreign_inference_address_is_agreed_to_in_words(home: Home, service: str) -> None:
    foreign = f"{service.replace('127.0.0.1', 'localhost')}/api/v1"
    words = ("--store", "file", *home.passphrase(), "--inference-url", foreign)
    done = home.login(service, *words)
    assert f"It is not sent to {foreign.removesuffix('/api/v1')} before you agree" in done.stdout
    assert "before you agree" in home.run("auth", "status").stdout
    done = home.login(service, *words, "--trust-inference")
    assert done.returncode == 0, done.stderr
    assert "before you agree" not in done.stdout
    assert "before you agree" not in home.run("auth", "status").stdout
    home.run("auth", "logout", "--all")
    assert "before you agree" in home.run("auth", "status").stdout
