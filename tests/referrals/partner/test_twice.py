"""Every answer of a partner sent twice is given once; sent from a page of before, it is not given and that is said."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Offer
from referrals.services import answering, holding
from referrals.views.partner_acts import ACTS, Act, possible
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_link import answer, enter, state

pytestmark = pytest.mark.django_db

# Where the partner can do it; the others when it is at work.
IN = {
    "aannemen": State.OFFERED, "afwijzen": State.OFFERED, "contact": State.ACCEPTED, "teruggeven": State.ACCEPTED,
    "hervatten": State.ON_HOLD,
}  # fmt: skip
WORDS = {
    "aannemen": {"contact_person": "Piet Jansen"},
    "afwijzen": {"reason": "region"},
    "teruggeven": {"reason": "other", "reason_text": "Wij kunnen dit toch niet doen"},
    "contact": {"on": NOW.date().isoformat()},
    "afronden": {"outcome": "plan_made", "on": NOW.date().isoformat()},
    "stoppen": {"reason": "no_need"},
    "vraag": {"text": "Mag het ook na 1 januari?"},
    "uitstellen": {"until": (NOW + timedelta(days=20)).date().isoformat()},
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def at_partner(act: Act) -> Offer:
    """Return an offer with which this act can be done."""
    made = making.offered(making.partner("metaalunie"))
    actor, wanted = f"partner:{made.partner_id}", IN.get(act.slug, State.IN_PROGRESS)
    if wanted is not State.OFFERED:
        answering.accept(made.pk, actor=actor, contact_person="Piet", key="a" * 36, now=NOW)
    if wanted in {State.IN_PROGRESS, State.ON_HOLD}:
        answering.first_contact(made.pk, actor=actor, on=NOW.date(), key="b" * 36, now=NOW)
    if wanted is State.ON_HOLD:
        until = (NOW + timedelta(days=9)).date()
        holding.postpone(made.referral_id, actor=actor, until=until, key="c" * 36, now=NOW)
    assert act in [one for one, _ in possible(Offer.objects.select_related("referral").get(pk=made.pk))], act.slug
    return made


def counts() -> tuple[int, int]:
    """Count what happened, but for the looks of the partner, and what was promised."""
    return Event.objects.exclude(kind="dossier_opened").count(), Outgoing.objects.count()


@pytest.mark.parametrize("act", ACTS, ids=[act.slug for act in ACTS])
def test_answer_that_is_sent_twice_is_given_once(client: Client, act: Act) -> None:
    offer = at_partner(act)
    enter(client, offer)
    before, key = counts(), str(uuid.uuid4())
    first = answer(client, offer, act.slug, sleutel=key, **WORDS.get(act.slug, {}))
    done, after = counts(), state(offer)
    second = answer(client, offer, act.slug, sleutel=key, **WORDS.get(act.slug, {}))
    assert first.status_code == 302
    # When the offer is over the page only thanks; it leads nowhere any more.
    assert second.status_code in {200, 302}
    assert done[0] > before[0]
    assert (counts(), state(offer)) == (done, after)


@pytest.mark.parametrize("act", ACTS, ids=[act.slug for act in ACTS])
def test_answer_from_a_page_of_before_is_not_given_and_that_is_said(client: Client, act: Act) -> None:
    offer = at_partner(act)
    enter(client, offer)
    # A colleague is first, from another browser.
    colleague = Client()
    enter(colleague, offer)
    usual = "teruggeven" if IN.get(act.slug) is State.ACCEPTED else "stoppen"
    first = {"aannemen": "afwijzen", "afwijzen": "aannemen", "hervatten": "hervatten"}.get(act.slug, usual)
    answer(colleague, offer, first, **WORDS.get(first, {}))
    before, standing = counts(), state(offer)
    late = answer(client, offer, act.slug, **WORDS.get(act.slug, {}))
    assert (counts(), state(offer)) == (before, standing)
    # What ended leads to the page that says so.
    shown = client.get(late["Location"]) if late.status_code == 302 else late
    text = shown.content.decode()
    assert any(words in text for words in ("Bedankt", "nam dit aanbod aan", "is al beantwoord", "niet meer"))
    assert act.done not in text
