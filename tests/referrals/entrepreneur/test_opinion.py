"""The opinion of the entrepreneur: once after the contact, once at the end; unhappy only asks to look again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.models import Feedback
from referrals.services import closing, feedback
from referrals.services.errors import Refused
from referrals.views import history
from tests.referrals.entrepreneur.test_follow import key_on, path, text
from tests.referrals.services import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_an_hour_later")]
WORDS = "Er is niet één keer gebeld."


@pytest.fixture
def _an_hour_later() -> Iterator[None]:
    with time_machine.travel(cast.LATER, tick=False):
        yield


def opinion(found: cast.Case) -> str:
    """Return the address of the page."""
    return f"{path(found, 'mening/')}?vraag={found.referral.number}"


@pytest.mark.parametrize(
    ("state", "asked"),
    [("queued", False), ("offered", False), ("accepted", False), ("in_progress", True), ("completed", True)],
)
def test_an_opinion_is_asked_after_the_contact_and_at_the_end(client: Client, state: str, asked: bool) -> None:
    found = cast.case(state)
    assert ("Vertel hoe het gaat" in text(client, path(found))) is asked
    response = client.get(opinion(found))
    assert response.status_code == (200 if asked else 302)


def test_a_happy_company_needs_one_click_and_is_asked_no_more(client: Client) -> None:
    found = cast.case("in_progress")
    page = text(client, opinion(found))
    response = client.post(opinion(found), {"sleutel": key_on(page), "tevreden": "ja"})
    assert response.status_code == 302
    kept = Feedback.objects.get()
    assert (kept.moment, kept.happy, kept.reason, kept.text) == ("contact", True, "", "")
    assert "Vertel hoe het gaat" not in text(client, path(found))
    assert not Outgoing.objects.filter(kind="mail.unhappy_to_advisor").exists()


def test_an_unhappy_company_tells_why_and_its_advisor_hears_without_the_words(client: Client) -> None:
    found = cast.case("completed")
    given = {"tevreden": "nee", "reden": "no_contact", "toelichting": WORDS, "opnieuw": "on"}
    client.post(opinion(found), {"sleutel": key_on(text(client, opinion(found))), **given})
    kept = Feedback.objects.get()
    assert (kept.moment, kept.happy, kept.reason, kept.text) == ("end", False, "no_contact", WORDS)
    assert kept.asks_reopening
    assert found.fresh().state == "completed"
    event = events.history(found.referral.stream)[-1]
    assert event.kind == "feedback_given"
    assert WORDS not in str(event.payload)
    assert event.payload["unhappy_about"] == "no_contact"
    # The same code is a reason of the clock, about the partner: the history may not speak of that.
    assert history.moments([event])[0].title == "Mening van de ondernemer"
    assert event.payload["sealed"].keys() == {f"feedback:{kept.pk}"}
    assert Outgoing.objects.get(kind="mail.unhappy_to_advisor").recipient == f"advisor:{found.advisor.pk}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Kies ja of nee."),
        ({"tevreden": "misschien"}, "Kies ja of nee."),
        ({"tevreden": "nee"}, "Kies wat er niet goed ging."),
        ({"tevreden": "nee", "reden": "hacked"}, "Kies wat er niet goed ging."),
        ({"tevreden": "nee", "reden": "other", "toelichting": "kort"}, "ten minste 10 tekens"),
        ({"tevreden": "ja", "toelichting": "x" * 1001}, "Dit is te lang: 1001 tekens."),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_lost(client: Client, given: dict[str, str], words: str) -> None:
    found = cast.case("completed")
    response = client.post(opinion(found), {"sleutel": cast.key(), **given})
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert given.get("toelichting", "") in page
    assert not Feedback.objects.exists()


def test_what_must_be_answered_is_not_called_optional(client: Client) -> None:
    page = text(client, opinion(cast.case("completed")))
    asked = page[page.index("Wat ging er niet goed?") :]
    assert "niet verplicht" not in asked[: asked.index("Ik heb geen contact gehad")]
    assert "niet verplicht" in asked


def test_a_hidden_answer_does_not_count(client: Client) -> None:
    found = cast.case("completed")
    client.post(opinion(found), {"sleutel": cast.key(), "tevreden": "ja", "reden": "no_contact", "opnieuw": "on"})
    kept = Feedback.objects.get()
    assert (kept.happy, kept.reason, kept.asks_reopening) == (True, "", False)


def test_the_same_form_twice_is_one_opinion_and_a_second_form_is_refused(client: Client) -> None:
    found = cast.case("completed")
    key = cast.key()
    for _ in range(2):
        assert client.post(opinion(found), {"sleutel": key, "tevreden": "ja"}).status_code == 302
    second = client.post(opinion(found), {"sleutel": cast.key(), "tevreden": "nee", "reden": "too_slow"})
    assert "U gaf uw mening al" in second.content.decode()
    assert Feedback.objects.count() == 1


def test_during_the_work_nobody_can_ask_to_open_what_is_open(client: Client) -> None:
    found = cast.case("in_progress")
    assert "nog eens kijkt" not in text(client, opinion(found))
    given = {"tevreden": "nee", "reden": "too_slow", "opnieuw": "on"}
    client.post(opinion(found), {"sleutel": cast.key(), **given})
    assert not Feedback.objects.get().asks_reopening


def test_an_opinion_about_a_referral_of_another_company_does_not_exist(client: Client) -> None:
    found, other = cast.case("completed"), cast.case("completed")
    address = f"{path(found, 'mening/')}?vraag={other.referral.number}"
    assert client.get(address).status_code == 404
    assert client.post(address, {"sleutel": cast.key(), "tevreden": "ja"}).status_code == 404


def test_an_opinion_after_erasure_is_not_kept() -> None:
    found = cast.case("completed")
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    with pytest.raises(Exception, match="gewist"):
        feedback.give(found.referral.pk, happy=True, key=cast.key(), now=cast.LATER)


def test_the_service_refuses_an_opinion_before_any_contact() -> None:
    found = cast.case("accepted")
    with pytest.raises(Refused, match="nog niets"):
        feedback.give(found.referral.pk, happy=True, key=cast.key(), now=cast.LATER)


def test_what_somebody_can_do_alone_is_told_when_nobody_was_found(client: Client) -> None:
    found = cast.case("returned")
    closing.cancel(
        found.referral.pk, advisor=found.advisor, reason="no_partner", version=4, key=cast.key(), now=cast.LATER
    )
    page = text(client, path(found))
    assert "Dit kunt u zelf doen" in page
    assert Outgoing.objects.filter(kind="mail.no_partner").exists()
