"""What people read when a term ran out and the referral stayed: what it is about, what to do, and where."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.urls import resolve

from nnmkb.ledger import tokens
from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.domain.lifecycle import STATES, State
from referrals.mail import advisor
from referrals.queues.filters import NAMES, View
from referrals.services import timing
from tests.referrals.clocks.making import case_in, run_out
from tests.referrals.mail.test_mail import html_of, link
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
PERSONAL = ("Zilverwiek", "Anna", "Leeuwarden", "058 123 45 67", "90000749", "pompen", "friesland")


@pytest.fixture(autouse=True)
def lead() -> User:
    """Return who leads the team."""
    made = cast.advisor("lies", lead=True)
    User.objects.filter(pk=made.pk).update(email="lies@kvk.example")
    return made


def written(found: cast.Case, name: str, misses: int = 1) -> EmailMultiAlternatives:
    """Let the clock run out so often; return the mail of that name about this referral."""
    for _ in range(misses):
        timing.sweep(run_out(found))
    row = Outgoing.objects.get(kind=f"mail.{name}", event__stream=found.referral.stream)
    return mail.WRITERS[row.kind](row)


def test_the_lead_reads_which_one_was_first_and_goes_to_all_that_are_late() -> None:
    found = case_in(State.QUEUED)
    made = written(found, "late_to_lead")
    assert made.to == ["lies@kvk.example"]
    assert found.referral.number in made.subject
    assert "«In wachtrij»" in str(made.body)
    there = urlsplit(link(made))
    assert resolve(there.path).view_name == "referrals:desk"
    assert parse_qs(there.query) == {NAMES["view"]: [View.LATE.value]}


@pytest.mark.parametrize(
    ("state", "misses", "words"),
    [(State.RETURNED, 1, "Kies een andere partner"), (State.IN_PROGRESS, 2, "Vraag na hoe het gaat")],
)
def test_the_owner_reads_what_to_do_in_this_state(state: State, misses: int, words: str) -> None:
    found = case_in(state)
    made = written(found, "late_to_advisor", misses)
    assert f"«{state.label}»" in str(made.body)
    assert words in str(made.body)
    assert resolve(urlsplit(link(made)).path).kwargs == {"number": found.referral.number}


def test_there_is_advice_for_every_state_of_which_an_owner_can_hear() -> None:
    told = {state for state, facts in STATES.items() if facts.clock and "advisor" in facts.clock.escalate}
    assert set(advisor._ADVICE) == told


def test_the_partner_gets_the_link_to_its_offer() -> None:
    found = case_in(State.IN_PROGRESS)
    made = written(found, "report_due_to_partner")
    assert made.to == [found.partner.email]
    there = resolve(urlsplit(link(made)).path)
    assert there.view_name == "referrals:offer"
    assert tokens.digest(there.kwargs["token"]) == found.fresh_offer().link_digest


def test_the_partner_is_not_asked_about_an_offer_that_ended_before_the_mail_went() -> None:
    found = case_in(State.IN_PROGRESS)
    timing.sweep(run_out(found))
    found.fresh().offers.update(ended_at=cast.LATER)
    row = Outgoing.objects.get(kind="mail.report_due_to_partner")
    with pytest.raises(mail.Outdated):
        mail.WRITERS[row.kind](row)


@pytest.mark.parametrize(
    ("state", "name", "misses"),
    [
        (State.QUEUED, "late_to_lead", 1),
        (State.RETURNED, "late_to_advisor", 1),
        (State.IN_PROGRESS, "report_due_to_partner", 1),
    ],
)
def test_none_of_them_says_anything_about_the_company(state: State, name: str, misses: int) -> None:
    made = written(case_in(state), name, misses)
    whole = f"{made.subject}\n{made.body}\n{html_of(made)}".replace("Groningen, Fryslân en Drenthe", "")
    assert not [value for value in PERSONAL if value.lower() in whole.lower()]
