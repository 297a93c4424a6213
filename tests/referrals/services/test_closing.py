"""Cancelling, withdrawing, correcting, erasing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.apps import apps
from django.db import connection, models

from intake.models import AnswerVector, Assessment, Consent, Contact, Intake
from nnmkb.ledger import events, tokens
from nnmkb.ledger.models import Outgoing
from referrals.models import Dossier, Feedback, Label, Note, Offer, Referral
from referrals.services import access, answering, closing, consents, labels, notes, offering, queue, refer
from referrals.services.errors import Gone, NotAllowed, Refused, Stale
from tests.ledger.forging import broken
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


def withdraw(found: cast.Case, what: consents.Key | None) -> None:
    """Withdraw as the entrepreneur does."""
    closing.withdraw(found.intake.pk, what, actor="entrepreneur", key=cast.key(), now=cast.LATER)


def test_cancel_closes_with_a_reason_and_tells_the_entrepreneur() -> None:
    found = cast.case("in_review")
    got = closing.cancel(
        found.referral.pk,
        advisor=found.advisor,
        reason="helped_elsewhere",
        text="Is al geholpen door een accountant.",
        version=2,
        key=cast.key(),
        now=cast.NOW,
    )
    assert (got.state, got.outcome, got.reason, got.next_due_at) == ("cancelled", "cancelled", "helped_elsewhere", None)
    assert Outgoing.objects.get(kind="mail.cancelled").recipient == f"intake:{found.intake.pk}"
    assert Note.objects.get().text == "Is al geholpen door een accountant."


@pytest.mark.parametrize("reason", ["", "nonsense", "other"])
def test_cancel_needs_a_reason_from_the_list(reason: str) -> None:
    found = cast.case("in_review")
    with pytest.raises(Refused):
        closing.cancel(found.referral.pk, advisor=found.advisor, reason=reason, version=2, key=cast.key(), now=cast.NOW)
    assert found.fresh().state == "in_review"


def test_cancel_of_a_colleagues_referral_is_for_the_team_lead() -> None:
    found = cast.case("in_review")
    order = {"reason": "duplicate", "version": 2, "now": cast.NOW}
    with pytest.raises(Refused, match="is van Bert"):
        closing.cancel(found.referral.pk, advisor=cast.advisor("daan"), key=cast.key(), **order)
    got = closing.cancel(found.referral.pk, advisor=cast.advisor("lies", lead=True), key=cast.key(), **order)
    assert got.state == "cancelled"


def test_cancel_with_a_stale_form_changes_nothing() -> None:
    found = cast.case("in_review")
    with pytest.raises(Stale):
        closing.cancel(
            found.referral.pk, advisor=found.advisor, reason="duplicate", version=1, key=cast.key(), now=cast.NOW
        )


def test_offered_referral_cannot_be_cancelled() -> None:
    found = cast.case("offered")
    with pytest.raises(NotAllowed):
        closing.cancel(
            found.referral.pk, advisor=found.advisor, reason="duplicate", version=3, key=cast.key(), now=cast.NOW
        )


@pytest.mark.parametrize("state", ["queued", "in_review", "offered", "returned", "accepted", "in_progress"])
def test_withdrawing_everything_closes_every_open_referral(state: str) -> None:
    found = cast.case(state)
    withdraw(found, None)
    referral = found.fresh()
    assert (referral.state, referral.outcome, referral.closed_at) == ("withdrawn", "withdrawn", cast.LATER)
    assert not Referral.objects.filter(intake=found.intake, closed_at__isnull=True).exists()
    assert not Offer.objects.filter(ended_at__isnull=True).exists()
    assert consents.given(found.intake.pk) == frozenset()


def test_withdrawal_after_the_offer_kills_the_link_and_asks_the_partner_to_delete() -> None:
    found = cast.case("offered")
    Outgoing.objects.filter(kind="mail.offer").update(state="done")
    offer = found.fresh_offer()
    withdraw(found, None)
    with pytest.raises(Gone, match="trok de toestemming in"):
        access.offer_by_token(offering.token_of(offer))
    with pytest.raises(Gone):
        access.open_dossier(offer, found.actor, cast.LATER)
    assert Outgoing.objects.get(kind="mail.withdrawn_to_partner").recipient == f"offer:{offer.pk}"
    assert Outgoing.objects.get(kind="mail.withdrawn_receipt").recipient == f"intake:{found.intake.pk}"


def test_withdrawal_before_the_mail_went_out_takes_the_mail_back() -> None:
    found = cast.case("offered")
    withdraw(found, None)
    assert Outgoing.objects.get(kind="mail.offer").state == "done"
    assert Outgoing.objects.get(kind="mail.offer").done_at == cast.LATER
    assert not Outgoing.objects.filter(kind="mail.withdrawn_to_partner").exists()


def test_withdrawing_the_organisation_with_the_offer_sends_the_referral_back_to_the_kvk() -> None:
    found = cast.case("offered")
    withdraw(found, ("C2", "water_alliance"))
    referral = found.fresh()
    assert (referral.state, referral.partner, referral.reason) == ("returned", None, "consent_withdrawn")
    assert found.fresh_offer().state == "withdrawn"
    assert Referral.objects.get(intake=found.intake, activity="V1").state == "queued"
    assert ("C2", "nhl_stenden") in consents.given(found.intake.pk)


def test_withdrawing_another_organisation_leaves_the_offer_alone() -> None:
    found = cast.case("offered")
    withdraw(found, ("C2", "nhl_stenden"))
    assert (found.fresh().state, found.fresh_offer().state) == ("offered", "open")


def test_referral_ends_when_the_last_organisation_for_it_is_withdrawn() -> None:
    found = cast.case("queued", "nom", "water_alliance")
    withdraw(found, ("C2", "nom"))
    assert Referral.objects.get(intake=found.intake, activity="V1").state == "withdrawn"
    assert found.fresh().state == "queued"


def test_partner_that_works_with_consent_goes_on_when_the_last_other_organisation_is_withdrawn() -> None:
    # Water Alliance plays no party of V1, but the company agreed to it and it does V1 too.
    found = cast.case("queued", "nom", "water_alliance")
    referral = Referral.objects.get(intake=found.intake, activity="V1")
    made = offering.offer(referral.pk, found.partner.pk, advisor=found.advisor, version=1, key=cast.key(), now=cast.NOW)
    withdraw(found, ("C2", "nom"))
    referral.refresh_from_db()
    made.refresh_from_db()
    assert (referral.state, made.state, made.ended_at) == ("offered", "open", None)


def test_withdrawing_a_loose_consent_changes_no_referral() -> None:
    intake = cast.submitted(also=("C3",))
    closing.withdraw(intake.pk, ("C3", ""), actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert ("C3", "") not in consents.given(intake.pk)
    assert set(Referral.objects.values_list("state", flat=True)) == {"queued"}


def test_withdrawal_adds_a_row_and_changes_none() -> None:
    found = cast.case()
    before = list(Consent.objects.values("pk", "given", "at"))
    withdraw(found, ("C2", "nom"))
    after = list(Consent.objects.values("pk", "given", "at"))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_withdrawing_one_referral_leaves_the_other() -> None:
    found = cast.case("offered")
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert found.fresh().state == "withdrawn"
    assert Referral.objects.get(intake=found.intake, activity="V1").state == "queued"


def test_withdrawal_of_a_closed_referral_is_not_in_the_table() -> None:
    found = cast.case("completed")
    with pytest.raises(NotAllowed):
        closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)


def test_replayed_withdrawal_is_one_event() -> None:
    found = cast.case()
    key = cast.key()
    for _ in range(2):
        closing.withdraw(found.intake.pk, actor="entrepreneur", key=key, now=cast.LATER)
    assert [event.kind for event in events.history(found.intake.stream)].count("consent_withdrawn") == 1


def test_contact_details_can_be_corrected_while_something_is_open() -> None:
    found = cast.case("accepted")
    closing.correct(
        found.intake.pk, replace(cast.ANNA, phone="06 1234 5678"), actor="entrepreneur", key=cast.key(), now=cast.LATER
    )
    assert Contact.objects.get(intake=found.intake).phone == "06 1234 5678"
    assert events.history(found.intake.stream)[-1].payload == {"fields": ["phone"]}
    withdraw(found, None)
    with pytest.raises(Refused, match="afgesloten"):
        closing.correct(found.intake.pk, cast.ANNA, actor="entrepreneur", key=cast.key(), now=cast.LATER)


def test_note_and_change_of_state_do_not_collide() -> None:
    found = cast.case("in_review")
    notes.add(found.referral.pk, author=found.advisor, text="Belde met Anna.", key=cast.key(), now=cast.NOW)
    got = queue.release(found.referral.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    assert got.state == "queued"


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_empty_or_endless_note_is_refused(text: str) -> None:
    found = cast.case("in_review")
    with pytest.raises(Refused):
        notes.add(found.referral.pk, author=found.advisor, text=text, key=cast.key(), now=cast.NOW)


def texts() -> str:
    """Return everything that stands in any text or JSON column of any table of ours."""
    found: list[str] = []
    for label in ("intake", "referrals", "ledger", "sessions"):
        for model in apps.get_app_config(label).get_models():
            fields = [
                f
                for f in model._meta.fields
                if isinstance(f, models.CharField | models.TextField | models.JSONField | models.BinaryField)
            ]
            for row in model._default_manager.values_list(*(field.name for field in fields)):
                found += [repr(bytes(value) if isinstance(value, memoryview) else value) for value in row]
    return "\n".join(found)


def test_erasing_leaves_no_trace_of_the_company_in_any_table() -> None:
    found = cast.case("in_progress")
    offer = found.fresh_offer()
    Dossier.objects.update(pdf=b"%PDF Zilverwiek")
    Offer.objects.update(reason_text="Zilverwiek belde zelf")
    notes.add(found.referral.pk, author=found.advisor, text="Anna Zilverwiek belde.", key=cast.key(), now=cast.NOW)
    before = texts()
    assert "Zilverwiek" in before
    assert re.search(r"(?<![\w-])8911(?![\w-])", before)
    assert AnswerVector.objects.filter(intake=found.intake).exists()
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    left = texts()
    for secret in ("Zilverwiek", "zilverwiek", "90000749", "058 123", "Leeuwarden", "Carla belde"):
        assert secret not in left, secret
    # As a word of its own: these four digits stand in many a random number.
    assert not re.search(r"(?<![\w-])8911(?![\w-])", left)
    intake = Intake.objects.get(pk=found.intake.pk)
    assert (intake.state, intake.answers, intake.erased_at) == ("erased", {}, cast.LATER)
    assert Assessment.objects.get(intake=intake).answers == {}
    assert not AnswerVector.objects.exists()
    assert Dossier.objects.get(pk=offer.dossier_id).digest == offer.dossier.digest
    assert not Referral.objects.filter(intake=intake, closed_at__isnull=True).exists()


def test_erasing_kills_every_link_and_keeps_the_chain_of_events() -> None:
    found = cast.case("offered")
    follow = tokens.digest(refer.follow_token(found.intake))
    link = offering.token_of(found.fresh_offer())
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert not Intake.objects.filter(follow_digest=follow).exists()
    with pytest.raises(Gone):
        access.offer_by_token(link)
    assert broken() == []
    assert Consent.objects.filter(intake=found.intake, given=True).exists()
    assert consents.given(found.intake.pk) == frozenset()


def test_erasing_takes_back_what_had_not_been_sent_and_asks_partners_to_delete() -> None:
    found = cast.case("completed")
    Outgoing.objects.filter(kind="mail.offer").update(state="done")
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    waiting = set(Outgoing.objects.filter(state="pending").values_list("kind", flat=True))
    assert "mail.withdrawn_to_partner" in waiting
    assert not {kind for kind in waiting if kind in {"mail.receipt", "mail.accepted", "dossier.render"}}


def test_erasing_leaves_no_mail_that_somebody_would_have_to_look_at() -> None:
    found = cast.case("in_review")
    Outgoing.objects.filter(recipient=f"intake:{found.intake.pk}").update(state=Outgoing.State.DEAD)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    assert not Outgoing.objects.filter(state=Outgoing.State.DEAD).exists()


def test_erasing_twice_is_the_same_as_once() -> None:
    found = cast.case()
    for key in (cast.key(), cast.key()):
        closing.erase(found.intake.pk, actor="entrepreneur", key=key, now=cast.LATER)
    assert [event.kind for event in events.history(found.intake.stream)].count("intake_erased") == 1


def test_nothing_can_be_done_with_an_erased_intake() -> None:
    found = cast.case("offered")
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    with pytest.raises(Gone):
        withdraw(found, None)
    with pytest.raises(Gone):
        answering.accept(
            found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.LATER
        )


def test_nobody_writes_about_an_erased_company_any_more() -> None:
    found = cast.case("completed")
    Feedback.objects.create(
        referral=found.referral, moment="end", happy=False, reason="other", text="Niets gehoord", salt="s",
        asks_reopening=True, given_at=cast.NOW,
    )  # fmt: skip
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    with pytest.raises(Refused, match="gewist"):
        notes.add(found.referral.pk, author=found.advisor, text="Anna belde", key=cast.key(), now=cast.LATER)
    with pytest.raises(Refused, match="gewist"):
        labels.add(found.referral.pk, "zilverwiek", advisor=found.advisor, key=cast.key(), now=cast.LATER)
    assert not Note.objects.exists()
    assert not Label.objects.exists()
    # What the company asked for waits for nobody.
    assert Feedback.objects.get().handled_at == cast.LATER


def test_database_itself_refuses_to_change_a_consent() -> None:
    found = cast.case()
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE intake_consent SET given = NOT given WHERE intake_id = %s", [found.intake.pk])


def test_without_the_consent_of_the_kvk_nobody_may_have_anything() -> None:
    intake = cast.submitted("nom")
    assert consents.organisations(intake.pk) == {"kvk", "nom"}
    consents.take_back(Consent.objects.get(intake=intake, purpose="C1"), cast.LATER)
    assert consents.organisations(intake.pk) == frozenset()
