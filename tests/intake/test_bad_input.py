"""Bad input: for each cause a message of its own, in plain words, with status 200 and nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from intake.models import Intake
from tests.intake import companies
from tests.intake.walking import address, begin, errors, fields, prefill, text

pytestmark = pytest.mark.django_db

BASE = {page: fields(companies.READY, page) for page in ("uw-bedrijf", "vernieuwing", "plan", "belemmeringen", "hulp")}
OUT_OF_RANGE = "Vul een getal in van 0 tot en met 9999."
NOT_WHOLE = "Vul een heel getal in, zonder punt of komma."


@pytest.mark.parametrize(
    ("page", "change", "message"),
    [
        ("uw-bedrijf", {"B3": ""}, "Vul een getal in bij «Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.»"),
        ("uw-bedrijf", {"B3": "ongeveer 12"}, f"{NOT_WHOLE} U vulde in: «ongeveer 12»."),
        ("uw-bedrijf", {"B3": "12,5"}, f"{NOT_WHOLE} U vulde in: «12,5»."),
        ("uw-bedrijf", {"B3": "-4"}, f"{NOT_WHOLE} U vulde in: «-4»."),
        ("uw-bedrijf", {"B3": "٣"}, f"{NOT_WHOLE} U vulde in: «٣»."),
        ("uw-bedrijf", {"B3": "10000"}, f"{OUT_OF_RANGE} U vulde in: «10000»."),
        ("uw-bedrijf", {"B3": "9" * 50}, f"{NOT_WHOLE} U vulde in: «{'9' * 40}…»."),
        (
            "uw-bedrijf",
            {"B3": "x" * 50_000},
            f"{NOT_WHOLE} U vulde 50000 tekens in. Dat is te lang. Wij bewaren het begin.",
        ),
        ("uw-bedrijf", {"B2": "maanbouw"}, "Het antwoord «maanbouw» staat niet in de lijst. Kies een ander."),
        ("uw-bedrijf", {"B2": ""}, "Kies uw sector uit de lijst, of vul uw SBI-code in."),
        ("uw-bedrijf", {"B1": ""}, "Vul uw postcode in, of kies uw provincie uit de lijst."),
        (
            "vernieuwing",
            {"B4": []},
            "Kies minstens één antwoord bij «Past uw product of dienst bij een van deze thema's?»",
        ),
        (
            "vernieuwing",
            {"B4": ["geen", "water"]},
            "«Geen van deze» en «Water» kunnen niet allebei. Haal een van de twee weg.",
        ),
        ("vernieuwing", {"B4": ["water", "water"]}, "U koos een antwoord twee keer. Kies elk antwoord één keer."),
        ("vernieuwing", {"B4": ["water", "vuur"]}, "Het antwoord «vuur» staat niet in de lijst. Kies een ander."),
        (
            "uw-bedrijf",
            {"S1": "nee"},
            "Er kwam een antwoord binnen op «S1». Die vraag staat niet hier. Kijk uw antwoorden na.",
        ),
        (
            "uw-bedrijf",
            {"wachtwoord": "x"},
            "Er kwam een antwoord binnen op «wachtwoord». Die vraag staat niet hier. Kijk uw antwoorden na.",
        ),
        (
            "plan",
            {"S4": ""},
            "Kies een antwoord bij «Weet u welk product of welke dienst u in het buitenland wilt verkopen?»",
        ),
        ("plan", {"S5": ["rusland"]}, "Het antwoord «rusland» staat niet in de lijst. Kies een ander."),
        (
            "plan",
            {"S5": ["duitsland", "weet_niet"]},
            "«Dat weet ik nog niet» en «Duitsland» kunnen niet allebei. Haal een van de twee weg.",
        ),
        ("belemmeringen", {"U5_tijd": "9"}, "Kies per regel een antwoord van 1 tot en met 4."),
        ("belemmeringen", {"U5_tijd": "veel"}, "Kies per regel één antwoord."),
        ("belemmeringen", {"U5_tijd": ""}, "Kies ook een antwoord bij «Te weinig tijd»."),
        ("belemmeringen", {"U6": ["krimp"]}, "Het antwoord «krimp» staat niet in de lijst. Kies een ander."),
        ("hulp", {"U11": []}, "Kies minstens één antwoord bij «Welke hulp zoekt u?»"),
    ],
)
def test_each_mistake_has_its_own_message(client: Client, page: str, change: dict[str, Any], message: str) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    version = Intake.objects.get().version
    response = client.post(address(intake, page), {"versie": version, **BASE[page], **change})
    assert response.status_code == 200
    assert message in errors(response)
    assert len(errors(response)) == 1
    assert Intake.objects.get().version == version + 1


def test_several_open_rows_of_the_matrix_are_named_three_at_most(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    form = {name: value for name, value in BASE["belemmeringen"].items() if not name.startswith("U5")}
    version = Intake.objects.get().version
    response = client.post(address(intake, "belemmeringen"), {"versie": version, "U5_tijd": "2", **form})
    [message] = errors(response)
    assert message.count("«") == 3
    assert message.endswith("en nog 6 andere.")
    assert Intake.objects.get().typed["U5"] == {"tijd": "2"}


def test_fifty_thousand_characters_are_kept_up_to_a_sane_length(client: Client) -> None:
    intake = begin(client)
    client.post(address(intake, "uw-bedrijf"), {"versie": "1", "B3": "x" * 50_000})
    assert len(Intake.objects.get().typed["B3"]) == 2000


def test_nul_characters_reach_no_query(client: Client) -> None:
    client.post("/", {"sleutel": "a\x00b"})
    intake = Intake.objects.get()
    client.post(address(intake, "uw-bedrijf"), {"versie": "1\x00", "B3": "1\x002", "B2": "\x00", "postcode": "\x00"})
    client.post(address(intake, "later"), {"email": "a\x00@b.nl", "sleutel": "\x00"})
    assert client.get("/verder/%00/").status_code == 404
    assert client.get("/zelfscan/%00/uw-bedrijf/").status_code == 403
    assert "\\u0000" not in json.dumps(Intake.objects.values("answers", "typed", "postcode").get())


def test_markup_that_was_typed_is_shown_and_does_nothing(client: Client) -> None:
    intake = begin(client)
    response = client.post(address(intake, "uw-bedrijf"), {"versie": "1", "B3": "<script>alert(1)</script>"})
    assert "<script" not in response.content.decode()
    assert "«<script>alert(1)</script>»" in text(response)


def test_answer_to_a_question_of_another_page_is_not_kept(client: Client) -> None:
    intake = begin(client)
    client.post(address(intake, "uw-bedrijf"), {"versie": "1", "S1": "nee"})
    kept = Intake.objects.get()
    assert kept.answers == {}
    assert "S1" not in kept.typed


def test_no_default_message_of_django_is_ever_shown(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    shown: list[str] = []
    for page in BASE:
        for form in ({}, {"B3": "x", "S4": "x", "U7": "x", "B7": "x", "postcode": "x", "sbi": "x", "U5_tijd": "x"}):
            shown += errors(client.post(address(intake, page), {"versie": Intake.objects.get().version, **form}))
    shown += errors(client.post(address(intake, "later"), {"email": "x"}))
    shown += errors(client.post("/verder/", {"email": ""}))
    assert len(shown) > 20
    with translation.override("nl"):
        defaults = [
            gettext("This field is required."),
            gettext("Enter a whole number."),
            gettext("Enter a valid email address."),
            gettext("Enter a list of values."),
            gettext("Select a valid choice. %(value)s is not one of the available choices.").partition("%")[0],
        ]
    assert not [message for message in shown for default in defaults if default in message]


def test_errors_are_tied_to_their_fields(client: Client) -> None:
    intake = begin(client)
    page = client.post(address(intake, "uw-bedrijf"), {"versie": "1", "B3": "x"}).content.decode()
    assert 'href="#id_B3"' in page
    assert 'id="id_B3_error"' in page
    assert 'aria-invalid="true"' in page
