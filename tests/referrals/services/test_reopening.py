"""Opening again what was closed: within 60 days, with consent, by a person; never because of a bad opinion alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from intake.models import Consent
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Feedback, Note, Referral
from referrals.services import answering, closing, consents, proposing, queue, reopening, requests
from referrals.services.errors import Gone, NotAllowed, Refused, Stale
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db


def closed(state: str = "completed") -> Case:
    """Return a referral that was closed at NOW."""
    if state == "completed":
        return cast.case("completed")
    if state == "cancelled":
        found = cast.case("in_review")
        closing.cancel(found.referral.pk, advisor=found.advisor, reason="no_need", version=2, key=cast.key(), now=NOW)
        return found
    found = cast.case("in_progress")
    answering.stop(found.referral.pk, actor=found.actor, reason="no_need", key=cast.key(), now=NOW)
    return found


def reopened(
    found: Case, *, now: datetime = LATER, reason: str = "need_remains", text: str = "", **more: object
) -> Referral:
    known: dict[str, object] = {"advisor": cast.advisor("daan"), "version": found.fresh().version, "key": cast.key()}
    return reopening.reopen(
        found.referral.pk,
        reason=reason,
        reason_text=text,
        now=now,
        **{**known, **more},  # type: ignore[arg-type]
    )


def unhappy(found: Case) -> Feedback:
    return Feedback.objects.create(
        referral=found.referral, moment="end", happy=False, reason="other", text="Niets gehoord", salt="s",
        asks_reopening=True, given_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["completed", "stopped", "cancelled"])
def test_closed_referral_goes_back_to_the_queue_as_another_attempt(state: str) -> None:
    found = closed(state)
    row = reopened(found)
    assert (row.state, row.owner, row.partner, row.outcome, row.reason) == (State.QUEUED, None, None, "", "")
    assert (row.attempts, row.closed_at, row.due_kind) == (1, None, "claim")
    kinds = dict(Outgoing.objects.filter(event__kind="referral_reopened").values_list("kind", "recipient"))
    assert kinds == {
        "mail.reopened": f"intake:{found.intake.pk}",
        "mail.reopened_to_advisor": f"advisor:{found.advisor.pk}",
    }
    queue.claim(row.pk, advisor=cast.advisor("eva"), version=row.version, key=cast.key(), now=LATER)


def test_sixtieth_day_is_in_time_and_the_next_is_not() -> None:
    found = closed()
    with pytest.raises(Refused, match="60 dagen"):
        reopened(found, now=NOW + timedelta(days=61))
    assert reopened(found, now=NOW + timedelta(days=60)).state == State.QUEUED


@pytest.mark.parametrize(
    ("reason", "text", "words"),
    [("", "", "Kies een reden"), ("no_need", "", "Kies een reden"), ("other", "kort", "ten minste 10"),
     ("other", "x" * 501, "500 tekens"), ("other", "x" * 20 + "\x00", "Typ de tekst opnieuw")],
)  # fmt: skip
def test_reason_is_from_the_list_and_explained_when_it_must_be(reason: str, text: str, words: str) -> None:
    found = closed()
    with pytest.raises(Refused, match=words):
        reopened(found, reason=reason, text=text)
    assert found.fresh().state == State.COMPLETED
    assert not Note.objects.exists()


def test_explanation_is_a_sealed_note() -> None:
    found = closed()
    reopened(found, reason="other", text="De partner belde nooit terug")
    note = Note.objects.get()
    event = events.history(found.referral.stream)[-1]
    assert event.payload["note"] == note.pk
    assert list(event.payload["sealed"]) == [f"note:{note.pk}"]


def test_without_consent_of_the_kvk_it_stays_closed() -> None:
    found = closed()
    consents.take_back(Consent.objects.get(intake=found.intake, purpose="C1"), NOW)
    with pytest.raises(Refused, match="toestemming"):
        reopened(found)


def proposed() -> tuple[Case, Referral]:
    """Return an activity that the advisor thought of, and that waits for a yes."""
    found = cast.case("in_review", "nom")
    to = cast.partner("exportclub_noord").organisation
    return found, proposing.propose(found.intake.pk, "A2", to, advisor=found.advisor, key=cast.key(), now=NOW)


def test_proposal_that_was_cancelled_before_a_yes_is_not_reopened() -> None:
    found, row = proposed()
    closing.cancel(row.pk, advisor=found.advisor, reason="no_need", version=1, key=cast.key(), now=NOW)
    with pytest.raises(Refused, match="nog geen ja"):
        reopening.reopen(row.pk, advisor=found.advisor, reason="need_remains", version=2, key=cast.key(), now=LATER)
    assert Referral.objects.get(pk=row.pk).state == State.CANCELLED


def test_proposal_that_got_a_yes_is_reopened_as_any_other() -> None:
    found, row = proposed()
    row = requests.give(
        row.pk, text_version=requests.box_for("exportclub_noord", "nl").text_version, key="yes", now=NOW
    )
    closing.cancel(row.pk, advisor=found.advisor, reason="duplicate", version=row.version, key=cast.key(), now=NOW)
    version = Referral.objects.get(pk=row.pk).version
    again = reopening.reopen(
        row.pk, advisor=found.advisor, reason="need_remains", version=version, key=cast.key(), now=LATER
    )
    assert again.state == State.QUEUED


def test_not_beside_an_open_one_for_the_same_activity() -> None:
    found = closed()
    row = found.fresh()
    row.pk, row.number, row.state, row.closed_at, row.outcome = None, f"{row.number[:-1]}9", "queued", None, ""
    row.next_due_at = row.sweep_at = NOW
    row.save(force_insert=True)
    with pytest.raises(Refused, match="loopt deze activiteit al"):
        reopened(found)


@pytest.mark.parametrize("state", ["queued", "in_review", "offered", "accepted"])
def test_open_referral_cannot_be_reopened(state: str) -> None:
    with pytest.raises(NotAllowed):
        reopened(cast.case(state))


def test_what_was_withdrawn_or_erased_never_opens_again() -> None:
    found = cast.case("queued")
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=NOW)
    with pytest.raises(NotAllowed):
        reopened(found)
    gone = closed()
    closing.erase(gone.intake.pk, actor="entrepreneur", key=cast.key(), now=NOW)
    with pytest.raises(Gone):
        reopened(gone)


def test_old_form_and_second_click() -> None:
    found = closed()
    with pytest.raises(Stale):
        reopened(found, version=1)
    version = found.fresh().version
    for _ in range(2):
        reopened(found, version=version, key="twice")
    assert found.fresh().attempts == 1


def test_bad_opinion_changes_nothing_until_somebody_opens_it_again() -> None:
    found = closed()
    row = unhappy(found)
    assert found.fresh().state == State.COMPLETED
    reopened(found, reason="entrepreneur_unhappy")
    row.refresh_from_db()
    assert row.handled_at == LATER


def test_keeping_it_closed_needs_a_reason_and_is_recorded() -> None:
    found = closed()
    row = unhappy(found)
    with pytest.raises(Refused, match="ten minste 10 tekens"):
        reopening.leave_closed(found.referral.pk, advisor=found.advisor, reason_text="nee", key=cast.key(), now=LATER)
    for _ in range(2):
        reopening.leave_closed(
            found.referral.pk, advisor=found.advisor, reason_text="Gebeld: het is al opgelost", key="k", now=LATER
        )
    row.refresh_from_db()
    event = events.history(found.referral.stream)[-1]
    assert (row.handled_at, event.kind, event.payload["feedback"]) == (LATER, "reopening_declined", row.pk)
    assert found.fresh().state == State.COMPLETED
    with pytest.raises(Refused, match="vraagt niet meer"):
        reopening.leave_closed(
            found.referral.pk, advisor=found.advisor, reason_text="Nog een keer gebeld", key=cast.key(), now=LATER
        )


def test_team_lead_withdraws_at_the_request_of_the_company_and_says_who_called() -> None:
    found = cast.case("offered")
    lead = cast.advisor("leo", lead=True)
    known = {"version": found.fresh().version, "now": LATER}
    with pytest.raises(Refused, match="Alleen de teamleider"):
        closing.withdraw_for(found.referral.pk, advisor=found.advisor, note="Gebeld met Anna", key="a", **known)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="ten minste 10 tekens"):
        closing.withdraw_for(found.referral.pk, advisor=lead, note="ja", key="b", **known)  # type: ignore[arg-type]
    for _ in range(2):
        closing.withdraw_for(found.referral.pk, advisor=lead, note="Gebeld met Anna, zij stopt", key="c", **known)  # type: ignore[arg-type]
    event = events.history(found.referral.stream)[-1]
    assert (found.fresh().state, event.actor, event.kind) == (
        State.WITHDRAWN,
        f"advisor:{lead.pk}",
        "referral_withdrawn",
    )
    assert (event.payload["offer"], "sealed" in event.payload) == (found.fresh_offer().pk, True)
    assert found.fresh_offer().ended_at == LATER
    assert Outgoing.objects.filter(kind="mail.withdrawn_receipt").count() == 1


def test_team_lead_does_not_answer_a_request_for_consent() -> None:
    found = cast.case("in_review")
    Referral.objects.filter(pk=found.referral.pk).update(state="awaiting_consent")
    with pytest.raises(NotAllowed):
        closing.withdraw_for(
            found.referral.pk,
            advisor=cast.advisor("leo", lead=True),
            note="Gebeld met Anna",
            version=2,
            key="a",
            now=NOW,
        )
