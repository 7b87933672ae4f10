"""Four processes write one encrypted file while some of them are killed: nothing that was kept is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

from prime_tui.persistence.credentials.vault import Vault
from tests.persistence.vault_writer import PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 40
KILLED_AFTER = {"b": 7, "d": 13}


def writer(home: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.persistence.vault_writer", str(home), name, str(ITEMS)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def collect(process: subprocess.Popen[str], kept: list[int], kill_after: int | None) -> None:
    """Note what the process says it has kept; kill it in the midst of its work."""
    assert process.stdout is not None
    for line in process.stdout:
        kept.append(int(line))
        if kill_after is not None and len(kept) == kill_after:
            process.kill()
    process.stdout.close()


def test_four_writers_two_of_them_killed(tmp_path: Path) -> None:
    home = tmp_path / "state"
    vault = Vault(home)
    vault.create(PASSPHRASE)
    vault.set_password("service", "first", "there before")
    kept: dict[str, list[int]] = {name: [] for name in "abcd"}
    processes = {name: writer(home, name) for name in kept}
    readers = [
        Thread(target=collect, args=(processes[name], kept[name], KILLED_AFTER.get(name))) for name in kept
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=50)
    codes = {name: process.wait(timeout=50) for name, process in processes.items()}

    assert codes == {"a": 0, "b": -9, "c": 0, "d": -9}
    assert len(kept["a"]) == len(kept["c"]) == ITEMS
    for name, numbers in kept.items():
        for number in numbers:
            found = vault.get_password("service", f"{name}-{number}")
            assert found == f"secret of {name}-{number}", f"{name}-{number} is lost"
    assert vault.get_password("service", "first") == "there before"
    vault.set_password("service", "last", "and it still works")
    assert sorted(path.name for path in home.iterdir()) == ["keys.vault", "keys.vault.lock"]
