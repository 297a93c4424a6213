"""Partners as the matching sees them: their work and their turn, conflicts with a company, and the words of consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake.models import Consent, Intake
from intake.policies import policy
from referrals.domain.english_consent import english_version
from referrals.domain.lifecycle import State
from referrals.domain.matching import Obstacle, PartnerProfile
from referrals.models import Partner, Referral
from referrals.services import answering, consents, directory, offering
from referrals.services.errors import Refused
from tests.referrals.desk import making
from tests.referrals.directory.making import ended_offer
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
NOW = making.NOW
TODAY = NOW.date()


def profile(referral: Referral, partner: Partner) -> PartnerProfile:
    (found,) = directory.profiles(referral, [partner], TODAY)
    return found


def obstacles(referral: Referral, partner: Partner) -> tuple[Obstacle, ...]:
    refused = {one.partner.code: one.obstacles for one in directory.matches(referral, TODAY).refusals}
    return refused.get(partner.code, ())


def test_open_work_counts_and_closed_work_does_not() -> None:
    partner, other = making.partner("a"), making.partner("b")
    for to in (partner, partner, other):
        making.referral(partner=to, state=State.ACCEPTED)
    making.referral(partner=partner, state="completed", closed_at=NOW, outcome="advice_given", next_due_at=None)
    row = making.referral()
    assert profile(row, partner).open_count == 2
    assert profile(row, other).open_count == 1


def test_the_newest_offer_tells_since_when_a_partner_waits() -> None:
    partner, fresh = making.partner("a"), making.partner("b")
    for days in (3, 1, 2):
        ended_offer(partner, at=NOW - timedelta(days=days))
    row = making.referral()
    assert profile(row, partner).last_offered_at == NOW - timedelta(days=1)
    assert profile(row, fresh).last_offered_at is None


def test_load_of_all_partners_is_one_question_to_the_database() -> None:
    few = [making.partner(f"p{number}").pk for number in range(12)]
    with CaptureQueriesContext(connection) as asked:
        assert len(directory.loads(few)) == 12
    assert len(asked) == 1


def conflict(partner: Partner, of: Intake) -> None:
    ended_offer(partner, reason="conflict", of=of)


def test_a_conflict_of_interest_blocks_the_company_in_another_scan_too() -> None:
    partner = making.partner()
    conflict(partner, making.intake(kvk_number="90000749"))
    again = making.referral(of=making.intake(kvk_number="90000749", consents=("metaalunie",)))
    other = making.referral(of=making.intake(kvk_number="90000757", consents=("metaalunie",)))
    assert obstacles(again, partner) == (Obstacle.CONFLICT,)
    assert obstacles(other, partner) == ()


def test_companies_without_a_number_are_not_taken_for_one() -> None:
    partner = making.partner()
    first = making.intake(kvk_number="")
    conflict(partner, first)
    other = making.referral(of=making.intake(kvk_number="", consents=("metaalunie",)))
    assert obstacles(other, partner) == ()
    assert profile(making.referral(of=first, activity="P5"), partner).blocked


def test_a_conflict_blocks_only_the_partner_that_named_it() -> None:
    partner, other = making.partner("metaalunie"), making.partner("nom")
    case = making.intake(consents=("metaalunie", "nom"))
    conflict(partner, case)
    row = making.referral(of=case, activity="P5")
    assert not profile(row, other).blocked


def reworded(monkeypatch: pytest.MonkeyPatch, version: str = "2027.1") -> None:
    """Let the policy in force ask for consent in other words."""
    rules = policy()
    words = {**rules.consents, "C2": replace(rules.consents["C2"], text_version=version)}
    newer = replace(rules, consents=words)
    monkeypatch.setattr(directory, "policy", lambda name=None: policy(name) if name else newer)


def test_consent_under_older_words_is_not_enough_for_a_new_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("in_review")
    assert obstacles(found.referral, found.partner) == ()
    reworded(monkeypatch)
    (refusal,) = [
        one
        for one in directory.matches(found.referral, TODAY).refusals
        if one.partner.organisation == found.partner.organisation
    ]
    assert refusal.obstacles == (Obstacle.OLD_CONSENT,)
    assert refusal.consent_would_do
    with pytest.raises(Refused, match="De tekst van de toestemming is veranderd"):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
        )


def test_what_was_offered_under_older_words_may_still_be_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("offered")
    reworded(monkeypatch)
    assert found.offer is not None
    answering.accept(found.offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW)
    assert found.fresh().state == State.ACCEPTED


def test_a_new_yes_under_the_new_words_counts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("in_review")
    reworded(monkeypatch)
    agree(found.intake, "water_alliance", "2027.1")
    assert obstacles(found.referral, found.partner) == ()


def agree(intake: Intake, organisation: str, version: str, *, given: bool = True) -> None:
    Consent.objects.create(
        intake=intake, purpose="C2", organisation=organisation, given=given, text_version=version,
        text_digest="0" * 64, source="follow", at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "given", "current", "outdated"),
    [
        ("2027.1", True, True, False),
        (english_version("2027.1"), True, True, False),
        ("2013.1", True, False, True),
        ("2027.1", False, False, False),
        ("2013.1", False, False, False),
    ],
)
def test_the_newest_word_decides_under_which_words_consent_stands(
    version: str, given: bool, current: bool, outdated: bool
) -> None:
    case = making.intake(consents=("nom",))
    agree(case, "nom", version, given=given)
    now, before = consents.by_words(consents.newest(case.pk), "2027.1")
    assert ("nom" in now, "nom" in before) == (current, outdated)
    assert "kvk" in now
    assert now | before == consents.organisations(case.pk)


def test_without_the_kvk_nobody_stands_under_any_words() -> None:
    case = making.intake(consents=("nom",))
    Consent.objects.create(
        intake=case, purpose="C1", given=False, text_version="2013.1", text_digest="0" * 64, source="follow", at=NOW
    )
    assert consents.by_words(consents.newest(case.pk), "2013.1") == (frozenset(), frozenset())
