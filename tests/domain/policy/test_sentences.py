"""Sentences of a source text, to pick a citation from."""

from __future__ import annotations

from intake.policy.sentences import sentences, with_words

TEXT = """Strategie gaat voor organisatie, o.a. omdat een reis zonder plan weinig oplevert. Daarna komt de
uitvoering aan de beurt! Kort.

Een handelsmissie past bij bedrijven met een plan van 2.5 jaar of meer. «Wij gaan mee», zegt men dan."""


def test_sentences_end_where_a_reader_would_say_so() -> None:
    assert sentences(TEXT) == (
        "Strategie gaat voor organisatie, o.a. omdat een reis zonder plan weinig oplevert.",
        "Daarna komt de uitvoering aan de beurt!",
        "Een handelsmissie past bij bedrijven met een plan van 2.5 jaar of meer. «Wij gaan mee», zegt men dan.",
    )


def test_every_sentence_stands_in_the_text_apart_from_white_space() -> None:
    whole = " ".join(TEXT.split())
    assert all(sentence in whole for sentence in sentences(TEXT))


def test_the_sentence_with_most_of_the_words_comes_first() -> None:
    found = with_words(TEXT, "plan handelsmissie", 5)
    assert found[0].startswith("Een handelsmissie")
    assert found[1].startswith("Strategie")
    assert len(found) == 2


def test_no_words_find_nothing_and_there_is_a_limit() -> None:
    assert with_words(TEXT, " ?! ", 5) == ()
    assert len(with_words(TEXT, "de een", 1)) == 1


def test_a_text_without_an_end_takes_no_time() -> None:
    assert sentences("woord " * 200_000) == ()
