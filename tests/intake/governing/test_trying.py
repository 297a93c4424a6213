"""Trying a version out: on invented answers or those of a stored scan, and nothing is kept but who asked for a scan."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from intake.models import AnswerVector, Assessment, Intake, PolicyVersion
from intake.services.governing import drafting
from nnmkb.ledger.models import Event
from tests.intake import companies
from tests.intake.governing import cast
from tests.intake.walking import begin, finish

pytestmark = pytest.mark.django_db
SINGLE = {"S1", "S4", "B1", "B2"}


@pytest.fixture
def version() -> PolicyVersion:
    return cast.changed(cast.author())


def page_of(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def sent(answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers as the form sends them."""
    fields: dict[str, Any] = {}
    for code, value in answers.items():
        if isinstance(value, dict):
            fields |= {f"a-{code}-{row}": str(score) for row, score in value.items()}
        else:
            fields[f"a-{code}"] = [str(item) for item in value] if isinstance(value, (list, tuple)) else str(value)
    return fields


def trying(client: Client, version: PolicyVersion, answers: dict[str, Any] | None = None, scan: str = "") -> str:
    client.force_login(cast.publisher())
    address = f"/beleid/{version.name}/proberen/"
    if answers is None:
        return page_of(client.get(address, {"scan": scan} if scan else {}))
    return page_of(client.post(address, sent(answers)))


def test_the_page_asks_every_question_and_says_nothing_yet(client: Client, version: PolicyVersion) -> None:
    text = trying(client, version)
    assert 'id="vraag-B1"' in text
    assert 'id="vraag-U11"' in text
    assert "Met deze antwoorden niet gesteld" in text
    assert "Waarom dit" not in text


def test_invented_answers_give_result_reasons_and_the_difference(client: Client, version: PolicyVersion) -> None:
    text = trying(client, version, companies.READY | {"U4": "globaal"})
    assert "Waarom dit" in text
    assert "Verschil met 2013" in text
    assert "Waarom niet iets anders" in text


def test_what_is_different_says_which_answers_make_it_so(client: Client) -> None:
    version = cast.changed(cast.author(), None, "{alle: [{feit: noord}, {vlucht_eelde: [ja]}]}", "{vlucht_eelde: [ja]}")
    text = trying(client, version, companies.READY | {"B1": "anders", "U9": "ja"})
    assert "erbij: R-N4" in text
    assert "eerst niet, want «In welke provincie staat uw bedrijf?»: nodig «" in text
    assert "antwoord «Een andere provincie»" in text


def test_answer_that_the_version_in_force_does_not_know_counts_as_none(client: Client) -> None:
    writer = cast.author()
    version = cast.changed(writer, None, "{alle: [{feit: noord}, {vlucht_eelde: [ja]}]}", "{vlucht_eelde: [ja]}")
    text = version.files["catalogus.yaml"].replace(
        "      anders: Een andere", "      zeeland: Zeeland\n      anders: Een andere", 1
    )
    version = drafting.save_file(version, "catalogus.yaml", text, by=writer, lock=version.lock, now=cast.NOW)
    found = trying(client, version, companies.READY | {"B1": "zeeland", "U9": "ja"})
    assert "Verschil met 2013" in found
    assert "«In welke provincie staat uw bedrijf?»: nodig «Groningen» of «Friesland» of «Drenthe», nog niet" in found


def test_option_that_was_added_to_several_can_be_tried_at_once(client: Client) -> None:
    writer = cast.author()
    version = cast.draft(writer)
    text = version.files["catalogus.yaml"].replace(
        "      agri: Landbouw", "      lucht: Lucht\n      agri: Landbouw", 1
    )
    version = drafting.save_file(version, "catalogus.yaml", text, by=writer, lock=version.lock, now=cast.NOW)
    found = trying(client, version, companies.READY | {"B4": ["lucht", "agri"]})
    assert "Waarom dit" in found
    assert "Verschil met 2013" in found


def test_no_answers_at_all_are_answers_too(client: Client, version: PolicyVersion) -> None:
    assert "UT0" in trying(client, version, {})


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"B1": "atlantis"}, "staat niet in de lijst"),
        ({"B3": "veel"}, "heel getal"),
        ({"B3": "99999999999999999999"}, "heel getal"),
        ({"S5": ["weet_niet", "polen"]}, "niet samen"),
    ],
)
def test_what_cannot_be_answered_is_told_at_its_question(
    client: Client, version: PolicyVersion, answers: dict[str, Any], said: str
) -> None:
    text = trying(client, version, answers)
    assert "niet te lezen" in text
    assert said in text
    assert "Waarom dit" not in text


def test_a_stored_scan_is_tried_by_its_number(client: Client, version: PolicyVersion) -> None:
    intake = begin(client)
    finish(client, intake, companies.NO_NETWORK)
    before = Assessment.objects.count(), AnswerVector.objects.count(), Intake.objects.get(pk=intake.pk).version
    text = trying(client, version, scan=intake.reference)
    assert "Waarom dit" in text
    assert "selected" in text
    assert before == (
        Assessment.objects.count(),
        AnswerVector.objects.count(),
        Intake.objects.get(pk=intake.pk).version,
    )


@pytest.mark.parametrize("scan", ["NL-000-000", "x" * 400, "'; --", "\0"])
def test_a_scan_that_is_not_there_is_told(client: Client, version: PolicyVersion, scan: str) -> None:
    assert "geen bewaarde scan" in trying(client, version, scan=scan)


def test_who_asks_for_a_scan_is_written_down_once_a_day_and_nobody_else(client: Client, version: PolicyVersion) -> None:
    intake = begin(client)
    finish(client, intake, companies.NO_NETWORK)
    trying(client, version, scan=intake.reference)
    for scan in (intake.reference, "NL-000-000", ""):
        client.get(f"/beleid/{version.name}/proberen/", {"scan": scan})
    reader = User.objects.get(pk=client.session["_auth_user_id"])
    looks = Event.objects.filter(stream__startswith="look-intake:")
    assert [(row.stream, row.kind, row.actor, row.payload) for row in looks] == [
        (f"look-intake:{intake.pk}", "answers_read", f"staff:{reader.pk}", {})
    ]


def test_a_version_that_cannot_be_read_says_so(client: Client) -> None:
    writer = cast.author()
    version = cast.changed(writer, old="regels:\n", new="regelz:\n")
    assert "niet te lezen" in trying(client, version)
