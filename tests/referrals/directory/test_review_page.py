"""The page of what declines brought up: what it says, where it leads, and closing an item."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from nnmkb.ledger import events
from referrals.domain.reasons import DECLINE_REASONS
from referrals.models import Offer, ReviewItem
from referrals.services import reviewing
from tests.referrals.desk import making
from tests.referrals.directory.making import ended_offer

pytestmark = pytest.mark.django_db


def declined(code: str, reason: str, **fields: object) -> Offer:
    """Let a partner say no, with what follows from it."""
    partner = making.partner(code)
    offer = ended_offer(partner, reason=reason, **fields)
    with transaction.atomic():
        reviewing.after_decline(offer, DECLINE_REASONS[reason], now=making.NOW)
    return offer


def words_of(client: Client) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/partners/nakijken/").content.decode()).split())


def test_an_entry_to_look_at_leads_to_the_partner_and_to_the_referrals_behind_it(lead: Client) -> None:
    offer = declined("nom", "region", province="drenthe", sector="bouw")
    text = lead.get("/partners/nakijken/").content.decode()
    assert '<a class="nl-link" href="/partners/nom/">Nom</a>' in text
    assert f'href="/werkbak/{offer.referral.number}/"' in text
    said = words_of(lead)
    assert "1 keer «Buiten ons werkgebied», het laatst op 24 november 2026." in said
    assert "Nom, Drenthe, Bouw" in said


def test_a_rule_to_look_at_leads_to_its_page_for_who_may_read_policy(client: Client, lead: Client) -> None:
    for code in ("nom", "snn", "metaalunie"):
        declined(code, "not_our_activity", rules=["R-P4"])
    assert "Regel R-P4: Handelsmissie of beurs in uw branche" in words_of(lead)
    assert "/regel/R-P4/" not in lead.get("/partners/nakijken/").content.decode()
    client.force_login(making.staff("beleid", "policy_author"))
    text = client.get("/partners/nakijken/").content.decode()
    address = re.search(r'href="(/beleid/[^"]+/regel/R-P4/)"', text)
    assert address
    assert client.get(address[1]).status_code == 200
    assert "3 keer «Niet onze activiteit»" in words_of(client)
    assert "/werkbak/" not in text
    assert "Snn, Groningen" in words_of(client)


def test_an_activity_without_a_rule_and_a_rule_that_is_gone_have_no_link(lead: Client) -> None:
    for rule in ("P4", "R-WEG"):
        ReviewItem.objects.create(
            kind="rule", rule=rule, reason="not_our_activity", count=3, opened_at=making.NOW, last_at=making.NOW
        )
    said = words_of(lead)
    assert "Activiteit P4: Handelsmissie of beurs in uw branche" in said
    assert "Regel R-WEG (niet meer in het beleid)" in said


def test_the_number_stands_on_the_list_of_partners_and_on_the_partner(lead: Client) -> None:
    declined("nom", "region")
    assert "Nakijken: 1" in lead.get("/partners/").content.decode()
    assert "Iemand moet bij deze partner iets nakijken." in lead.get("/partners/nom/").content.decode()


def test_closing_takes_it_off_the_list_and_leaves_an_event(lead: Client) -> None:
    declined("nom", "region")
    item = ReviewItem.objects.get()
    assert lead.post("/partners/nakijken/", {"punt": item.pk})["Location"] == "/partners/nakijken/"
    assert "Geen partner wees af om plaats of sector" in words_of(lead)
    assert events.history(f"partner:{item.partner_id}")[-1].kind == "review_closed"
    assert "Nagekeken: buiten ons werkgebied" in lead.get("/partners/nom/").content.decode()


def test_closing_twice_is_said_and_done_once(lead: Client) -> None:
    declined("nom", "region")
    item = ReviewItem.objects.get()
    for words in ("Het punt staat niet meer in de lijst.", "Dit punt is al nagekeken."):
        answer = lead.post("/partners/nakijken/", {"punt": item.pk}, follow=True)
        assert words in answer.content.decode()
    assert [event.kind for event in events.history(f"partner:{item.partner_id}")].count("review_closed") == 1


@pytest.mark.parametrize("given", ["", "0", "999999", "x", "-1", "9" * 40, "\x00", "1 OR 1"])
def test_an_item_that_is_not_there_changes_nothing(lead: Client, given: str) -> None:
    declined("nom", "region")
    answer = lead.post("/partners/nakijken/", {"punt": given}, follow=True)
    assert answer.status_code == 200
    assert "Dit punt kennen wij niet." in answer.content.decode()
    assert ReviewItem.objects.get().closed_at is None


def test_a_long_list_shows_what_waits_longest(lead: Client) -> None:
    for number in range(51):
        ReviewItem.objects.create(
            kind="rule", rule=f"R-{number}", reason="not_our_activity", opened_at=making.NOW, last_at=making.NOW
        )
    text = lead.get("/partners/nakijken/").content.decode()
    assert "U ziet de 50 punten die het langst wachten." in text
    assert text.count('name="punt"') == 50


def test_an_empty_page_says_when_something_comes_here(lead: Client) -> None:
    assert "Een regel komt hier bij 3 keer «Niet onze activiteit» in 90 dagen." in words_of(lead)
