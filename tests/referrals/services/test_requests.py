"""Asking for one more consent: only for who lacks nothing else, answered under today's words, kept as a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake.models import Consent
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.models import ConsentRequest, Note, Partner, Referral
from referrals.services import closing, consents, door, offering, requests
from referrals.services.errors import Gone, NotAllowed, Refused, Stale
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db

# The version of the sentences of the policy in force; a yes under another one counts for nothing.
VERSION = "2013.1"


def outside(state: str = "in_review") -> Case:
    """Return a referral at a company that chose NOM only, and not the partner of the case."""
    return cast.case(state, "nom")


def asked(found: Case, to: Partner | None = None, **more: object) -> Referral:
    known: dict[str, object] = {"advisor": found.advisor, "version": found.fresh().version, "key": cast.key()}
    partner = to or found.partner
    return requests.request_consent(found.referral.pk, partner.pk, now=NOW, **{**known, **more})  # type: ignore[arg-type]


def yes(found: Case, version: str = VERSION, key: str = "") -> Referral:
    return requests.give(found.referral.pk, text_version=version, key=key or cast.key(), now=LATER)


def no(found: Case, key: str = "") -> Referral:
    return requests.refuse(found.referral.pk, key=key or cast.key(), now=LATER)


def lapsed() -> Case:
    """Return a request of which the term passed."""
    found = outside()
    row = asked(found)
    door_closed = {"state": "lapsed", "outcome": "lapsed", "closed_at": NOW, "next_due_at": None}
    Referral.objects.filter(pk=row.pk).update(**door_closed)
    ConsentRequest.objects.update(closed_at=NOW)
    return found


# --- V6 ---------------------------------------------------------------------------------------------------------------


def test_request_waits_ten_working_days_for_the_company_and_keeps_its_owner() -> None:
    found = outside()
    row = asked(found)
    assert (row.state, row.owner, row.due_kind) == (State.AWAITING_CONSENT, found.advisor, "consent")
    request = ConsentRequest.objects.get()
    assert (request.organisation, request.asked_by, request.closed_at) == ("water_alliance", found.advisor, None)
    assert events.history(row.stream)[-1].payload["organisation"] == "water_alliance"
    mails = Outgoing.objects.filter(event__stream=row.stream, state="pending")
    assert set(mails.values_list("kind", flat=True)) == {"mail.consent_request", "mail.consent_reminder"}


def test_partner_with_consent_is_not_asked_for() -> None:
    found = cast.case("in_review", "water_alliance")
    with pytest.raises(Refused, match="gaf al toestemming"):
        asked(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"active": False}, "niet meer mee"), ({"capacity": 0}, "Is vol"), ({"activities": ["P4"]}, "deze activiteit")],
)
def test_partner_that_could_not_help_anyway_is_not_asked_for(change: dict[str, object], words: str) -> None:
    found = outside()
    cast.partner("water_alliance", **change)
    with pytest.raises(Refused, match=words):
        asked(found)
    assert found.fresh().state == State.IN_REVIEW
    assert not ConsentRequest.objects.exists()


def test_consent_under_words_that_changed_is_asked_again() -> None:
    found = cast.case("in_review", "water_alliance")
    row = Consent.objects.get(intake=found.intake, organisation="water_alliance")
    row.pk, row.text_version = None, "1999.1"
    row.save(force_insert=True)
    assert asked(found).state == State.AWAITING_CONSENT


def test_nobody_is_asked_when_the_kvk_itself_may_not_look() -> None:
    found = outside()
    consents.take_back(Consent.objects.get(intake=found.intake, purpose="C1"), NOW)
    with pytest.raises(Refused, match="toestemming voor de KvK"):
        asked(found)


def test_kvk_and_an_organisation_outside_the_policy_are_not_asked_for() -> None:
    found = outside()
    for code in ("kvk", "nergens"):
        with pytest.raises(Refused, match="niet in het beleid"):
            asked(found, cast.partner(code))


def test_asking_from_the_queue_claims_it() -> None:
    assert asked(outside("queued")).state == State.AWAITING_CONSENT


def test_colleague_old_form_and_double_click() -> None:
    found = outside()
    with pytest.raises(Refused, match="Bert"):
        asked(found, advisor=cast.advisor("daan"))
    with pytest.raises(Stale):
        asked(found, version=1)
    for _ in range(2):
        asked(found, key="twice", version=2)
    assert ConsentRequest.objects.count() == 1


# --- C1, C2 -----------------------------------------------------------------------------------------------------------


def test_yes_appends_the_exact_sentence_and_puts_it_in_the_queue_for_anyone() -> None:
    found = outside()
    asked(found)
    for _ in range(2):
        yes(found, key="once")
    row, request = found.fresh(), ConsentRequest.objects.get()
    consent = Consent.objects.get(intake=found.intake, organisation="water_alliance", given=True)
    box = requests.box_for("water_alliance", "nl")
    assert (consent.text_version, consent.text_digest, consent.source) == (VERSION, box.digest, "follow")
    assert "Water Alliance" in box.text
    assert (row.state, row.owner, request.given, request.closed_at) == (State.QUEUED, None, True, LATER)
    told = Outgoing.objects.get(kind="mail.consent_given_to_advisor")
    assert told.recipient == f"advisor:{found.advisor.pk}"
    offering.offer(row.pk, found.partner.pk, advisor=found.advisor, version=row.version, key=cast.key(), now=LATER)
    assert found.fresh().state == State.OFFERED


def test_yes_to_words_that_changed_while_the_page_stood_open_counts_for_nothing() -> None:
    found = outside()
    asked(found)
    with pytest.raises(Refused, match="Lees hem opnieuw"):
        yes(found, "1999.1")
    assert found.fresh().state == State.AWAITING_CONSENT
    assert not Consent.objects.filter(intake=found.intake, organisation="water_alliance", given=True).exists()


def test_english_page_agrees_to_the_english_sentence() -> None:
    box = requests.box_for("water_alliance", "en")
    assert box.text_version == f"en-{VERSION}"
    assert box.text.startswith("May ")


def test_no_goes_back_to_the_kvk_while_another_may_still_help() -> None:
    found = cast.case("in_review", "ondernemend_friesland")
    asked(found)
    assert closing.somebody_left(found.fresh(), NOW.date())
    for _ in range(2):
        no(found, key="once")
    row = found.fresh()
    assert (row.state, row.owner, row.reason, row.due_kind) == (
        State.RETURNED, found.advisor, "consent_refused", "next_partner",
    )  # fmt: skip
    newest = consents.newest(found.intake.pk)["C2", "water_alliance"]
    assert (newest.given, newest.source) == (False, "follow")
    assert ConsentRequest.objects.get().given is False
    assert Outgoing.objects.filter(kind="mail.consent_refused_to_advisor").count() == 1


def test_no_withdraws_the_referral_when_nobody_is_left() -> None:
    found = outside()
    # An activity for which the policy does not name the KvK.
    Referral.objects.filter(pk=found.referral.pk).update(activity="P4")
    asked(found)
    for row in consents.newest(found.intake.pk).values():
        if row.given and row.organisation:
            consents.take_back(row, NOW)
    assert not closing.somebody_left(found.fresh(), NOW.date())
    row = no(found)
    assert (row.state, row.outcome, row.reason) == (State.WITHDRAWN, "withdrawn", "consent_refused")
    assert consents.newest(found.intake.pk)["C2", "water_alliance"].given is False


def test_no_to_new_words_ends_what_that_organisation_still_did_under_the_old() -> None:
    found = cast.case("in_progress")
    Outgoing.objects.filter(kind="mail.offer").update(state=Outgoing.State.DONE)
    rows = Consent.objects.filter(intake=found.intake, organisation="water_alliance")
    Consent.objects.create(
        intake=found.intake, purpose="C2", organisation="water_alliance", given=True, text_version="2000.1",
        text_digest=rows.get().text_digest, source="follow", at=NOW,
    )  # fmt: skip
    other = found.intake.referrals.get(activity="V1")
    requests.request_consent(other.pk, found.partner.pk, advisor=found.advisor, version=1, key=cast.key(), now=NOW)
    requests.refuse(other.pk, key=cast.key(), now=LATER)
    other.refresh_from_db()
    assert (found.fresh().state, found.fresh().reason) == (State.RETURNED, "consent_withdrawn")
    assert found.fresh_offer().state == "withdrawn"
    assert (other.state, other.reason) == (State.RETURNED, "consent_refused")
    assert Outgoing.objects.filter(kind="mail.withdrawn_to_partner").count() == 1


def test_answer_without_a_question_or_after_the_other_answer() -> None:
    found = outside()
    with pytest.raises(NotAllowed):
        yes(found)
    asked(found)
    yes(found)
    with pytest.raises(NotAllowed):
        no(found)


def test_withdrawing_another_consent_does_not_answer_the_request() -> None:
    found = outside()
    Referral.objects.filter(pk=found.referral.pk).update(activity="P4")
    asked(found)
    closing.withdraw(found.intake.pk, ("C2", "nom"), actor="entrepreneur", key=cast.key(), now=LATER)
    assert found.fresh().state == State.AWAITING_CONSENT
    assert yes(found).state == State.QUEUED


def test_withdrawing_everything_ends_the_request_too() -> None:
    found = outside()
    asked(found)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    assert found.fresh().state == State.WITHDRAWN
    assert ConsentRequest.objects.get().closed_at == LATER


def test_erasing_ends_the_request() -> None:
    found = outside()
    asked(found)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    assert ConsentRequest.objects.get().closed_at == LATER
    with pytest.raises(Gone):
        yes(found)


# --- X4 ---------------------------------------------------------------------------------------------------------------


def test_company_that_comes_back_after_the_term_is_asked_again() -> None:
    found = lapsed()
    with pytest.raises(Refused, match="ten minste 10 tekens"):
        requests.ask_again(found.referral.pk, advisor=found.advisor, text="ja", version=3, key="a", now=LATER)
    for _ in range(2):
        row = requests.ask_again(
            found.referral.pk, advisor=found.advisor, text="Anna belde zelf terug", version=3, key="b", now=LATER
        )
    assert (row.state, row.outcome, row.closed_at, row.owner) == (State.AWAITING_CONSENT, "", None, found.advisor)
    assert [one.organisation for one in ConsentRequest.objects.order_by("id")] == ["water_alliance"] * 2
    assert Note.objects.get().text == "Anna belde zelf terug"
    assert yes(found).state == State.QUEUED


def test_other_closed_states_are_no_request_to_ask_again() -> None:
    found = cast.case("completed")
    with pytest.raises(Refused, match="Heropen"):
        requests.ask_again(
            found.referral.pk, advisor=found.advisor, text="Anna belde zelf terug",
            version=found.fresh().version, key="a", now=LATER + timedelta(days=1),
        )  # fmt: skip
    assert door.read(found.referral.pk, None).state == State.COMPLETED
