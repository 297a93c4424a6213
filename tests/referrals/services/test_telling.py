"""Who hears of a move, when a reminder goes out, and when it is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.domain.lifecycle import TRANSITIONS, Action, Recipient
from referrals.domain.worktime import Calendar
from referrals.mail import addressing
from referrals.models import Offer
from referrals.services import access, answering, closing, consents, door, offering
from referrals.services.sealed import known_texts
from referrals.services.telling import REMINDER_KINDS, TO_ENTREPRENEUR
from tests.ledger.forging import broken
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
TEXT = "Wij kennen de eigenaar privé."


def promised(found: cast.Case, *kinds: str) -> list[tuple[str, str, str]]:
    """Return the deliveries about a referral as (kind, recipient, state), in order."""
    rows = Outgoing.objects.filter(event__stream=found.referral.stream).order_by("id")
    return [(row.kind, row.recipient, row.state) for row in rows if not kinds or row.kind in kinds]


def test_an_offer_sends_the_partner_its_link_after_the_dossier_and_tells_the_entrepreneur() -> None:
    found = cast.case("offered")
    offer = found.fresh_offer()
    assert promised(found) == [
        ("mail.offer_reminder", f"offer:{offer.pk}", "pending"),
        ("dossier.render", f"dossier:{offer.dossier_id}", "pending"),
        ("mail.offer", f"offer:{offer.pk}", "pending"),
        ("mail.offer_to_entrepreneur", f"intake:{found.intake.pk}", "pending"),
    ]
    mail = Outgoing.objects.get(kind="mail.offer")
    assert mail.after == Outgoing.objects.get(kind="dossier.render")


def test_the_reminder_of_an_offer_comes_at_sixty_percent_of_its_term() -> None:
    cast.case("offered")
    reminder = Outgoing.objects.get(kind="mail.offer_reminder")
    # Monday 23 November and three working days.
    assert reminder.due_at == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)


def test_leaving_the_state_takes_its_reminder_back_and_plans_the_next() -> None:
    found = cast.case("accepted")
    offer = found.fresh_offer()
    assert promised(found, *REMINDER_KINDS) == [
        ("mail.offer_reminder", f"offer:{offer.pk}", "done"),
        ("mail.contact_reminder", f"offer:{offer.pk}", "pending"),
    ]
    taken_back = Outgoing.objects.get(kind="mail.offer_reminder")
    assert taken_back.last_error == "referral moved on"
    assert not outbox.claimable(taken_back.due_at + timedelta(days=1)).filter(pk=taken_back.pk).exists()


def test_a_reminder_of_another_referral_stays() -> None:
    first, second = cast.case("offered"), cast.case("offered")
    offering.recall(first.referral.pk, advisor=first.advisor, version=3, key=cast.key(), now=cast.NOW)
    assert promised(first, "mail.offer_reminder")[0][2] == "done"
    assert promised(second, "mail.offer_reminder")[0][2] == "pending"


def test_a_partner_that_never_got_the_offer_does_not_hear_of_its_end() -> None:
    found = cast.case("offered")
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW)
    assert promised(found, "mail.recalled") == []


def test_a_partner_that_got_the_offer_hears_of_its_end() -> None:
    found = cast.case("offered")
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DONE)
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW)
    assert promised(found, "mail.recalled") == [("mail.recalled", f"offer:{found.fresh_offer().pk}", "pending")]


def test_a_partner_whose_second_link_waits_still_hears_of_the_end() -> None:
    found = cast.case("accepted")
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DONE)
    assert access.send_link_again(found.fresh_offer().pk, cast.NOW)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert Outgoing.objects.filter(kind="mail.withdrawn_to_partner").count() == 1
    assert not Outgoing.objects.filter(kind="mail.offer", state=Outgoing.State.PENDING).exists()


def test_a_partner_that_never_got_the_offer_is_not_asked_to_delete_later_either() -> None:
    found = cast.case("offered")
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert not Outgoing.objects.filter(kind="mail.withdrawn_to_partner").exists()


@pytest.mark.parametrize("what", [None, ("C2", "water_alliance")])
def test_the_question_about_the_contact_is_not_asked_after_a_withdrawal(what: consents.Key | None) -> None:
    found = cast.case("in_progress")
    asked = Outgoing.objects.get(kind="mail.contact_feedback")
    assert "Water Alliance" in mail.WRITERS[asked.kind](asked).subject
    closing.withdraw(found.intake.pk, what, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    with pytest.raises(mail.Outdated):
        mail.WRITERS[asked.kind](asked)


def test_the_question_about_the_contact_comes_ten_working_days_later() -> None:
    cast.case("in_progress")
    asked = Outgoing.objects.get(kind="mail.contact_feedback")
    assert asked.due_at.date() == datetime(2026, 12, 7, tzinfo=UTC).date()


def test_the_owner_hears_of_a_withdrawal_and_a_partner_once() -> None:
    found = cast.case("offered")
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DONE)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert promised(found, "mail.withdrawn_to_advisor") == [
        ("mail.withdrawn_to_advisor", f"advisor:{found.advisor.pk}", "pending")
    ]
    assert Outgoing.objects.filter(kind="mail.withdrawn_to_partner").count() == 1


def test_a_referral_without_an_owner_tells_no_owner() -> None:
    found = cast.case("queued")
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert promised(found, "mail.withdrawn_to_advisor") == []


def test_the_reason_of_a_partner_is_sealed_and_erased_without_breaking_the_history() -> None:
    found = cast.case("offered")
    offer = found.fresh_offer()
    answering.decline(offer.pk, actor=found.actor, reason="other", reason_text=TEXT, key=cast.key(), now=cast.NOW)
    declined = next(event for event in events.history(found.referral.stream) if event.kind == "offer_declined")
    assert list(declined.payload["sealed"]) == [f"offer:{offer.pk}"]
    assert TEXT not in str(declined.payload)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert Offer.objects.get(pk=offer.pk).salt == ""
    assert known_texts(declined.payload["sealed"]) == {f"offer:{offer.pk}": None}
    assert broken() == []


def test_the_words_of_a_cancellation_are_a_sealed_note() -> None:
    found = cast.case("in_review")
    closing.cancel(
        found.referral.pk, advisor=found.advisor, reason="other", text=TEXT, version=2, key=cast.key(), now=cast.NOW
    )
    cancelled = events.history(found.referral.stream)[-1]
    assert cancelled.payload["sealed"].keys() == {f"note:{cancelled.payload['note']}"}


def test_every_mail_to_the_company_can_be_taken_back_by_erasure() -> None:
    told = {
        f"mail.{notice.message}" for row in TRANSITIONS for notice in row.notices if notice.to is Recipient.ENTREPRENEUR
    }
    assert told < set(TO_ENTREPRENEUR)
    found = cast.case("offered")
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    waiting = Outgoing.objects.filter(recipient=f"intake:{found.intake.pk}", state=Outgoing.State.PENDING)
    assert not waiting.exists()


def test_every_move_of_the_table_but_the_quiet_ones_tells_somebody() -> None:
    quiet = {row.number for row in TRANSITIONS if not row.notices}
    assert quiet == {"Q1", "V1", "B1"}
    assert {row.action for row in TRANSITIONS if row.number in quiet} == {
        Action.CLAIM,
        Action.RELEASE,
        Action.RECONSIDER,
    }


def test_a_mail_names_the_deadline_of_its_event_after_the_calendar_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("accepted")
    mail = Outgoing.objects.get(kind="mail.accepted", recipient=f"intake:{found.intake.pk}")
    more = Calendar(door.calendar().holidays | {date(2026, 11, 30)})
    monkeypatch.setattr(addressing, "read_calendar", lambda: more)
    assert addressing.due_of(mail) == found.fresh().next_due_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
