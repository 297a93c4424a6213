"""Why this and why not that, in full, for the advisor: only where the company allows the KvK to see its answers."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import policies
from intake.models import Assessment, Intake
from intake.policy import assess, read_answers
from intake.retention import emptied, forget_answers
from nnmkb.ledger.models import Event
from referrals.services import closing
from tests.intake.governing import cast
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, number: str) -> str:
    """Return the explanation of a referral."""
    response = client.get(f"/werkbak/{number}/uitleg/")
    assert response.status_code == 200
    return response.content.decode()


def test_page_says_why_why_not_what_opens_it_and_the_proof(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    text = page(desk, row.number)
    for words in (
        "Laat uzelf zien in het buitenland (UT1)",
        "P4 Handelsmissie of beurs in uw branche (deze doorverwijzing)",
        "Uw strategie, organisatie en product zijn op orde en er is vraag.",
        "regels van toen: 2013",
        "Regel R-P3",
        "Nodig: «Ja, om de markt te verkennen». Antwoord: «Ja, om klanten te spreken of een order te krijgen».",
        "Verander «Wilt u mee op een handelsmissie of naar een beurs?»",
        "<strong>open</strong>",
        "Soort vernieuwer: <strong>ontwikkelaar</strong>",
        Assessment.objects.get().receipt["rules"],
    ):
        assert words in text, words


@pytest.mark.usefixtures("tampering")
def test_a_message_about_what_waits_stands_in_its_place_and_not_above_the_page(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    rules = policies.policy()
    answers = {**row.assessment.answers, "U11": ["missie_beurs"], "S9": "nee"}
    changed = Assessment.objects.filter(pk=row.assessment.pk)
    changed.update(answers=answers, receipt=assess(rules, read_answers(rules, answers)).receipt.to_json())
    text = page(desk, row.number)
    assert 'id="nog-niet"' in text
    assert "(NN-1)" in text
    assert "NotYet" not in text
    assert "utrecht-alert" not in text
    assert "Niet gelijk aan de bewaarde uitslag" not in text


def test_pane_leads_to_the_explanation(desk: Client) -> None:
    row = making.referral()
    assert f'href="/werkbak/{row.number}/uitleg/"' in desk.get(f"/werkbak/{row.number}/").content.decode()


def test_headings_follow_each_other_and_ids_are_unique(desk: Client) -> None:
    text = page(desk, making.referral().number)
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_looking_asks_few_questions_and_leaves_that_it_was_read_and_nothing_else(desk: Client) -> None:
    row = making.referral()
    events = Event.objects.count()
    page(desk, row.number)
    with CaptureQueriesContext(connection) as asked:
        page(desk, row.number)
    assert len(asked) <= 8, [query["sql"][:90] for query in asked]
    assert Event.objects.count() == events + 1
    row.refresh_from_db()
    assert row.version == 1


def test_nothing_is_explained_when_the_consent_of_the_kvk_is_taken_back(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    closing.withdraw(row.intake_id, ("C1", ""), actor="entrepreneur", key="w", now=NOW)
    text = page(desk, row.number)
    assert "trok de toestemming voor de KvK in" in text
    for gone in ("Hunze", "Antwoord:", "Nodig:", "Bewijs"):
        assert gone not in text
    # By itself: three signs may stand in the token of a form.
    assert not re.search(r"(?<!\w)UT1(?!\w)", text)


def test_erased_company_is_not_explained(desk: Client) -> None:
    row = making.referral("Hunze Sensoren")
    Intake.objects.filter(pk=row.intake_id).update(**emptied(NOW))
    forget_answers(row.intake_id)
    text = page(desk, row.number)
    assert "heeft de gegevens laten wissen" in text
    assert "Nodig:" not in text


def test_foreign_company_without_a_result_gets_words(desk: Client) -> None:
    row = making.referral(assessment=None)
    assert "Dit bedrijf deed geen zelfscan." in page(desk, row.number)


def test_unknown_number_is_not_found(desk: Client) -> None:
    assert desk.get("/werkbak/NN-0000-0000-1/uitleg/").status_code == 404


def test_result_of_a_retired_version_is_explained_by_that_version(desk: Client) -> None:
    row = making.referral()
    cast.published(cast.author(), cast.publisher())
    policies.forget()
    text = page(desk, row.number)
    assert "regels van toen: 2013" in text
    assert "Deze versie is niet meer van kracht." in text
    assert "Niet gelijk" not in text


@pytest.mark.usefixtures("tampering")
def test_result_that_no_longer_follows_from_its_rules_is_marked(desk: Client) -> None:
    row = making.referral()
    Assessment.objects.update(receipt={})
    assert "Niet gelijk aan de bewaarde uitslag" in page(desk, row.number)


def test_text_of_the_policy_stays_text(desk: Client) -> None:
    row = making.referral("<script>alert(1)</script>")
    assert "<script>alert" not in page(desk, row.number)
