"""What the entrepreneur answers by the link: a question, and whether one more organisation may help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from django.test import Client

from intake.models import Consent, Intake
from nnmkb.ledger.models import Event, Outgoing
from referrals.models import ConsentRequest, Question
from referrals.services import proposing, questions, requests
from tests.referrals.entrepreneur.test_follow import key_on, path, text
from tests.referrals.services import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_an_hour_later")]
ASKED = "Welke landen hebt u al bezocht?"
ANSWERED = "Alleen Zweden, in het voorjaar."
ORGANISATION = "water_alliance"


@pytest.fixture
def _an_hour_later() -> Iterator[None]:
    with time_machine.travel(cast.LATER, tick=False):
        yield


@pytest.fixture
def asked() -> cast.Case:
    """A referral of which the KvK wants to know more."""
    found = cast.case("in_review")
    Outgoing.objects.filter(kind="mail.receipt").update(state=Outgoing.State.DONE)
    questions.ask(found.referral.pk, advisor=found.advisor, text=ASKED, version=2, key=cast.key(), now=cast.NOW)
    return found


@pytest.fixture
def wanted() -> cast.Case:
    """A referral for which the KvK wants to ask an organisation that was not ticked, while another was."""
    found = cast.case("in_review", "nom")
    requests.request_consent(
        found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
    )
    return found


def page_of(found: cast.Case, page: str) -> str:
    """Return the address of a page about this referral."""
    return f"{path(found, page)}?vraag={found.referral.number}"


def test_the_follow_page_leads_to_the_question_and_the_answer_back_to_the_advisor(
    client: Client, asked: cast.Case
) -> None:
    follow = text(client, path(asked))
    assert "Wij hebben een vraag aan u" in follow
    assert "uiterlijk maandag 30 november" in follow
    assert f"antwoord/?vraag={asked.referral.number}" in follow
    page = text(client, page_of(asked, "antwoord/"))
    assert ASKED in page
    response = client.post(page_of(asked, "antwoord/"), {"sleutel": key_on(page), "antwoord": ANSWERED})
    assert response.status_code == 302
    assert Question.objects.get().answer == ANSWERED
    assert asked.fresh().state == "in_review"
    assert ANSWERED not in str(list(Event.objects.values_list("payload", flat=True)))
    assert Outgoing.objects.filter(kind="mail.question_answered_to_advisor").exists()
    assert "U gaf antwoord op de vraag" in text(client, path(asked))


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Schrijf eerst uw antwoord."), (" \n ", "Schrijf eerst"), ("x" * 100_000, "100000 tekens")],
)
def test_an_answer_that_does_not_fit_is_told_and_kept(client: Client, asked: cast.Case, typed: str, words: str) -> None:
    response = client.post(page_of(asked, "antwoord/"), {"sleutel": cast.key(), "antwoord": typed})
    page = response.content.decode()
    assert words in page
    assert typed.strip() in page
    assert asked.fresh().state == "needs_info"


def test_the_same_answer_twice_is_one_answer(client: Client, asked: cast.Case) -> None:
    given = {"sleutel": cast.key(), "antwoord": ANSWERED}
    for _ in range(2):
        assert client.post(page_of(asked, "antwoord/"), given).status_code == 302
    assert Event.objects.filter(kind="question_answered").count() == 1


def test_an_answer_to_a_question_that_was_closed_meanwhile_stays_on_the_screen(
    client: Client, asked: cast.Case
) -> None:
    version = asked.fresh().version
    questions.close_question(asked.referral.pk, advisor=asked.advisor, version=version, key=cast.key(), now=cast.LATER)
    response = client.post(page_of(asked, "antwoord/"), {"sleutel": cast.key(), "antwoord": ANSWERED})
    page = response.content.decode()
    assert ANSWERED in page
    assert "niet meer nodig" in page
    assert client.get(page_of(asked, "antwoord/")).status_code == 302


def test_consent_is_asked_with_two_equal_buttons_and_what_follows(client: Client, wanted: cast.Case) -> None:
    assert f"toestemming/?vraag={wanted.referral.number}" in text(client, path(wanted))
    page = text(client, page_of(wanted, "toestemming/"))
    assert "Mag Water Alliance uw dossier krijgen?" in page
    assert "tot en met maandag 7 december" in page
    buttons = re.findall(r'<button class="([^"]+)"[^>]*name="antwoord"', page)
    assert len(buttons) == 2
    assert buttons[0] == buttons[1]


def test_yes_is_a_consent_to_these_words_and_the_referral_waits_for_an_advisor(
    client: Client, wanted: cast.Case
) -> None:
    page = text(client, page_of(wanted, "toestemming/"))
    match = re.search(r'name="tekst" value="([^"]+)"', page)
    assert match
    given = {"sleutel": key_on(page), "tekst": match[1], "antwoord": "ja", "vraag": wanted.referral.number}
    for _ in range(2):
        assert client.post(page_of(wanted, "toestemming/"), given).status_code == 302
    row = Consent.objects.filter(intake=wanted.intake, organisation=ORGANISATION).order_by("id").last()
    assert row is not None
    assert (row.given, row.text_version, row.source) == (True, match[1], "follow")
    assert Consent.objects.filter(intake=wanted.intake, organisation=ORGANISATION, given=True).count() == 1
    assert (wanted.fresh().state, wanted.fresh().owner_id) == ("queued", None)
    assert ConsentRequest.objects.get().given is True


def test_yes_to_other_words_than_those_of_today_is_refused(client: Client, wanted: cast.Case) -> None:
    given = {"sleutel": cast.key(), "tekst": "2012.9", "antwoord": "ja"}
    response = client.post(page_of(wanted, "toestemming/"), given, follow=True)
    assert "De tekst is veranderd" in response.content.decode()
    assert wanted.fresh().state == "awaiting_consent"
    assert not Consent.objects.filter(intake=wanted.intake, organisation=ORGANISATION, given=True).exists()


def test_company_from_abroad_reads_in_english_why_its_answer_does_not_count(client: Client, wanted: cast.Case) -> None:
    Intake.objects.filter(pk=wanted.intake.pk).update(language="en")
    given = {"sleutel": cast.key(), "tekst": "2012.9", "antwoord": "ja"}
    page = client.post(page_of(wanted, "toestemming/"), given, follow=True).content.decode()
    assert "The text has changed." in page
    assert "veranderd" not in page


def test_no_to_one_organisation_leaves_the_help_of_another(client: Client, wanted: cast.Case) -> None:
    page = text(client, page_of(wanted, "toestemming/"))
    assert "zoekt de KvK verder" in page
    client.post(page_of(wanted, "toestemming/"), {"sleutel": key_on(page), "antwoord": "nee"})
    assert wanted.fresh().state == "returned"
    assert not Consent.objects.filter(intake=wanted.intake, organisation=ORGANISATION, given=True).exists()


def test_no_to_what_the_advisor_proposed_ends_it(client: Client) -> None:
    found = cast.case("queued")
    to = cast.partner("exportclub_noord").organisation
    proposed = proposing.propose(found.intake.pk, "A2", to, advisor=found.advisor, key=cast.key(), now=cast.NOW)
    address = f"{path(found, 'toestemming/')}?vraag={proposed.number}"
    page = text(client, address)
    assert "stopt deze vraag" in page
    client.post(address, {"sleutel": key_on(page), "antwoord": "nee"})
    proposed.refresh_from_db()
    assert (proposed.state, proposed.outcome) == ("withdrawn", "withdrawn")
    assert found.fresh().state == "queued"


def test_other_button_of_a_page_that_was_answered_does_not_say_that_it_was_heard(
    client: Client, wanted: cast.Case
) -> None:
    address = page_of(wanted, "toestemming/")
    page = text(client, address)
    version = requests.box_for(ORGANISATION, "nl").text_version
    client.post(address, {"sleutel": key_on(page), "tekst": version, "antwoord": "ja"})
    response = client.post(address, {"sleutel": key_on(page), "tekst": version, "antwoord": "nee"}, follow=True)
    assert "U gaf geen toestemming" not in response.content.decode()
    assert "al gebruikt" in response.content.decode()
    assert Consent.objects.filter(intake=wanted.intake, organisation=ORGANISATION).latest("id").given


@pytest.mark.parametrize("said", ["ja", "nee"])
def test_organisation_that_the_newest_policy_left_out_needs_no_answer(
    client: Client, wanted: cast.Case, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    rules = requests.policy()
    without = {code: one for code, one in rules.organisations.items() if code != ORGANISATION}
    newest = replace(rules, organisations=without)
    monkeypatch.setattr(requests, "policy", lambda version="": rules if version else newest)
    address = page_of(wanted, "toestemming/")
    assert client.get(address, follow=True).status_code == 200
    page = client.post(address, {"sleutel": cast.key(), "tekst": "2013.1", "antwoord": said}, follow=True)
    assert "doet niet meer mee" in page.content.decode()
    assert wanted.fresh().state == "awaiting_consent"


def test_neither_yes_nor_no_changes_nothing(client: Client, wanted: cast.Case) -> None:
    response = client.post(
        page_of(wanted, "toestemming/"), {"sleutel": cast.key(), "antwoord": "misschien"}, follow=True
    )
    assert "Kies ja of nee." in response.content.decode()
    assert wanted.fresh().state == "awaiting_consent"


@pytest.mark.parametrize("page", ["antwoord/", "toestemming/"])
def test_the_page_about_a_referral_of_another_company_does_not_exist(
    client: Client, page: str, asked: cast.Case
) -> None:
    other = cast.case("in_review")
    address = f"{path(other, page)}?vraag={asked.referral.number}"
    assert client.get(address).status_code == 404
    assert client.post(address, {"sleutel": cast.key(), "antwoord": "ja"}).status_code == 404
    assert client.get(path(other, page)).status_code == 404


@pytest.mark.parametrize("page", ["antwoord/", "toestemming/"])
def test_a_page_without_anything_to_do_says_so(client: Client, page: str) -> None:
    found = cast.case("in_review")
    response = client.get(page_of(found, page), follow=True)
    assert "Hier hoeft u niets meer te doen." in response.content.decode()


@pytest.mark.parametrize("page", ["antwoord/", "toestemming/", "mening/"])
def test_a_get_changes_nothing(client: Client, wanted: cast.Case, page: str) -> None:
    before = Event.objects.count()
    client.get(page_of(wanted, page))
    client.head(page_of(wanted, page))
    assert Event.objects.count() == before
    assert wanted.fresh().state == "awaiting_consent"
