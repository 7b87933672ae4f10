"""A key that is replaced from outside while the program runs: by one of the same account, and of another."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from prime_tui.domain.credentials import Found, KeySource, StoreName
from prime_tui.domain.ids import UserId
from prime_tui.domain.profiles import Profile
from prime_tui.domain.secret import Secret
from prime_tui.sim.serve import SimOptions, SimServer
from tests.ui.seated import KEY, OTHER_KEY, Seated, configure, files_with, keep, seated

OTHER_ID, OTHER_NAME = "usr_somebody_else", "Bo Other"


@pytest.fixture
def home(tmp_path: Path, sim: SimServer) -> Path:
    configure(tmp_path, sim.url, 'store = "plaintext"\nallow_plaintext = true')
    return tmp_path


@pytest.fixture
async def stored(home: Path) -> Path:
    """A home whose profile's key is kept."""
    await keep(home, KEY, StoreName.PLAINTEXT)
    return home


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    write(file, KEY)
    return file


def write(file: Path, key: str) -> None:
    file.write_text(f"{key}\n")
    file.chmod(0o600)


def spoil(file: Path, mode: int | None) -> None:
    if mode is None:
        file.unlink()
    else:
        file.chmod(mode)


def from_file(file: Path) -> Found:
    return Found(Secret(KEY), KeySource.FLAG, file=file)


def belongs_to_another(sim: SimServer) -> None:
    """The service takes another key now, which is somebody else's; the pods stay those of the first."""
    sim.set_key(OTHER_KEY)
    sim.world.people.user_id, sim.world.people.name = OTHER_ID, OTHER_NAME


def answers(sim: SimServer, path: str) -> list[object]:
    return [noted["status"] for noted in sim.request_log() if str(noted["path"]).endswith(path)]


async def test_a_key_file_is_read_again_after_a_refusal(home: Path, sim: SimServer, key_file: Path) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        write(key_file, OTHER_KEY)
        sim.set_key(OTHER_KEY)
        asked = len(answers(sim, "/user/whoami"))
        await one.press("r")
        await one.sees("The key was replaced where it is kept")
        await one.until(lambda: answers(sim, "/billing/wallet")[-1] == 200, "the wallet again")
        assert answers(sim, "/user/whoami")[asked : asked + 2] == [401, 200], "the old one, then the new one"
        assert "refuses the key" not in one.text()


@pytest.mark.parametrize("mode", [0o644, None])
async def test_a_key_file_that_cannot_be_used_any_more_says_why(
    home: Path, sim: SimServer, key_file: Path, mode: int | None
) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        spoil(key_file, mode)
        sim.set_key(OTHER_KEY)
        await one.press("r")
        await one.sees("✕ The service refuses the key", "There is no file" if mode is None else "chmod")
        write(key_file, OTHER_KEY)
        await one.press("r")
        await one.sees("The key was replaced where it is kept")


async def test_what_came_through_a_pipe_cannot_be_read_again_and_that_is_said(
    home: Path, sim: SimServer
) -> None:
    async with seated(home, sim, given=Found(Secret(KEY), KeySource.FLAG)) as one:
        await one.signed_in()
        sim.set_key(OTHER_KEY)
        await one.press("r")
        await one.sees("It came through the", "✕ The service refuses the key")
        await one.press("K")
        await one.sees("It came through the standard input, which cannot be read a second time.")


async def sees_the_other_only(one: Seated) -> None:
    await one.sees("The key belongs to Bo Other now")
    one.store = one.app.store
    await one.until(lambda: one.store.account.value and one.store.account.value.id == OTHER_ID, "the account")
    await one.until(lambda: one.store.pods.value and one.store.runs.value, "the lists")
    await one.until(lambda: "Bo Other" in strip_of(one), "whose it is")
    assert "Ada" not in strip_of(one)


def strip_of(one: Seated) -> str:
    return one.text().splitlines()[0]


async def knows_the_first(one: Seated) -> None:
    await one.signed_in()
    await one.until(lambda: one.store.runs.value, "the runs")


async def replace_stored(home: Path, sim: SimServer) -> None:
    await keep(home, OTHER_KEY, StoreName.PLAINTEXT)
    belongs_to_another(sim)


async def test_a_key_file_of_another_account_is_a_clean_cut(
    home: Path, sim: SimServer, key_file: Path
) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        first = one.app.store
        wallet, fetched_at = first.wallet.value, first.wallet.remote.fetched_at
        write(key_file, OTHER_KEY)
        belongs_to_another(sim)
        await one.press("r")
        await sees_the_other_only(one)
        assert one.app.store is not first
        assert (first.wallet.value, first.wallet.remote.fetched_at) == (wallet, fetched_at), (
            "nothing is mixed"
        )
        assert first.account.value is not None
        assert first.account.value.name == "Ada Example"


