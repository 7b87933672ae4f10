"""The real program from its composition root on: real configuration, key ring, client and simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.events import Paste

from prime_tui.accounts.accounts import Accounts
from prime_tui.bootstrap import Monitor as Program
from prime_tui.config.schema import ProfileSettings
from prime_tui.config.settings import Settings
from prime_tui.domain.clock import SystemClock
from prime_tui.domain.credentials import Found, KeySource, StoreName
from prime_tui.domain.redaction import Redactor
from prime_tui.domain.secret import Secret
from prime_tui.persistence.paths import Paths
from prime_tui.sim.serve import SimServer
from tests.ui.monitor import Monitor

KEY, OTHER_KEY = "pit_sentinel_of_the_screens_4711", "pit_another_sentinel_4712"
GIVEN = Found(Secret(KEY), KeySource.ENV)
PASSPHRASE = "correct horse battery staple"


@dataclass
class Seated(Monitor):
    """A running program with a home of its own."""

    program: Program
    home: Path

    async def paste(self, text: str) -> None:
        """Paste as a terminal does, in one piece."""
        target = self.app.focused
        assert target is not None
        target.post_message(Paste(text))
        await self.pilot.pause()

    async def signed_in(self) -> None:
        """Wait until the wallet of the simulated account is on the screen."""
        await self.sees(" Ada ", "burning now")
        await self.until(lambda: "$" in self.text().splitlines()[1], "a balance")

    async def knows_the_teams(self) -> None:
        """Wait for the teams: the switcher lists those that are known when it opens."""
        await self.until(lambda: self.app.store.teams.value is not None, "the teams")


def paths_in(home: Path) -> Paths:
    """Return where the program keeps things."""
    return Paths(home / "config", home / "state")


def configure(home: Path, url: str, extra: str = "", *, name: str = "default") -> None:
    """Add a profile for a simulated service to the configuration."""
    directory = paths_in(home).config_dir
    directory.mkdir(mode=0o700, exist_ok=True)
    file = directory / "config.toml"
    before = file.read_text() if file.exists() else ""
    file.write_text(
        f'{before}[profiles.{name}]\nbase_url = "{url}"\ninference_url = "{url}/api/v1"\n{extra}\n'
    )
    file.chmod(0o600)


def files_with(home: Path, secret: str) -> list[str]:
    """Return the files under the home that hold a secret."""
    return [str(one) for one in home.rglob("*") if one.is_file() and secret.encode() in one.read_bytes()]


async def keep(home: Path, key: str, store: StoreName = StoreName.FILE, *, name: str = "default") -> None:
    """Keep a key as an earlier session did."""
    accounts = Accounts(paths_in(home), environment={}, clock=SystemClock())
    profile = accounts.described(name, ProfileSettings())
    await accounts.keys.keep(profile, store, Secret(key), Secret(PASSPHRASE))


@asynccontextmanager
async def seated(
    home: Path,
    sim: SimServer,
    *,
    given: Found | None = None,
    wanted: str | None = None,
    read_only: bool = False,
    screen: str = "wallet",
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Seated]:
    """Start the program in `home`."""
    paths = paths_in(home)
    paths.make_state_dir()
    profile = Accounts(paths, environment={}, clock=SystemClock()).first(wanted, is_read_only=read_only)
    settings = Settings(
        profile=profile, given=given, read_only=read_only, first_screen=screen, calls_per_h=100_000
    )
    program = Program(settings, paths, Redactor(), home)
    app = program.app()
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Seated(app, pilot, sim, app.store, program, home)
    finally:
        program.close()
        if app.engine is not None:
            await app.engine.close()
