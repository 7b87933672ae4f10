from prime_tui.domain.words import filter_words, matches


def test_every_word_must_be_found_whatever_the_case() -> None:
    words = filter_words("H100 Eu")
    assert matches(words, "8×h100 80GB", "EU_north")
    assert not matches(words, "8×h100 80GB", "us")


def test_a_word_with_an_exclamation_mark_must_not_be_found() -> None:
    assert matches(filter_words("!h200"), "h100")
    assert not matches(filter_words("!h100 dev"), "dev-h100")


def test_an_empty_filter_and_a_lone_exclamation_mark_let_everything_through() -> None:
    assert matches(filter_words("  "), None)
    assert matches(filter_words("!"), "x")


def test_a_word_does_not_reach_over_two_texts() -> None:
    assert not matches(filter_words("ab"), "a", "b")
