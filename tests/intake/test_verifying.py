"""Stored assessments are replayed against their own version; whatever differs is found, and nothing is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake.models import AnswerVector, Assessment, Intake
from intake.retention import emptied, forget_answers
from intake.services import assessing
from tests.intake import companies
from tests.intake.walking import begin, finish, prefill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tampering")]


@pytest.fixture
def assessed(client: Client) -> Assessment:
    finish(client, begin(client), companies.READY)
    return Assessment.objects.get()


def verified() -> tuple[list[str], int]:
    """Return what the command says, and its exit status."""
    out = io.StringIO()
    try:
        call_command("verify_assessments", stdout=out)
    except CommandError as error:
        return [*out.getvalue().splitlines(), str(error)], error.returncode
    return out.getvalue().splitlines(), 0


def differences() -> list[str]:
    """Return the differences, without the reference number that each begins with."""
    lines, status = verified()
    found = lines[:-2] if status else []
    reference = Intake.objects.get().reference
    assert all(line.startswith(f"{reference}") for line in found)
    return [line.split(": ", 1)[1] for line in found]


def test_untouched_assessments_agree(assessed: Assessment) -> None:
    prefill(assessed.intake, companies.NO_WISH)
    assessing.assess(Intake.objects.get(), now=timezone.now())
    assert verified() == (["2 uitslagen nagespeeld", "geen verschil"], 0)


def test_no_assessments_agree_too() -> None:
    assert verified() == (["0 uitslagen nagespeeld", "geen verschil"], 0)


CHANGES: list[tuple[Callable[[Assessment], Any], str]] = [
    (lambda row: setattr(row, "outcome", "UT0"), "uitkomst en intensiteit waren UT0"),
    (lambda row: setattr(row, "intensity", "geen"), "uitkomst en intensiteit waren"),
    (lambda row: row.result["derived"].update(D1="volger"), "afgeleide waarden"),
    (lambda row: row.result.update(outcome="UT0"), "uitkomst"),
    (lambda row: row.result.update(intensity="geen"), "intensiteit"),
    (lambda row: row.result.update(not_yet=["NN-1"]), "nog niet"),
    (lambda row: row.result.update(visible=[]), "gestelde vragen"),
    (lambda row: row.result["rules"].pop(), "klopt nu ook"),
    (lambda row: row.result["rules"].append({"rule": "R-X"}), "regel R-X klopt niet meer"),
    (lambda row: row.result["rules"].reverse(), "volgorde van de regels"),
    (lambda row: row.result["rules"][0].update(intensity="zwaar"), "geeft iets anders"),
    (lambda row: row.result["rules"][0].update(reason="Omdat."), "geeft iets anders"),
    (lambda row: row.receipt.update(rules="0"), "vingerafdruk van de regels"),
    (lambda row: row.receipt.update(catalogue="0"), "vingerafdruk van de vragen"),
    (lambda row: row.receipt.update(answers="0"), "vingerafdruk van de antwoorden"),
    (lambda row: row.receipt.update(engine="0"), "versie van het rekenprogramma"),
    (lambda row: row.receipt.update(fired=[]), "regels in het bewijs"),
    (lambda row: row.result["receipt"].update(engine="0"), "het bewijs staat er twee keer, en niet hetzelfde"),
    (lambda row: row.answers.update(B1="drenthe"), "vingerafdruk van de antwoorden"),
    (lambda row: row.answers.update(B1="mars"), "niet na te spelen"),
    (lambda row: setattr(row, "policy", "1999"), "versie «1999» van het beleid is er niet"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[text for _, text in CHANGES])
def test_every_kind_of_difference_is_found(
    assessed: Assessment, change: Callable[[Assessment], Any], expected: str
) -> None:
    change(assessed)
    assessed.save()
    assert any(expected in line for line in differences())
    assert verified()[1] == 1


def test_difference_names_the_scan_and_not_its_answers(assessed: Assessment) -> None:
    assessed.answers["B1"] = "drenthe"
    assessed.save()
    lines, _ = verified()
    assert lines[0].startswith(f"{assessed.intake.reference}, uitslag 1: ")
    assert not any("drenthe" in line.lower() for line in lines)


def test_vector_that_is_missing_or_other_is_found(assessed: Assessment) -> None:
    AnswerVector.objects.update(vector=b"\x01")
    assert differences() == ["de antwoorden om na te spelen zijn andere"]
    AnswerVector.objects.all().delete()
    assert differences() == ["de antwoorden om na te spelen ontbreken"]


def test_erased_scans_are_counted_and_passed_over(assessed: Assessment) -> None:
    forget_answers(assessed.intake_id)
    Intake.objects.update(**emptied(timezone.now()))
    assert verified() == (["0 uitslagen nagespeeld, 1 gewist en overgeslagen", "geen verschil"], 0)


def test_answers_left_behind_of_an_erased_scan_are_found(assessed: Assessment) -> None:
    Intake.objects.update(**emptied(timezone.now()))
    assert differences() == ["de scan is gewist, maar de antwoorden om na te spelen zijn er nog"]


def test_nothing_is_written(assessed: Assessment) -> None:
    with CaptureQueriesContext(connection) as asked:
        verified()
    assert len(asked.captured_queries) > 2
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_many_scans_are_read_in_chunks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.services.verifying.CHUNK", 2)
    for _ in range(5):
        client.cookies.clear()
        finish(client, begin(client), companies.READY)
    assert verified() == (["5 uitslagen nagespeeld", "geen verschil"], 0)
    with CaptureQueriesContext(connection) as asked:
        verified()
    assert len([query for query in asked.captured_queries if "intake_answervector" in query["sql"]]) == 3
