"""What is pasted is text: no byte of it may act as a key."""

START, END = "\x1b[200~", "\x1b[201~"
ESCAPE = "\x1b"


class Pasted:
    """Takes the escapes out of bracketed pastes, on their way from the terminal to the toolkit.

    The toolkit's parser looks for sequences within a paste too, and sends those that it does not know as
    keys: a paste with an escape in it could close a dialog and press what follows. tmux and other terminals
    send an escape as it is.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._last = ""
        """Outside: the end of what was passed on. Inside: what may be the beginning of the end."""

    def harmless(self, text: str) -> str:
        """Return the next part of what a terminal sent; keys are never held back."""
        parts: list[str] = []
        while text:
            part, text = self._inside(text) if self._is_open else self._outside(text)
            parts.append(part)
        return "".join(parts)

    def _outside(self, text: str) -> tuple[str, str]:
        seen = self._last + text
        start = seen.find(START)
        if start < 0:
            self._last = seen[1 - len(START) :]
            return text, ""
        used = start + len(START) - len(self._last)
        self._is_open, self._last = True, ""
        return text[:used], text[used:]

    def _inside(self, text: str) -> tuple[str, str]:
        seen = self._last + text
        pasted, end, rest = seen.partition(END)
        if end:
            self._is_open, self._last = False, ""
            return pasted.replace(ESCAPE, "") + end, rest
        kept = next(size for size in range(len(END) - 1, -1, -1) if seen.endswith(END[:size]))
        self._last = seen[len(seen) - kept :]
        return seen[: len(seen) - kept].replace(ESCAPE, ""), ""
