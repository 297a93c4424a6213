"""What a partner answers, and how the work ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake.models import Consent
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.worktime import local_date
from referrals.models import Offer
from referrals.services import answering, closing
from referrals.services.errors import Gone, NotAllowed, Refused
from tests.ledger.forging import broken
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
TODAY = local_date(cast.NOW)


def test_accept_reveals_who_calls_and_tells_entrepreneur_and_advisor() -> None:
    found = cast.case("accepted")
    offer = found.fresh_offer()
    assert (offer.state, offer.contact_person, offer.answered_at) == ("accepted", "Carla", cast.NOW)
    assert (found.fresh().state, found.fresh().due_kind) == ("accepted", "contact")
    assert Outgoing.objects.get(kind="mail.accepted").recipient == f"intake:{found.intake.pk}"
    assert Outgoing.objects.get(kind="mail.accepted_to_advisor").recipient == f"advisor:{found.advisor.pk}"


def test_accept_needs_the_name_of_the_one_who_calls() -> None:
    found = cast.case("offered")
    with pytest.raises(Refused, match="wie contact opneemt"):
        answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person=" ", key=cast.key(), now=cast.NOW)
    assert found.fresh().state == "offered"


@pytest.mark.parametrize(
    ("typed", "kept"), [("Carla\u202e", ""), ("Car\x07la", ""), ("Carla\u00a0de\n Boer ", "Carla de Boer")]
)
def test_name_of_the_one_who_calls_is_one_line_that_can_be_read(typed: str, kept: str) -> None:
    found = cast.case("offered")
    pk, key = found.fresh_offer().pk, cast.key()
    if not kept:
        with pytest.raises(Refused) as refused:
            answering.accept(pk, actor=found.actor, contact_person=typed, key=key, now=cast.NOW)
        assert refused.value.field == "contact_person"
    else:
        answering.accept(pk, actor=found.actor, contact_person=typed, key=key, now=cast.NOW)
    assert found.fresh_offer().contact_person == kept


def test_another_partner_cannot_accept() -> None:
    found = cast.case("offered")
    stranger = cast.partner("snn")
    with pytest.raises(Refused, match="andere partner"):
        answering.accept(
            found.fresh_offer().pk,
            actor=f"partner:{stranger.pk}",
            contact_person="Daan",
            key=cast.key(),
            now=cast.NOW,
        )


def test_accept_reads_consent_again_in_its_own_transaction() -> None:
    found = cast.case("offered")
    given = Consent.objects.filter(intake=found.intake, purpose="C2", organisation="water_alliance").get()
    # A withdrawal that only just arrived: its row is there, the offer has not been ended by it yet.
    Consent.objects.create(
        intake=found.intake,
        purpose="C2",
        organisation="water_alliance",
        given=False,
        text_version=given.text_version,
        text_digest=given.text_digest,
        source="follow",
        at=cast.NOW,
    )
    with pytest.raises(Gone, match="trok de toestemming in"):
        answering.accept(
            found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW
        )
    assert found.fresh().state == "offered"


def test_accept_after_the_withdrawal_says_why_the_offer_is_gone() -> None:
    found = cast.case("offered")
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    with pytest.raises(Gone, match="trok de toestemming in") as gone:
        answering.accept(
            found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW
        )
    assert gone.value.code == Offer.State.WITHDRAWN


def test_replayed_accept_gives_the_same_offer_and_one_event() -> None:
    found = cast.case("offered")
    key = cast.key()
    for _ in range(2):
        offer = answering.accept(
            found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=key, now=cast.NOW
        )
        assert offer.state == "accepted"
    assert [event.kind for event in events.history(found.referral.stream)].count("offer_accepted") == 1


def test_second_accept_with_another_key_is_not_in_the_table() -> None:
    found = cast.case("accepted")
    with pytest.raises(NotAllowed):
        answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person="Eva", key=cast.key(), now=cast.NOW)
    assert found.fresh_offer().contact_person == "Carla"


def test_decline_returns_the_referral_and_tells_only_the_advisor() -> None:
    found = cast.case("returned")
    referral, offer = found.fresh(), found.fresh_offer()
    assert (referral.state, referral.partner, referral.reason, referral.due_kind) == (
        "returned",
        None,
        "not_our_activity",
        "next_partner",
    )
    assert (offer.state, offer.reason, offer.ended_at, offer.answered_at) == (
        "declined",
        "not_our_activity",
        cast.NOW,
        cast.NOW,
    )
    kinds = list(Outgoing.objects.filter(event__kind="offer_declined").values_list("kind", flat=True))
    assert kinds == ["mail.declined_to_advisor"]


@pytest.mark.parametrize(("reason", "text"), [("nonsense", ""), ("other", "kort"), ("no_response", ""), ("", "")])
def test_decline_needs_a_reason_from_the_list_and_words_for_other(reason: str, text: str) -> None:
    found = cast.case("offered")
    with pytest.raises(Refused):
        answering.decline(
            found.fresh_offer().pk, actor=found.actor, reason=reason, reason_text=text, key=cast.key(), now=cast.NOW
        )
    assert found.fresh_offer().ended_at is None


def test_partner_without_capacity_is_paused_until_its_date() -> None:
    found = cast.case("offered")
    until = TODAY + timedelta(days=30)
    answering.decline(
        found.fresh_offer().pk, actor=found.actor, reason="capacity", key=cast.key(), now=cast.NOW, until=until
    )
    found.partner.refresh_from_db()
    assert found.partner.paused_until == until


def test_date_of_one_decline_does_not_cut_a_longer_pause_short() -> None:
    found = cast.case("offered")
    longer = cast.partner(paused_until=TODAY + timedelta(days=90)).paused_until
    answering.decline(
        found.fresh_offer().pk, actor=found.actor, reason="capacity", key=cast.key(), now=cast.NOW,
        until=TODAY + timedelta(days=5),
    )  # fmt: skip
    found.partner.refresh_from_db()
    assert found.partner.paused_until == longer


def test_answer_after_a_decline_is_too_late() -> None:
    found = cast.case("returned")
    with pytest.raises(Gone, match="U wees dit aanbod af"):
        answering.accept(
            found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW
        )


def test_path_from_first_contact_to_an_outcome() -> None:
    found = cast.case("completed")
    referral, offer = found.fresh(), found.fresh_offer()
    assert (referral.state, referral.outcome, referral.closed_at) == ("completed", "advice_given", cast.NOW)
    assert referral.next_due_at is None
    assert (offer.state, offer.ended_at) == ("closed", cast.NOW)
    assert Outgoing.objects.filter(kind="mail.completed", recipient=f"intake:{found.intake.pk}").exists()
    kinds = [event.kind for event in events.history(referral.stream)]
    assert kinds == [
        "referral_submitted",
        "referral_claimed",
        "offer_made",
        "offer_accepted",
        "contact_recorded",
        "referral_completed",
    ]
    assert broken() == []


def test_outcome_must_be_one_of_the_list() -> None:
    found = cast.case("in_progress")
    with pytest.raises(Refused, match="resultaat"):
        answering.complete(found.referral.pk, actor=found.actor, outcome="rijk", on=TODAY, key=cast.key(), now=cast.NOW)


def test_contact_in_the_future_or_before_the_offer_is_refused() -> None:
    found = cast.case("accepted")
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=40)):
        with pytest.raises(Refused):
            answering.first_contact(found.fresh_offer().pk, actor=found.actor, on=day, key=cast.key(), now=cast.NOW)


def test_work_cannot_be_completed_before_the_first_contact() -> None:
    found = cast.case("accepted")
    with pytest.raises(NotAllowed):
        answering.complete(
            found.referral.pk, actor=found.actor, outcome="advice_given", on=TODAY, key=cast.key(), now=cast.NOW
        )


def test_partner_stops_with_a_reason() -> None:
    found = cast.case("in_progress")
    got = answering.stop(found.referral.pk, actor=found.actor, reason="no_need", key=cast.key(), now=cast.NOW)
    assert (got.state, got.outcome, got.reason) == ("stopped", "stopped", "no_need")


def test_owner_may_complete_for_the_partner_but_a_colleague_may_not() -> None:
    found = cast.case("in_progress")
    colleague = cast.advisor("daan")
    with pytest.raises(Refused, match="is van Bert"):
        answering.complete(
            found.referral.pk,
            actor=f"advisor:{colleague.pk}",
            outcome="plan_made",
            on=TODAY,
            key=cast.key(),
            now=cast.NOW,
        )
    got = answering.complete(
        found.referral.pk,
        actor=f"advisor:{found.advisor.pk}",
        outcome="plan_made",
        on=TODAY,
        key=cast.key(),
        now=cast.NOW,
        version=found.fresh().version,
    )
    assert got.state == "completed"


@pytest.mark.parametrize(("state", "reason"), [("accepted", "capacity"), ("in_progress", "other_partner_needed")])
def test_partner_gives_the_referral_back(state: str, reason: str) -> None:
    found = cast.case(state)
    offer = answering.give_back(found.fresh_offer().pk, actor=found.actor, reason=reason, key=cast.key(), now=cast.NOW)
    assert (offer.state, found.fresh().state) == ("returned", "returned")


def test_advisor_records_contact_only_for_what_the_kvk_handles_itself() -> None:
    found = cast.case("accepted")
    with pytest.raises(Refused, match="partner legt het eerste contact"):
        answering.first_contact(
            found.fresh_offer().pk,
            actor=f"advisor:{found.advisor.pk}",
            on=TODAY,
            key=cast.key(),
            now=cast.NOW,
        )


def test_another_partner_cannot_complete_or_stop_the_work() -> None:
    found = cast.case("in_progress")
    stranger = f"partner:{cast.partner('snn').pk}"
    with pytest.raises(Refused, match="andere partner"):
        answering.complete(
            found.referral.pk, actor=stranger, outcome="advice_given", on=TODAY, key=cast.key(), now=cast.NOW
        )
    with pytest.raises(Refused, match="andere partner"):
        answering.stop(found.referral.pk, actor=stranger, reason="no_need", key=cast.key(), now=cast.NOW)
    assert found.fresh().state == "in_progress"