async def test_a_stored_key_of_another_account_drops_what_was_kept_of_the_first(
    stored: Path, sim: SimServer
) -> None:
    async with seated(stored, sim) as one:
        await knows_the_first(one)
        await replace_stored(stored, sim)
        await one.press("r")
        await sees_the_other_only(one)
    assert not files_with(stored / "state", "Ada Example")
    async with seated(stored, sim) as one:
        await one.until(lambda: one.store.account.value, "the account")
        assert one.store.account.value is not None
        assert one.store.account.value.name == OTHER_NAME, "what is restored is the second one's"


async def test_a_key_that_was_replaced_while_the_program_was_off_is_noticed(
    stored: Path, sim: SimServer
) -> None:
    async with seated(stored, sim) as one:
        await knows_the_first(one)
    await replace_stored(stored, sim)
    async with seated(stored, sim) as one:
        await sees_the_other_only(one)


async def test_nothing_is_asked_while_everything_is_built_anew(
    home: Path, sim: SimServer, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        begun, may_go_on, use_profile = asyncio.Event(), asyncio.Event(), one.app.use_profile

        async def in_two_steps(profile: Profile, account_id: UserId | None = None) -> None:
            begun.set()
            await may_go_on.wait()
            await use_profile(profile, account_id)

        monkeypatch.setattr(one.app, "use_profile", in_two_steps)
        write(key_file, OTHER_KEY)
        belongs_to_another(sim)
        await one.press("r")
        await one.until(begun.is_set, "the change")
        await one.press("p")
        await one.sees("Changing the account is under way")
        assert "Whose wallet" not in one.text(), "it would be taken away unanswered"
        may_go_on.set()
        await sees_the_other_only(one)
        await one.press("p")
        await one.sees("Whose wallet")


async def test_whose_it_is_cannot_be_asked_so_it_is_not_used(
    home: Path, sim: SimServer, key_file: Path
) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        store = one.app.store
        write(key_file, OTHER_KEY)
        sim.set_key(OTHER_KEY)
        sim.fault("status", "*/user/whoami", status=401, count=1)
        sim.fault("status", "*/user/whoami", status=503)
        await one.press("r")
        await one.until(lambda: 503 in answers(sim, "/user/whoami"), "the question")
        assert answers(sim, "/billing/wallet")[-1] == 401
        sim.clear_faults()
        await one.press("r")
        await one.sees("The key was replaced where it is kept")
        assert one.app.store is store


async def test_a_question_that_is_open_goes_with_the_account_and_the_key_works_again(
    home: Path, sim: SimServer, key_file: Path
) -> None:
    async with seated(home, sim, given=from_file(key_file)) as one:
        await one.signed_in()
        await one.press("K")
        await one.sees("Paste an API key")
        write(key_file, OTHER_KEY)
        belongs_to_another(sim)
        assert one.app.engine is not None
        one.app.engine.refresh()
        await one.sees("The key belongs to Bo Other now")
        assert "Paste an API key" not in one.text()
        await one.until(lambda: one.app.engine is not None, "the engine")
        await one.press("K")
        await one.sees("Paste an API key")


async def test_between_two_questions_the_keys_say_what_is_under_way(stored: Path, sim: SimServer) -> None:
    async with seated(stored, sim) as one:
        await one.signed_in()
        official = stored / ".prime"
        official.mkdir()
        (official / "config.json").write_text(
            f'{{"api_key": "{KEY}", "base_url": "{sim.url}", "inference_url": "{sim.url}/api/v1"}}'
        )
        (official / "config.json").chmod(0o600)
        await one.press("K")
        await one.sees("Official client")
        sim.fault("latency", "*/user/whoami", latency_ms=8000)
        await one.press("down", "enter")
        await one.until(lambda: len(one.app.screen_stack) == 1, "the dialog is gone")
        await one.press("K")
        await one.sees("Signing in is under way")
        await one.press("p")
        await one.until(lambda: one.text().count("Signing in is under way") >= 2, "again")


async def test_reading_older_rows_ends_with_the_wallet_that_they_are_of(tmp_path: Path) -> None:
    allowed = 'store = "plaintext"\nallow_plaintext = true'
    with SimServer(SimOptions(billings=1500, speed=0)) as sim:
        for name in ("default", "other"):
            configure(tmp_path, sim.url, allowed, name=name)
            await keep(tmp_path, KEY, StoreName.PLAINTEXT, name=name)
        async with seated(tmp_path, sim) as one:
            await one.signed_in()
            rows = len(one.store.billing.rows)
            sim.fault("latency", "*/billing/wallet", latency_ms=300)
            await one.press("t", "t")
            await one.until(lambda: len(one.store.billing.rows) > rows, "the first of five pages")
            assert one.app.desk is not None
            other = next(known for known in one.app.desk.profiles() if known.name == "other")
            await one.app.use_profile(other)
            one.store = one.app.store
            await one.until(lambda: one.store.wallet.value, "the other wallet")
            asked = len(answers(sim, "/billing/wallet"))
            await one.press("r")
            await one.until(lambda: len(answers(sim, "/billing/wallet")) > asked, "a later reading")
            assert len(one.store.billing.rows) == rows, "not read on in the other wallet"
