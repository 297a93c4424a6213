"""The result page: what a company reads, for each place where the path can end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from intake.advice import HEADLINES
from intake.models import Assessment, Intake
from intake.policies import policy
from nnmkb.web.model import ICONS
from tests.intake import companies
from tests.intake.walking import address, begin, fields, finish, text, title

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("answers", "outcome", "headline", "says"),
    [
        (companies.READY, "UT1", "U bent er klaar voor. Laat u nu zien.", "Handelsmissie of beurs in uw branche"),
        (companies.NO_WISH, "UT4", "U wilt nu niet naar het buitenland.", "Voor als het later anders wordt"),
        (companies.CAN_DO_IT, "UT3", "U kunt dit zelf.", "Drie tips om zelf verder te gaan"),
        (companies.UNCLEAR, "UT5", "Maak eerst uw plan duidelijk.", "Kamer van Koophandel"),
        (companies.NOT_ORGANISED, "UT6", "Uw plan is klaar. Regel nu uw bedrijf.", "Kamer van Koophandel"),
        (companies.NO_NETWORK, "UT7", "Uw bedrijf is zover. Zoek nu contacten.", "Water Alliance"),
        (companies.ELSEWHERE, "UT0", "Uw bedrijf staat buiten ons gebied.", "RVO helpt met landen"),
        (companies.INVESTOR, "UT4", "Voor één vraag is er hulp.", "NOM"),
    ],
    ids=["ready", "no wish", "can do it", "unclear", "not organised", "no network", "elsewhere", "investor"],
)
def test_company_reads_its_outcome(
    client: Client, answers: dict[str, Any], outcome: str, headline: str, says: str
) -> None:
    response = finish(client, begin(client), answers)
    assert Assessment.objects.get().outcome == outcome
    assert headline in text(response)
    assert headline in title(response)
    assert says in text(response)


def test_every_outcome_of_the_policy_has_a_headline() -> None:
    assert set(HEADLINES) == {outcome.code for outcome in policy("2013").rules.outcomes}


def test_every_status_of_the_model_has_an_icon(client: Client) -> None:
    finish(client, begin(client), companies.READY)
    statuses = {cell["status"] for line in Assessment.objects.get().result["model"] for cell in line}
    assert statuses <= set(ICONS)


@pytest.mark.parametrize(
    ("answers", "offered"),
    [(companies.READY, True), (companies.INVESTOR, True), (companies.NO_WISH, False), (companies.CAN_DO_IT, False)],
)
def test_help_is_offered_only_when_there_is_a_referral_now(
    client: Client, answers: dict[str, Any], offered: bool
) -> None:
    page = text(finish(client, begin(client), answers))
    assert ("Wie kan u helpen" in page) is offered
    assert ("Een adviseur van de KvK kijkt mee" in page) is offered


def test_reason_has_answers_filled_in_and_source_stands_in_a_fold(client: Client) -> None:
    page = finish(client, begin(client), companies.READY).content.decode()
    assert "U richt u op Duitsland." in page
    assert re.search(r"<details.*?regel R-P4.*?</details>", page, re.S)
    assert "notitie voor de Programmaraad SNN (2013)" in page


def test_what_must_wait_names_the_answers_that_close_it_and_what_opens_it(client: Client) -> None:
    page = text(finish(client, begin(client), companies.UNCLEAR))
    waiting = page[page.index("Nu nog niet") :]
    assert "Handelsmissie of beurs in uw branche" in waiting
    assert "Dit komt door uw antwoord:" in waiting
    assert "Dat weet ik nog niet" in waiting
    assert "Volgende stap:" in waiting


def test_model_is_drawn_and_told_in_a_table_and_leads_to_the_advice(client: Client) -> None:
    page = finish(client, begin(client), companies.READY).content.decode()
    assert "<title id=" in page
    assert "Bekijk dit als tabel" in page
    for anchor in set(re.findall(r'href="#(advies-[a-z0-9-]+)"', page)):
        assert f'id="{anchor}"' in page
    assert 'href="#advies-p4-verwijzing"' in page


def test_ids_on_the_page_are_unique(client: Client) -> None:
    page = finish(client, begin(client), companies.NO_NETWORK).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_one_comparison_with_source_and_caveat(client: Client) -> None:
    page = text(finish(client, begin(client), companies.READY))
    assert page.count("Hoe doen anderen het?") == 1
    assert "Noord-Nederlandse Innovatiemonitor 2023, tabel" in page
    assert "uw antwoord" in page


@pytest.mark.usefixtures("tampering")
def test_page_shows_the_stored_assessment_and_never_judges_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = begin(client)
    finish(client, intake, companies.READY)

    def refuse(*_: object) -> None:
        raise AssertionError("the result page must not assess")

    monkeypatch.setattr("intake.policy.assess", refuse)
    monkeypatch.setattr("intake.policy.assessment.assess", refuse)
    stored = Assessment.objects.get()
    stored.result["outcome_details"]["text"] = "Zo luidde het toen."
    stored.save()
    assert "Zo luidde het toen." in text(client.get(address(intake, "uitslag")))


def test_result_says_when_answers_were_changed_afterwards(client: Client) -> None:
    intake = begin(client)
    assert "U veranderde antwoorden" not in text(finish(client, intake, companies.READY))
    form = fields({**companies.READY, "B3": "26"}, "uw-bedrijf")
    client.post(address(intake, "uw-bedrijf"), {"versie": Intake.objects.get().version, **form})
    assert "U veranderde antwoorden" in text(client.get(address(intake, "uitslag")))


def test_result_before_the_questions_leads_to_the_questions(client: Client) -> None:
    intake = begin(client)
    assert client.get(address(intake, "uitslag"))["Location"] == address(intake, "uw-bedrijf")


def test_result_stays_readable_after_sending_without_buttons_that_change(client: Client) -> None:
    intake = begin(client)
    finish(client, intake, companies.READY)
    Intake.objects.update(state=Intake.State.SUBMITTED, submitted_at=timezone.now())
    page = text(client.get(address(intake, "uitslag")))
    assert "Verstuurd op" in page
    assert "Pas uw antwoorden aan" not in page
    assert "kies wie u mag helpen" not in page


def test_role_without_organisation_today_goes_to_the_kvk(client: Client) -> None:
    page = text(finish(client, begin(client), {**companies.READY, "B2": "industrie_food", "U6": []}))
    assert "Handelsmissie of beurs in uw branche" in page
    assert "Kamer van Koophandel" in page
