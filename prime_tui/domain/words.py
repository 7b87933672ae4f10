"""What is typed into a filter: words that must all be found, `!word` for those that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def filter_words(text: str) -> tuple[str, ...]:
    """Return the words of a filter in lower case; a lone `!` is not one yet."""
    return tuple(word for word in text.lower().split() if word != "!")


def all_found(words: Iterable[str], found: Callable[[str], bool]) -> bool:
    """Whether `found` is true for every word, and false for every one that begins with `!`."""
    return all(not found(word[1:]) if word.startswith("!") else found(word) for word in words)


def is_narrower(text: str, later: str) -> bool:
    """Whether everything that the later filter lets through goes through the earlier one too."""
    before, after = filter_words(text), filter_words(later)
    return all(
        word in after if word.startswith("!") else any(word in one for one in after if one[0] != "!")
        for word in before
    )


def matches(words: Iterable[str], *texts: str | None) -> bool:
    """Whether every word is a part of one of the texts, whatever the case."""
    haystack = "\n".join(text.lower() for text in texts if text)
    return all_found(words, lambda word: word in haystack)
