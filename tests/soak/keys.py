"""What a person might press: moves that never leave the program, end nothing and open no shell.

Every move begins with what leaves whatever is open, and with the key of its screen.
"""

from __future__ import annotations

from random import Random

NAMED = {
    "esc": "\x1b",
    "enter": "\r",
    "tab": "\t",
    "back-tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "page-up": "\x1b[5~",
    "page-down": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "F10": "\x1b[21~",
    "ctrl+d": "\x04",
    "ctrl+j": "\n",
    "ctrl+l": "\x0c",
    "ctrl+n": "\x0e",
    "ctrl+o": "\x0f",
    "ctrl+p": "\x10",
    "ctrl+t": "\x14",
    "ctrl+u": "\x15",
    "ctrl+home": "\x1b[1;5H",
}
LEAVE = ("esc", "esc", "esc")
ANYWHERE = ("F10 down esc", "a esc", "T", "r", "ctrl+p p o d down esc", "p esc", "K esc esc")
TABLE = (
    "j j j k",
    "G g",
    "page-down page-up",
    "ctrl+d ctrl+u",
    "S",
    "R",
    "/ h 1 0 0 enter down esc",
    "/ ! p o d enter esc",
    "y esc",
)
SCREENS = {
    "F1": (*TABLE, *ANYWHERE, "t", "o", "d esc", "tab j j d esc", "tab G", "enter"),
    "F2": (
        *(*TABLE, *ANYWHERE, "d", "d tab tab tab back-tab d", "j d tab tab l e c l esc", "l e e c c esc"),
        *("x esc", "n esc", "i n o - r u n enter esc", "enter tab ] [ esc"),
    ),
    "F3": (
        *(*TABLE, *ANYWHERE, "d esc", "l j esc", "o j j i m ] [ esc", "o enter down down esc esc"),
        *("h G g esc", "w w", "x esc", "space j space x esc esc", "enter esc"),
    ),
    "F4": (
        *(
            "i ask: ctrl+u",
            "ctrl+n i ask: wait wait esc esc",
            "ctrl+n i ask:",
            "i short:",
            "i long: wait esc",
        ),
        *(
            "m down down enter",
            "m esc",
            "o tab tab esc",
            "ctrl+t ctrl+t",
            "i ctrl+j ctrl+u",
            "y",
            "up up down",
        ),
        *ANYWHERE,
    ),
}
QUESTIONS = {"ask:": "how do I fill 8 GPUs?", "short:": "simulate-short", "long:": "simulate-long"}
WAIT = ""
"""A key that is not pressed."""


class Fingers:
    """An endless row of keys, the same for the same seed."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._waiting: list[str] = []

    def next(self) -> str:
        """Return what is typed next; sometimes nothing."""
        if not self._waiting:
            self._waiting = self._move()
        return self._waiting.pop(0)

    def _move(self) -> list[str]:
        screen = self._chance.choice(tuple(SCREENS))
        words = [*LEAVE, screen, *LEAVE[:2], *self._chance.choice(SCREENS[screen]).split()]
        pauses = ["wait"] * self._chance.randrange(12)
        typed: list[str] = []
        for word in (*words, *pauses):
            if word in QUESTIONS:
                typed += [*QUESTIONS[word], NAMED["enter"]]
            else:
                typed.append(WAIT if word == "wait" else NAMED.get(word, word))
        return typed


def way_out() -> tuple[str, ...]:
    """Return the keys that end the program from wherever it is."""
    return (*(NAMED[name] for name in (*LEAVE, "F1", *LEAVE)), "q")
