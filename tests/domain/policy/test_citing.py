"""A citation must stand in the registered text of its document, whatever copy of it that is."""

from __future__ import annotations

import random
import time

import pytest

from intake.policy import Policy, PolicyProblems, read_policy
from intake.policy.citing import SourceText
from tests.domain.policy.test_writing import files

TEXT = """1 Inleiding

De export in het noorden is ‘relatief’ laag;⁸ dat komt door de structuur van de eco-
nomie.12 Vooral de *industrie* – en de wet- en regelgeving – telt mee.
In het noorden is ook de export van mkb’ers
belangrijk.

12 Zie het jaarbericht, p. 3.

Tabel 8 noemt 1.500 bedrijven in 2013 [14] en 3,5 procent groei."""
SOURCE = SourceText(TEXT)


@pytest.mark.parametrize(
    "quote",
    [
        "De export in het noorden is ‘relatief’ laag",
        "De export in het noorden is 'relatief' laag",
        'De export  in het noorden is "relatief" laag; dat komt door',
        "door de structuur van de economie",
        "door de structuur van de eco-nomie. Vooral de industrie",
        "Vooral de industrie - en de wet- en regelgeving — telt mee",
        "ook de export van mkb'ers belangrijk",
        "De export … telt mee",
        "… export ... de economie … belangrijk.",
        "1.500 bedrijven in 2013 en 3,5 procent",
    ],
)
def test_what_differs_between_copies_of_a_text_does_not_count(quote: str) -> None:
    assert SOURCE.mistake(quote) == ""


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        (
            "De export in het noorden is heel laag",
            "«De export in het noorden is heel laag» staat niet in de tekst van dit document, "
            "bedoelde u «De export in het noorden is ‘relatief’ laag»?",
        ),
        ("telt mee … structuur van de economie", "«structuur van de economie» staat niet na wat ervoor komt"),
        ("De export … de economy", "«de economy» staat niet in de tekst van dit document"),
        ("kanaries zingen graag", "«kanaries zingen graag» staat niet in de tekst van dit document"),
        ("port in het noorden", "«port in het noorden» staat niet in de tekst van dit document, bedoelde u «"),
        ("2.500 bedrijven in 2013", "«2.500 bedrijven in 2013» staat niet in de tekst van dit document, bedoelde u «"),
        ("…", "hier staat geen zin"),
        ("- …", "hier staat geen zin"),
    ],
)
def test_other_words_another_order_and_half_words_are_told(quote: str, said: str) -> None:
    assert SOURCE.mistake(quote).startswith(said)


def test_long_passages_are_cut() -> None:
    source = SourceText("Dit is een zin die doorgaat " + "en doorgaat " * 200)
    said = source.mistake("Dit was een zin die doorgaat " + "en doorgaat " * 60)
    assert len(said) < 600


def test_text_without_an_end_to_its_sentences_is_compared_soon() -> None:
    chance = random.Random(1)
    source = SourceText(" ".join(chance.choices(["de", "het", "een"], k=150_000)))
    began = time.thread_time()
    said = source.mistake(" ".join(chance.choices(["de", "het", "een"], k=900)))
    assert time.thread_time() - began < 2
    assert "bedoelde u «" in said


def test_passage_is_found_far_in_a_text_without_an_end_to_its_sentences() -> None:
    words = [f"woord{number}" for number in range(5_000)]
    said = SourceText(" ".join(words)).mistake(" ".join([*words[3_195:3_200], "anders", *words[3_201:3_205]]))
    assert f"bedoelde u «{' '.join(words[3_195:3_205])}»?" in said


def with_quote(quote: str, **sources: str) -> Policy:
    """Read the policy with a citation at rule R-A1, while these texts are registered."""
    old = 'strekking: "Breng per branche en land de kansen in beeld."}'
    text = files()["regels.yaml"]
    assert old in text
    changed = text.replace(old, f'{old[:-1]}, citaat: "{quote}"}}', 1)
    return read_policy({**files(), "regels.yaml": changed}, {code[1:]: text for code, text in sources.items()})


def test_citation_is_kept_and_checked_only_against_the_text_of_its_own_document() -> None:
    quote = "De export in het noorden is relatief laag"
    for sources in ({}, {"_002": "Iets anders."}, {"_001": TEXT}, {"_001": TEXT, "_zomaar": "Onbekend."}):
        assert with_quote(quote, **sources).rules.rule("R-A1").source.quote == quote


def test_citation_that_is_not_there_is_a_problem_at_its_line() -> None:
    with pytest.raises(PolicyProblems) as found:
        with_quote("Het noorden exporteert veel", _001=TEXT)
    [problem] = found.value.problems
    assert problem.message.startswith("regel R-A1: bron: citaat: «Het noorden exporteert veel» staat niet in")
    assert "strekking" in files()["regels.yaml"].splitlines()[problem.line - 1]


def test_empty_citation_is_a_problem() -> None:
    with pytest.raises(PolicyProblems, match="citaat: de tekst is leeg"):
        with_quote(" ")
