"""A paste is one text, whatever is in it; what is typed around it arrives as it was."""

from __future__ import annotations

import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from prime_tui.ui.terminal.keyboard import Keyboard
from prime_tui.ui.terminal.pasted import END, ESCAPE, START, Pasted

NASTY = st.text(alphabet="q[20~1\x1bé", max_size=30).filter(lambda text: END not in text)


def sent(*writes: str) -> list[Message]:
    """Return the messages of a keyboard that reads these writes and then the end of input."""
    read_end, write_end = os.pipe()
    os.write(write_end, "".join(writes).encode())
    os.close(write_end)
    messages: list[Message] = []
    Keyboard(read_end).run(messages.append)
    os.close(read_end)
    return messages


@pytest.mark.parametrize("nasty", ["\x1bq", "\x1b\x1bqqy", "\x1b[200~", "\x1b", "\x1b[Z", "\x1b[201"])
def test_nothing_of_a_paste_is_a_key(nasty: str) -> None:
    messages = sent(f"a{START}b{nasty}c{END}d")
    assert [type(one) for one in messages] == [events.Key, events.Paste, events.Key]
    assert isinstance(messages[1], events.Paste)
    assert messages[1].text == f"b{nasty.replace(ESCAPE, '')}c"


@given(NASTY, st.data())
def test_it_does_not_matter_in_which_parts_it_comes(nasty: str, data: st.DataObject) -> None:
    whole = f"\x1b[A{START}{nasty}{END}x\x1b"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pasted = Pasted()
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert "".join(map(pasted.harmless, parts)) == f"\x1b[A{START}{nasty.replace(ESCAPE, '')}{END}x\x1b"


@given(st.text(alphabet="q[20~\x1b", max_size=20))
def test_what_is_typed_is_never_held_back(typed: str) -> None:
    assume(START not in typed)
    pasted = Pasted()
    for character in typed:
        assert pasted.harmless(character) == character
