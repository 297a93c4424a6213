"""Putting off until a date, by the advisor or by the partner at work; and going on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from intake.models import Consent
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date, start_of
from referrals.models import Offer, Referral
from referrals.services import access, consents, holding, offering
from referrals.services.errors import Gone, NotAllowed, Refused, Stale
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db

TODAY = local_date(NOW)
SOON = TODAY + timedelta(days=14)


def postponed(found: Case, until: date = SOON, *, actor: str = "", version: int | None = None) -> Referral:
    by = actor or f"advisor:{found.advisor.pk}"
    return holding.postpone(found.referral.pk, actor=by, until=until, version=version, key=cast.key(), now=NOW)


def resumed(found: Case, *, actor: str = "", version: int | None = None) -> Referral:
    by = actor or f"advisor:{found.advisor.pk}"
    return holding.resume(found.referral.pk, actor=by, version=version, key=cast.key(), now=LATER)


def mails(found: Case) -> set[str]:
    return set(
        Outgoing.objects.filter(event__stream=found.referral.stream, state="pending").values_list("kind", flat=True)
    )


def test_advisor_waits_until_a_date_and_the_company_hears_it() -> None:
    found = cast.case("in_review")
    row = postponed(found)
    assert (row.state, row.due_kind, row.next_due_at) == (State.ON_HOLD, "resume", start_of(SOON))
    assert events.history(row.stream)[-1].payload["until"] == SOON.isoformat()
    assert mails(found) == {"mail.postponed"}
    assert resumed(found).state == State.IN_REVIEW


@pytest.mark.parametrize("days", [-1, 0, 181, 4000])
def test_date_that_has_passed_or_lies_too_far_is_refused(days: int) -> None:
    found = cast.case("in_review")
    with pytest.raises(Refused, match="Kies een datum") as refused:
        postponed(found, TODAY + timedelta(days=days))
    assert refused.value.field == "until"
    assert found.fresh().version == 2


@pytest.mark.parametrize("days", [1, 180])
def test_first_and_last_possible_date(days: int) -> None:
    assert postponed(cast.case("in_review"), TODAY + timedelta(days=days)).state == State.ON_HOLD


def test_postponing_from_the_queue_claims_and_after_a_no_counts_an_attempt() -> None:
    assert postponed(cast.case()).owner is not None
    assert postponed(cast.case("returned")).attempts == 1


def test_only_the_owner_and_only_on_the_version_that_was_seen() -> None:
    found = cast.case("in_review")
    with pytest.raises(Refused, match="Bert"):
        postponed(found, actor=f"advisor:{cast.advisor('daan').pk}")
    with pytest.raises(Stale):
        postponed(found, version=1)
    postponed(found, version=2)
    with pytest.raises(Refused, match="Bert"):
        resumed(found, actor=f"advisor:{cast.advisor('daan').pk}")


def test_partner_at_work_keeps_its_offer_and_goes_on_with_it() -> None:
    found = cast.case("in_progress")
    row = postponed(found, actor=found.actor)
    assert (row.state, row.partner) == (State.ON_HOLD, found.partner)
    assert found.fresh_offer().ended_at is None
    assert {"mail.postponed", "mail.postponed_to_advisor"} <= mails(found)
    row = resumed(found, actor=found.actor)
    assert (row.state, row.partner, row.due_kind) == (State.IN_PROGRESS, found.partner, "report")
    assert {"mail.resumed", "mail.resumed_to_advisor"} <= mails(found)


def test_advisor_takes_back_what_a_partner_put_off_and_its_link_dies() -> None:
    found = cast.case("in_progress")
    link = offering.token_of(found.fresh_offer())
    Outgoing.objects.filter(kind="mail.offer").update(state="done")
    postponed(found, actor=found.actor)
    row = resumed(found)
    assert (row.state, row.partner, row.partner_name) == (State.IN_REVIEW, None, "")
    assert (found.fresh_offer().state, found.fresh_offer().ended_at) == (Offer.State.RECALLED, LATER)
    assert "mail.recalled" in mails(found)
    with pytest.raises(Gone):
        access.offer_by_token(link)
    with pytest.raises(NotAllowed):
        resumed(found, actor=found.actor)


def test_another_partner_and_a_partner_without_an_answer_cannot() -> None:
    found = cast.case("in_progress")
    other = cast.partner("nom")
    with pytest.raises(Refused, match="andere partner"):
        postponed(found, actor=f"partner:{other.pk}")
    postponed(found, actor=found.actor)
    with pytest.raises(Refused, match="andere partner"):
        resumed(found, actor=f"partner:{other.pk}")
    offered = cast.case("offered")
    with pytest.raises(NotAllowed):
        postponed(offered, actor=offered.actor)


@pytest.mark.parametrize(("purpose", "organisation"), [("C1", ""), ("C2", "water_alliance")])
def test_partner_cannot_go_on_without_consent(purpose: str, organisation: str) -> None:
    found = cast.case("in_progress")
    postponed(found, actor=found.actor)
    consents.take_back(Consent.objects.get(intake=found.intake, purpose=purpose, organisation=organisation), NOW)
    with pytest.raises(Refused, match="toestemming"):
        resumed(found, actor=found.actor)
    assert found.fresh().state == State.ON_HOLD


def test_same_form_twice_is_done_once() -> None:
    found = cast.case("in_review")
    for _ in range(2):
        holding.postpone(
            found.referral.pk, actor=f"advisor:{found.advisor.pk}", until=SOON, version=2, key="twice", now=NOW
        )
    assert [event.kind for event in events.history(found.referral.stream)].count("referral_postponed") == 1
