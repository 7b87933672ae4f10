"""The model and the numbers of the chat are those of the last session, for each profile its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from prime_tui.domain.conversation import ChatSettings
from prime_tui.domain.ids import ModelId
from prime_tui.persistence.chat_choices import ChatChoice, ChatChoiceFile
from prime_tui.sim.serve import SimServer
from tests.ui.seated import GIVEN, configure, paths_in, seated


async def test_the_next_session_begins_with_the_model_and_the_numbers(tmp_path: Path, sim: SimServer) -> None:
    configure(tmp_path, sim.url)
    configure(tmp_path, sim.url, name="lab")
    async with seated(tmp_path, sim, given=GIVEN, screen="chat", size=(160, 30)) as one:
        await one.until(lambda: one.store.models.value is not None, "the models")
        await one.press("ctrl+l")
        await one.type("llama-3.3")
        await one.press("enter")
        await one.press("ctrl+o")
        await one.sees("temperature")
        await one.type("0.3")
        await one.press("tab", "tab")
        await one.type("be brief")
        await one.press("ctrl+o")
        await one.sees("temp 0.3", "system prompt")
        chosen = one.text().splitlines()[2].split(" · ")[0]
    file = paths_in(tmp_path).chat_choices_file
    assert file.stat().st_mode & 0o777 == 0o600
    assert "be brief" not in file.read_text(), "what was written stays off the disk"

    async with seated(tmp_path, sim, given=GIVEN, screen="chat", size=(160, 30)) as one:
        await one.sees(chosen, "temp 0.3")
        assert "system prompt" not in one.text()
    async with seated(tmp_path, sim, given=GIVEN, screen="chat", wanted="lab") as one:
        await one.until(lambda: "per M" in one.text(), "a model")
        assert chosen not in one.text()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"profiles": []}',
        '{"profiles": {"work": 7}}',
        '{"profiles": {"work": {"model": 7, "temperature": "hot", "max_tokens": true}}}',
        '{"profiles": {"work": {"model": "", "temperature": NaN, "max_tokens": -1}}}',
        '{"profiles": {"work": {"temperature": 3, "max_tokens": 0.5}}}',
    ],
)
def test_a_file_without_sense_chooses_nothing_and_is_replaced(tmp_path: Path, content: str) -> None:
    tmp_path.chmod(0o700)
    path = tmp_path / "chat.json"
    path.write_text(content)
    path.chmod(0o600)
    file = ChatChoiceFile(path)
    assert file.read("work") == ChatChoice()
    choice = ChatChoice(ModelId("a/b"), ChatSettings(0.5, 100))
    file.keep("work", choice)
    assert ChatChoiceFile(path).read("work") == choice
    assert file.read("home") == ChatChoice()
