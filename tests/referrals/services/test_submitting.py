"""Submitting: what is kept, what is refused, and that nothing happens twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.models import Consent, Contact, Intake
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.models import PolicySignal, Referral
from referrals.services import refer
from referrals.services.errors import Gone, Refused
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


def test_boxes_are_the_kvk_then_each_organisation_once_then_the_loose_questions() -> None:
    boxes = cast.boxes(cast.assessed())
    assert boxes[0].purpose == "C1"
    assert [box.purpose for box in boxes][-3:] == ["C3", "C4", "C5"]
    organisations = [box.organisation for box in boxes if box.purpose == "C2"]
    assert len(organisations) == len(set(organisations))
    assert {"nom", "provincie_fryslan", "water_alliance"} <= set(organisations)
    assert "kvk" not in organisations


def test_organisations_that_lead_come_before_those_that_can_help_too() -> None:
    leads = [box.lead for box in cast.boxes(cast.assessed()) if box.purpose == "C2"]
    assert leads == sorted(leads, reverse=True)
    assert leads[0] is True


def test_submission_keeps_contact_consents_and_one_referral_per_activity() -> None:
    intake = cast.submitted("nom", "water_alliance")
    assert intake.state == Intake.State.SUBMITTED
    assert intake.submitted_at == cast.NOW
    assert Contact.objects.get(intake=intake).company == cast.ANNA.company
    referrals = Referral.objects.filter(intake=intake).order_by("id")
    assert [one.activity for one in referrals] == ["N3", "V1"]
    assert [one.number for one in referrals] == [f"{intake.reference}-1", f"{intake.reference}-2"]
    assert all(one.state == "queued" and one.next_due_at and one.due_kind == "claim" for one in referrals)
    first = referrals[0]
    assert (first.rules, first.step, first.way, first.province, first.sector) == (
        ["R-N3"],
        "O",
        "N",
        "friesland",
        "industrie_overig",
    )


def test_every_box_shown_becomes_a_row_with_the_text_that_was_on_the_screen() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    refer.submit(
        intake.pk,
        contact=cast.ANNA,
        consents=cast.ticks(shown, "nom"),
        shown=shown,
        key=cast.key(),
        now=cast.NOW,
    )
    rows = {(row.purpose, row.organisation): row for row in Consent.objects.filter(intake=intake)}
    assert set(rows) == {box.key for box in shown}
    assert {key for key, row in rows.items() if row.given} == {("C1", ""), ("C2", "nom")}
    assert all(rows[box.key].text_digest == box.digest for box in shown)
    assert all(rows[box.key].text_version == box.text_version for box in shown)


def test_submission_without_the_kvk_is_refused_and_keeps_nothing() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    answers = cast.ticks(shown, "nom") | {("C1", ""): False}
    with pytest.raises(Refused, match="Zonder die toestemming"):
        refer.submit(intake.pk, contact=cast.ANNA, consents=answers, shown=shown, key=cast.key(), now=cast.NOW)
    assert not Contact.objects.exists()
    assert not Consent.objects.exists()
    assert not Referral.objects.exists()
    intake.refresh_from_db()
    assert intake.state == Intake.State.ASSESSED


def test_activity_that_only_others_can_do_is_not_referred_without_their_consent() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    refer.submit(intake.pk, contact=cast.ANNA, consents=cast.ticks(shown), shown=shown, key=cast.key(), now=cast.NOW)
    assert [one.activity for one in Referral.objects.filter(intake=intake)] == ["N3"]


def test_submission_is_refused_when_nobody_may_help() -> None:
    only_nom = {**cast.FRISIAN, "S1": "nee"}
    intake = cast.assessed(only_nom)
    shown = cast.boxes(intake)
    with pytest.raises(Refused, match="ten minste één organisatie"):
        refer.submit(
            intake.pk, contact=cast.ANNA, consents=cast.ticks(shown), shown=shown, key=cast.key(), now=cast.NOW
        )


def test_consent_to_a_box_that_was_not_shown_is_refused() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    forged = cast.ticks(shown, "nom") | {("C2", "snn"): True}
    with pytest.raises(Refused, match="kloppen niet meer"):
        refer.submit(intake.pk, contact=cast.ANNA, consents=forged, shown=shown, key=cast.key(), now=cast.NOW)


def test_activity_without_any_organisation_today_goes_to_the_kvk_with_a_flag() -> None:
    wood = {**cast.FRISIAN, "O6": ["branche"], "O7": "enkele", "U3": "zaken", "U8": "nee"}
    intake = cast.assessed(wood)
    shown = cast.boxes(intake)
    refer.submit(intake.pk, contact=cast.ANNA, consents=cast.ticks(shown), shown=shown, key=cast.key(), now=cast.NOW)
    mission = Referral.objects.get(intake=intake, activity="P4")
    assert mission.no_partner


def test_second_submission_changes_nothing_whatever_its_key() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    answers = cast.ticks(shown, "nom")
    key = cast.key()
    for one in (key, key, cast.key()):
        again = refer.submit(intake.pk, contact=cast.ANNA, consents=answers, shown=shown, key=one, now=cast.NOW)
        assert again.reference == intake.reference
    assert Contact.objects.count() == 1
    assert Consent.objects.count() == len(shown)
    assert [event.kind for event in events.history(intake.stream)].count("intake_submitted") == 1
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 1


def test_submission_is_refused_when_answers_changed_after_the_result() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    Intake.objects.filter(pk=intake.pk).update(answers={**intake.answers, "O7": "enkele"})
    with pytest.raises(Refused, match="nieuwe uitslag"):
        refer.submit(
            intake.pk, contact=cast.ANNA, consents=cast.ticks(shown, "nom"), shown=shown, key=cast.key(), now=cast.NOW
        )


def test_submission_needs_a_result_that_was_seen() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    Intake.objects.filter(pk=intake.pk).update(state=Intake.State.DRAFT)
    with pytest.raises(Gone):
        refer.submit(
            intake.pk, contact=cast.ANNA, consents=cast.ticks(shown, "nom"), shown=shown, key=cast.key(), now=cast.NOW
        )


def test_signals_are_counted_only_with_consent_for_figures() -> None:
    cast.submitted("nom")
    assert not PolicySignal.objects.exists()
    cast.submitted("nom", also=("C4",))
    counted = PolicySignal.objects.all()
    assert {one.activity for one in counted} >= {"A1", "P1"}
    assert all(one.month.day == 1 and one.province == "friesland" for one in counted)


def test_receipt_is_promised_in_the_same_transaction() -> None:
    intake = cast.submitted("nom")
    row = Outgoing.objects.get(kind="mail.receipt")
    assert row.recipient == f"intake:{intake.pk}"
    assert row.event.kind == "intake_submitted"


def test_same_company_and_activity_is_marked_for_the_advisor_but_not_told_to_the_visitor() -> None:
    first = Referral.objects.get(intake=cast.submitted("nom"), activity="V1")
    second = Referral.objects.get(intake=cast.submitted("nom"), activity="V1")
    made = events.history(second.stream)[0]
    assert made.payload["runs_already"] == first.number


def test_events_and_consents_hold_no_name() -> None:
    intake = cast.submitted("nom")
    referrals = Referral.objects.filter(intake=intake)
    told = [event for stream in (intake.stream, *(one.stream for one in referrals)) for event in events.history(stream)]
    assert told
    for secret in ("Zilverwiek", "anna@", "90000749"):
        assert not any(secret in str(event.payload) for event in told)


def test_whole_submission_takes_at_most_forty_queries() -> None:
    intake = cast.assessed()
    shown = cast.boxes(intake)
    answers = cast.ticks(shown, *(box.organisation for box in shown if box.organisation), also=("C3", "C4", "C5"))
    with CaptureQueriesContext(connection) as queries:
        refer.submit(intake.pk, contact=cast.ANNA, consents=answers, shown=shown, key=cast.key(), now=cast.NOW)
    assert len(queries) <= 40, len(queries)


def test_company_from_abroad_becomes_an_english_intake_with_one_referral() -> None:
    shown = cast.settle_boxes()
    contact = refer.ContactDetails(
        company="Nordwind GmbH", person="Uwe Nord", email="uwe@nordwind.example", country="DE"
    )
    key = cast.key()
    made = [
        refer.settle(
            contact=contact,
            answers={"sector": "Food and drink", "looks_for": "A site or building", "when": "Within a year"},
            place=refer.Place("", "industrie_food", ()),
            consents=cast.ticks(shown, "nom"),
            shown=shown,
            key=key,
            now=cast.NOW,
        )
        for _ in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert (made[0].kind, made[0].language, made[0].state) == ("foreign", "en", "submitted")
    referral = Referral.objects.get(intake=made[0])
    assert (referral.activity, referral.assessment, referral.sector) == ("V1", None, "industrie_food")
