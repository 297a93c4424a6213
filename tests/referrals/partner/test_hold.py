"""A partner that waits for a while and goes on again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.domain.worktime import end_of, local_date
from referrals.models import Offer, Referral
from referrals.services import answering, closing
from referrals.services.errors import NotAllowed, Refused
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_answer import dossier
from tests.referrals.partner.test_link import answer, enter, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offer() -> Offer:
    """An offer that the partner accepted, after the first contact."""
    made = making.offered(making.partner("metaalunie"))
    actor = f"partner:{made.partner_id}"
    answering.accept(made.pk, actor=actor, contact_person="Piet", key="a" * 36, now=NOW)
    answering.first_contact(made.pk, actor=actor, on=NOW.date(), key="b" * 36, now=NOW)
    return made


@pytest.fixture
def partner(client: Client, offer: Offer) -> Client:
    """A browser in which a code has opened the offer."""
    enter(client, offer)
    return client


def test_a_partner_waits_until_a_date_and_everybody_hears(partner: Client, offer: Offer) -> None:
    assert "Stel uit" in dossier(partner, offer)
    answer(partner, offer, "uitstellen", until="2027-01-15")
    assert state(offer) == State.ON_HOLD
    row = Referral.objects.get(pk=offer.referral_id)
    assert row.next_due_at is not None
    assert row.next_due_at.isoformat() == "2027-01-14T23:00:00+00:00"
    assert {"mail.postponed", "mail.postponed_to_advisor"} <= set(Outgoing.objects.values_list("kind", flat=True))
    assert Offer.objects.get(pk=offer.pk).ended_at is None


def test_a_partner_that_waited_goes_on(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "uitstellen", until="2027-01-15")
    assert "Ga weer verder" in dossier(partner, offer)
    answer(partner, offer, "hervatten")
    assert state(offer) == State.IN_PROGRESS
    assert "mail.resumed" in set(Outgoing.objects.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-11-24", "Kies een datum na vandaag."),
        ("2026-11-01", "Kies een datum na vandaag."),
        ((NOW + timedelta(days=181)).date().isoformat(), "Kies een datum binnen 180 dagen."),
        ("morgen", "Vul de datum in als dag-maand-jaar"),
        ("", "Vul een datum in."),
    ],
)
def test_a_date_that_cannot_be_is_told_and_kept(partner: Client, offer: Offer, typed: str, words: str) -> None:
    response = answer(partner, offer, "uitstellen", until=typed)
    assert response.status_code == 200
    page = response.content.decode()
    assert words in page
    assert f'value="{typed}"' in page or not typed
    assert state(offer) == State.IN_PROGRESS


def test_nothing_goes_on_after_the_consent_was_withdrawn(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "uitstellen", until="2027-01-15")
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="c" * 36, now=NOW)
    response = answer(partner, offer, "hervatten")
    assert response.status_code == 410
    assert state(offer) == State.WITHDRAWN


def test_a_partner_that_is_still_busy_gets_a_new_term_and_the_state_stays(partner: Client, offer: Offer) -> None:
    Referral.objects.filter(pk=offer.referral_id).update(next_due_at=NOW - timedelta(days=3), misses=2)
    assert "Wij zijn nog bezig" in dossier(partner, offer)
    answer(partner, offer, "nog-bezig")
    row = Referral.objects.get(pk=offer.referral_id)
    assert (row.state, row.misses) == (State.IN_PROGRESS, 0)
    assert row.next_due_at == row.sweep_at == end_of(local_date(NOW + timedelta(days=30)))
    assert Event.objects.filter(stream=row.stream, kind="progress_reported").count() == 1


def test_only_who_is_at_work_can_say_so(partner: Client, offer: Offer) -> None:
    with pytest.raises(Refused, match="andere partner"):
        answering.still_busy(offer.referral_id, actor="partner:999", key="d" * 36, now=NOW)
    with pytest.raises(Refused, match="behandelaar"):
        answering.still_busy(offer.referral_id, actor="advisor:999", key="d" * 36, now=NOW)
    answer(partner, offer, "uitstellen", until="2027-01-15")
    with pytest.raises(NotAllowed):
        answering.still_busy(offer.referral_id, actor=f"partner:{offer.partner_id}", key="d" * 36, now=NOW)
