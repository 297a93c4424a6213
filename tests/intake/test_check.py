"""The check page: every answer, what is open on top, gentle doubts, and one assessment for the same answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from intake.models import Assessment, Intake
from nnmkb.ledger.models import Event
from tests.intake import companies
from tests.intake.walking import address, begin, fields, prefill, text, title

pytestmark = pytest.mark.django_db


def post(client: Client, intake: Intake, page: str, **form: Any) -> Any:
    """Post a page with the newest version."""
    return client.post(address(intake, page), {"versie": Intake.objects.get().version, **form})


def test_every_answer_is_shown_with_a_link_that_comes_back(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    page = client.get(address(intake, "controleren")).content.decode()
    assert page.count(">Wijzig<") == 36
    assert "Te weinig tijd" in page
    assert f'href="{address(intake, "plan")}?terug=controleren#div_id_S5"' in page
    target = client.get(address(intake, "plan")).content.decode()
    assert 'id="div_id_S5"' in target


def test_changing_an_answer_returns_to_the_check(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    page = client.get(address(intake, "plan") + "?terug=controleren").content.decode()
    assert 'name="terug" value="controleren"' in page
    response = post(client, intake, "plan", **fields(companies.READY, "plan"), terug="controleren")
    assert response["Location"] == address(intake, "controleren")


def test_change_with_a_mistake_still_returns_to_the_check_afterwards(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    response = post(client, intake, "plan", S4="x", terug="controleren")
    assert 'name="terug" value="controleren"' in response.content.decode()


def test_question_that_came_up_by_a_change_is_named_on_top(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NO_WISH)
    post(client, intake, "wens", S1="ja_begin", S2="nee", terug="controleren")
    page = client.get(address(intake, "controleren")).content.decode()
    assert re.search(r"Nog \d+ vragen hebben geen antwoord", page)
    assert page.index("vragen hebben geen antwoord") < page.index(">Wijzig<")


def test_result_is_refused_while_a_question_is_open(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.NO_WISH)
    post(client, intake, "wens", S1="ja_begin", S2="nee")
    response = client.post(address(intake, "controleren"))
    assert response.status_code == 200
    assert title(response).startswith("Fout: ")
    assert re.search(r'<h2[^>]*tabindex="-1" autofocus', response.content.decode())
    assert not Assessment.objects.exists()
    assert Intake.objects.get().state == Intake.State.DRAFT


def test_answer_that_was_typed_wrong_counts_as_open(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "uw-bedrijf", **{**fields(companies.READY, "uw-bedrijf"), "B3": "twaalf"})
    assert "Nog 1 vraag heeft geen antwoord" in text(client.post(address(intake, "controleren")))


def test_wrong_answer_to_an_optional_question_counts_as_open_too(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "belemmeringen", **{**fields(companies.READY, "belemmeringen"), "U6": ["krimp"]})
    assert "Welke problemen in uw sector herkent u?" in text(client.post(address(intake, "controleren")))
    assert not Assessment.objects.exists()


def test_answers_that_do_not_agree_get_a_gentle_question_and_do_not_block(client: Client) -> None:
    intake = begin(client)
    prefill(intake, {**companies.READY, "S1": "ja_meer", "S2": "nee"})
    page = text(client.get(address(intake, "controleren")))
    assert "Klopt dit?" in page
    assert client.post(address(intake, "controleren"))["Location"] == address(intake, "uitslag")


def test_answers_that_agree_get_no_question(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    assert "Klopt dit?" not in text(client.get(address(intake, "controleren")))


def test_check_by_address_on_an_empty_draft_leads_to_the_first_page(client: Client) -> None:
    intake = begin(client)
    assert client.get(address(intake, "controleren"))["Location"] == address(intake, "uw-bedrijf")


def test_same_answers_twice_make_one_assessment_and_one_event(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    for _ in range(2):
        client.post(address(intake, "controleren"))
    assert Assessment.objects.count() == 1
    assert Event.objects.filter(kind="assessment_made").count() == 1
    assert Intake.objects.get().state == Intake.State.ASSESSED


def test_other_answers_make_a_new_assessment_and_keep_the_old_one(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    client.post(address(intake, "controleren"))
    post(client, intake, "wens", S1="nee", S2="nee")
    client.post(address(intake, "controleren"))
    made = Assessment.objects.order_by("number")
    assert [(row.number, row.outcome) for row in made] == [(1, "UT1"), (2, "UT4")]


def test_change_of_what_is_not_asked_makes_no_new_assessment(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    post(client, intake, "wens", S1="nee", S2="nee")
    client.post(address(intake, "controleren"))
    row = Intake.objects.get()
    Intake.objects.update(answers={**row.answers, "O1": "nee"})
    client.post(address(intake, "controleren"))
    assert Assessment.objects.count() == 1


def test_assessment_keeps_receipt_and_everything_the_page_shows(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    client.post(address(intake, "controleren"))
    made = Assessment.objects.get()
    assert made.receipt["fired"] == [rule["rule"] for rule in made.result["rules"]]
    assert made.receipt == Event.objects.get(kind="assessment_made").payload["receipt"]
    assert [[cell["status"] for cell in line] for line in made.result["model"]][2] == ["fine", "fine", "now"]
    assert {"step", "way", "parties", "answers_used", "reason"} <= set(made.result["rules"][0])


def test_answer_with_rows_is_a_list_and_a_skipped_optional_question_is_no_alarm(client: Client) -> None:
    intake = begin(client)
    prefill(intake, {code: value for code, value in companies.READY.items() if code != "U6"})
    page = client.get(address(intake, "controleren")).content.decode()
    assert re.search(r"<li>Te weinig tijd: <strong>[a-z ]+</strong></li>", page)
    assert "Niet ingevuld (niet verplicht)" in page
    assert "Nog geen antwoord" not in page
