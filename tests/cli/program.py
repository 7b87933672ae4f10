"""The program as a person starts it: a process with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEY = "pit_sentinel_0815_of_the_command_line"
PASSPHRASE = "correct horse battery staple"


@dataclass
class Home:
    """A home directory and the program in it.

    Attributes:
        path: The home.
        environment: What the program is started with.
    """

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environment = {**kept, "HOME": str(self.path), "PYTHONPATH": str(ROOT), **self.environment}

    @property
    def config_file(self) -> Path:
        """Where the configuration is."""
        return self.path / ".config" / "prime-tui" / "config.toml"

    @property
    def state(self) -> Path:
        """Where the state is."""
        return self.path / ".local" / "state" / "prime-tui"

    def config(self) -> dict[str, Any]:
        """Return what is configured."""
        return tomllib.loads(self.config_file.read_text())

    def configure(self, text: str) -> None:
        """Write a configuration as the program would."""
        self.config_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.config_file.write_text(text)
        self.config_file.chmod(0o600)
        self.config_file.parent.chmod(0o700)

    def private_file(self, name: str, text: str) -> Path:
        """Write a file that only we can read."""
        path = self.path / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def passphrase(self) -> tuple[str, str]:
        """Return the option that gives the passphrase."""
        return "--passphrase-file", str(self.private_file("passphrase", f"{PASSPHRASE}\n"))

    def command(self, *words: str) -> list[str]:
        """Return the arguments of the program."""
        return [sys.executable, "-m", "prime_tui", *words]

    def run(self, *words: str, stdin: str | bytes = b"", **extra: str) -> subprocess.CompletedProcess[str]:
        """Run the program without a terminal."""
        content = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            self.command(*words),
            input=content,
            capture_output=True,
            env={**self.environment, **extra},
            cwd=self.path,
            timeout=60,
            start_new_session=True,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def files_with(self, *secrets: str, allowed: Collection[str] = ()) -> list[str]:
        """Return the files under the home that hold one of the secrets."""
        contents = {path: path.read_bytes() for path in self.path.rglob("*") if path.is_file()}
        return [
            str(path)
            for path, content in contents.items()
            if path.name not in allowed and any(secret.encode() in content for secret in secrets)
        ]

    def status(self, *words: str, **extra: str) -> dict[str, Any]:
        """Return what `auth status --json` says."""
        done = self.run("auth", "status", "--json", *words, **extra)
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if found["has_key"] else 3), done.stderr
        return found

    def login(self, url: str, *words: str, key: str = KEY, **extra: str) -> subprocess.CompletedProcess[str]:
        """Sign in at a simulated service."""
        addresses = ("--base-url", url, "--inference-url", f"{url}/api/v1")
        return self.run("auth", "login", "--api-key-stdin", *addresses, *words, stdin=f"{key}\n", **extra)
