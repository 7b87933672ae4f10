"""`prime-tui doctor` as a process: what it finds, what it hides, how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from prime_tui.doctor.files import own_files
from prime_tui.doctor.finding import Verdict
from prime_tui.persistence.paths import Paths
from prime_tui.persistence.seat import recorders
from tests.cli.program import KEY, ROOT, Home
from tests.e2e.terminal import terminal
from tests.persistence.buses import silent_bus

Findings = dict[tuple[str, str], dict[str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, {"TERM": "xterm-256color"})


def addressed(home: Home, url: str, extra: str = "") -> None:
    home.configure(f'[profiles.default]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\n{extra}')


def examined(home: Home, *words: str, code: int = 0, **extra: str) -> Findings:
    done = home.run("doctor", "--json", *words, **extra)
    assert done.returncode == code, done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr
    return {(row["topic"], row["subject"]): row for row in json.loads(done.stdout)["findings"]}


def test_who_shares_the_budget_and_who_writes_is_told(home: Home, service: str) -> None:
    state = Paths(home.path / ".config" / "prime-tui", home.state)
    state.make_state_dir()
    found = examined(home, "--offline", code=3)
    assert found["instances", "call budget"]["detail"] == "0 calls within the last hour, of all instances"
    addressed(home, service)
    command = [sys.executable, "-m", "prime_tui"]
    with (
        terminal(command, home=home.path, PYTHONPATH=str(ROOT), PRIME_API_KEY=KEY) as first,
        terminal(command, home=home.path, PYTHONPATH=str(ROOT), PRIME_API_KEY=KEY) as second,
    ):
        for one in (first, second):
            one.until(lambda text: re.search(r"●wallet|\bw\d+s", text), "a reading of its own")
        first.until(lambda _: list(recorders(state.state_dir)), "one that writes")
        (writer,) = recorders(state.state_dir)
        heir = second if writer == first.pid else first
        found = examined(home, "--offline", PRIME_API_KEY=KEY)
        details = {one.pid: found["instances", f"pid {one.pid}"]["detail"] for one in (first, second)}
        assert {pid for pid, detail in details.items() if "writes the history" in detail} == {writer}
        assert not any("made 0 calls" in detail for detail in details.values())
        total = int(found["instances", "call budget"]["detail"].split()[0])
        assert total > 1, "what both called"
        os.kill(writer, signal.SIGKILL)
        heir.until(lambda _: list(recorders(state.state_dir)) == [heir.pid], "the other takes over")
    with closing(sqlite3.connect(state.database_file)) as database:
        topics = [topic for (topic,) in database.execute("SELECT topic FROM last_known")]
    assert len(topics) == len(set(topics)) > 0


def test_all_is_well(home: Home, service: str) -> None:
    addressed(home, service, 'team = "team1"\nread_only = true\n')
    found = examined(home, PRIME_API_KEY=KEY)
    assert "answers in" in found["services", f"platform {service}"]["detail"]
    assert "answers in" in found["services", f"inference {service}"]["detail"]
    assert "Ada Example" in found["services", "platform key"]["detail"]
    assert "models" in found["services", "inference models"]["detail"]
    assert found["services", "scope instances"]["detail"] == "read and write"
    assert found["services", "scope billing"]["detail"] == "read"
    assert "s from ours" in found["services", "platform clock"]["detail"]
    assert found["key", "found"]["detail"] == "yes, from: env"
    assert found["profile", "team"]["detail"] == "team1  (from config.toml [profiles.default])"
    assert found["profile", "colour"]["detail"] == "none  (from default)"
    assert found["files", str(home.config_file)]["detail"] == "mode 600"
    assert found["versions", "textual"]["verdict"] == "ok"
    assert found["stores", "secret-service"]["detail"].startswith("no-backend: ")
    assert found["process", "no core dumps"]["detail"] == "yes"
    assert not [row for row in found.values() if row["verdict"] == "failure"]


def test_text_for_people(home: Home, service: str) -> None:
    addressed(home, service)
    done = home.run("doctor", PRIME_API_KEY=KEY)
    assert done.returncode == 0
    assert KEY not in done.stdout
    for topic in ("versions", "terminal", "profile", "stores", "key", "services", "files", "instances"):
        assert f"\n{topic}\n" in f"\n{done.stdout}"


def test_no_key(home: Home, service: str) -> None:
    addressed(home, service)
    found = examined(home, code=3)
    assert found["key", "found"]["advice"] == "prime-tui auth login"


def test_a_refused_key(home: Home, service: str) -> None:
    addressed(home, service)
    found = examined(home, code=3, PRIME_API_KEY="pit_some_other_key")
    assert found["services", "platform key"]["verdict"] == "failure"
    assert "pit_some_other_key" not in json.dumps(list(found.values()))


def test_a_key_of_the_environment_that_is_none_ends_nothing(home: Home) -> None:
    found = examined(home, "--offline", code=3, PRIME_API_KEY=f"{KEY} and more")
    assert "PRIME_API_KEY" in found["key", "found"]["detail"]
    assert ("versions", "textual") in found


def test_an_unreachable_service(home: Home) -> None:
    addressed(home, "http://127.0.0.1:1")
    found = examined(home, code=4, PRIME_API_KEY=KEY)
    assert found["services", "platform http://127.0.0.1:1"]["verdict"] == "failure"


def test_a_proxy_is_named_without_its_password(home: Home) -> None:
    addressed(home, "https://api.example")
    proxy = "http://ada:geheim@127.0.0.1:1"
    found = examined(home, code=4, PRIME_API_KEY=KEY, HTTPS_PROXY=proxy)
    assert found["services", "platform proxy"]["detail"].startswith("127.0.0.1:1, from the environment")
    assert "geheim" not in json.dumps(list(found.values()))
    bypassed = examined(home, code=4, PRIME_API_KEY=KEY, HTTPS_PROXY=proxy, NO_PROXY="api.example")
    assert ("services", "platform proxy") not in bypassed


def test_offline_sends_nothing(home: Home) -> None:
    addressed(home, "http://127.0.0.1:1")
    found = examined(home, "--offline", PRIME_API_KEY=KEY)
    assert not [topic for topic, _ in found if topic == "services"]


def test_a_broken_configuration_does_not_end_the_examination(home: Home) -> None:
    home.configure("[profiles.default]\nbase_ulr = 'x'\n")
    found = examined(home, "--offline", code=1)
    assert "base_ulr" in found["profile", "configuration"]["detail"]
    assert found["profile", "configuration"]["advice"] == "Did you mean base_url?"
    assert ("files", str(home.config_file)) in found


def test_modes_with_the_command_that_repairs_them(home: Home, service: str) -> None:
    home.login(service, "--store", "file", *home.passphrase())
    (home.state / "keys.vault").chmod(0o644)
    (home.path / ".prime").mkdir()
    (home.path / ".prime/config.json").write_text(json.dumps({"api_key": KEY}))
    (home.path / ".prime/config.json").chmod(0o644)
    found = examined(home, "--offline", *home.passphrase(), code=3)
    vault = found["files", str(home.state / "keys.vault")]
    assert (vault["verdict"], vault["detail"]) == ("failure", "mode 644: open to others")
    assert vault["advice"] == f"chmod 600 '{home.state / 'keys.vault'}'"
    assert found["stores", "file (in use)"]["detail"].startswith("refused-mode: ")
    assert "chmod 600" in found["files", "~/.prime"]["detail"]


def test_a_place_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access  # root may write everywhere but on a disk that is mounted read-only
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    there, missing = tmp_path / "config", tmp_path / "state" / "prime-tui"
    there.mkdir(mode=0o700)
    found = {one.subject: one for one in own_files(Paths(there, missing))}
    assert found[str(there)].detail == "cannot be written"
    assert found[str(missing)].detail == f"cannot be made: {tmp_path} cannot be written"
    assert {found[str(one)].verdict for one in (there, missing)} == {Verdict.FAILURE}


def test_the_key_for_pods(home: Home) -> None:
    assert examined(home, "--offline", PRIME_API_KEY=KEY)["profile", "ssh_key"]["detail"].startswith("none")
    path = home.private_file("id", "not a real key")
    words = ("--offline",)
    found = examined(home, *words, PRIME_API_KEY=KEY, PRIME_SSH_KEY_PATH=str(path))
    assert found["profile", "ssh_key"]["detail"] == f"{path}  (from PRIME_SSH_KEY_PATH)"
    path.chmod(0o644)
    found = examined(home, *words, code=1, PRIME_API_KEY=KEY, PRIME_SSH_KEY_PATH=str(path))
    assert found["profile", "ssh_key"]["advice"] == f"Run: chmod 600 '{path}'"


def test_a_silent_bus(home: Home, tmp_path: Path) -> None:
    with silent_bus(tmp_path) as bus:
        found = examined(home, "--offline", PRIME_API_KEY=KEY, DBUS_SESSION_BUS_ADDRESS=bus.address)
    assert found["stores", "secret-service"]["detail"].startswith("timeout: ")


def test_tmux(home: Home, tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = str(tmp_path / "tmux")
    tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep 600"], check=True, env=home.environment)
    try:
        subprocess.run([*tmux, "set", "-g", "set-clipboard", "on"], check=True, env=home.environment)
        found = examined(home, "--offline", PRIME_API_KEY=KEY, TMUX=f"{socket},1,0")
    finally:
        subprocess.run([*tmux, "kill-server"], check=True, env=home.environment)
    assert found["terminal", "tmux"]["detail"].startswith("tmux ")
    assert found["terminal", "tmux passthrough"]["detail"].startswith(("off", "unknown"))
    assert found["terminal", "clipboard"]["detail"] == "tmux set-clipboard is on"


def test_other_instances_are_seen(home: Home) -> None:
    """A stopped process with the words of a monitor, which is all that is looked at."""
    sleeper = home.path / "prime-tui"
    sleeper.write_text("import time; time.sleep(600)")
    with subprocess.Popen(
        [sys.executable, str(sleeper)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as other:
        try:
            found = examined(home, "--offline", PRIME_API_KEY=KEY)
        finally:
            other.kill()
    assert ("instances", f"pid {other.pid}") in found
