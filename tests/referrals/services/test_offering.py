"""Claiming, offering, recalling and doing it ourselves: what works, and what each guard refuses."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import transaction

from intake.models import Consent
from nnmkb.ledger import events, tokens
from nnmkb.ledger.models import Outgoing
from referrals.domain.dossier import digest
from referrals.domain.lifecycle import Action, Actor
from referrals.models import Dossier, Offer, Partner, Referral
from referrals.services import access, answering, closing, consents, door, offering, queue
from referrals.services.errors import Gone, Refused, Stale
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


def test_claim_makes_the_advisor_owner_and_starts_the_clock() -> None:
    found = cast.case("in_review").fresh()
    assert (found.state, found.owner, found.version, found.due_kind) == ("in_review", cast.advisor(), 2, "review")


def test_second_claim_says_who_was_first() -> None:
    found = cast.case("in_review")
    with pytest.raises(Stale) as stale:
        queue.claim(found.referral.pk, advisor=cast.advisor("daan"), version=1, key=cast.key(), now=cast.NOW)
    assert [event.kind for event in stale.value.what_changed] == ["referral_claimed"]
    assert stale.value.referral.owner == found.advisor


def test_replayed_claim_gives_the_same_result_and_one_event() -> None:
    found = cast.case()
    key = cast.key()
    for _ in range(2):
        got = queue.claim(found.referral.pk, advisor=found.advisor, version=1, key=key, now=cast.NOW)
        assert got.state == "in_review"
    assert [event.kind for event in events.history(found.referral.stream)].count("referral_claimed") == 1


def test_release_puts_it_back_without_owner() -> None:
    found = cast.case("in_review")
    got = queue.release(found.referral.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    assert (got.state, got.owner_id) == ("queued", None)


def test_only_the_owner_releases() -> None:
    found = cast.case("in_review")
    with pytest.raises(Refused, match="is van Bert"):
        queue.release(found.referral.pk, advisor=cast.advisor("daan"), version=2, key=cast.key(), now=cast.NOW)


def test_offer_freezes_a_dossier_and_promises_pdf_before_mail() -> None:
    found = cast.case("offered")
    offer = found.fresh_offer()
    assert (offer.state, offer.attempt, offer.partner_name) == ("open", 1, found.partner.name)
    assert offer.dossier.digest == digest(offer.dossier.content)
    for line in offer.dossier.content["consent"]:
        assert hashlib.sha256(line["text"].encode()).hexdigest() == line["text_digest"]
    rendering = Outgoing.objects.get(kind="dossier.render")
    assert rendering.recipient == f"dossier:{offer.dossier_id}"
    assert Outgoing.objects.get(kind="mail.offer").after == rendering
    assert Outgoing.objects.get(kind="mail.offer_to_entrepreneur").recipient == f"intake:{found.intake.pk}"
    referral = found.fresh()
    assert (referral.state, referral.partner, referral.due_kind) == ("offered", found.partner, "response")
    assert referral.next_due_at == offer.respond_by


def test_link_of_an_offer_is_derived_and_only_its_digest_is_stored() -> None:
    offer = cast.case("offered").fresh_offer()
    token = offering.token_of(offer)
    assert offer.link_digest == tokens.digest(token)
    assert access.offer_by_token(token) == offer


def test_term_of_the_partner_decides_the_deadline() -> None:
    found = cast.case("in_review")
    slow = cast.partner("nhl_stenden", response_days=10)
    closing.withdraw_referral(
        Referral.objects.get(intake=found.intake, activity="V1").pk, actor="entrepreneur", key=cast.key(), now=cast.NOW
    )
    offer = offering.offer(found.referral.pk, slow.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    assert offer.respond_by - cast.NOW > timedelta(days=13)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"active": False}, "Doet niet meer mee"),
        ({"paused_until": (cast.NOW + timedelta(days=9)).date()}, "Heeft pauze tot"),
        ({"capacity": 0}, "Is vol"),
        ({"activities": ["A3"]}, "Doet deze activiteit niet"),
        ({"provinces": ["drenthe"]}, "Werkt niet in deze provincie"),
        ({"sectors": ["bouw"]}, "Werkt niet voor deze sector"),
    ],
)
def test_offer_to_a_partner_that_does_not_fit_is_refused(change: dict[str, object], why: str) -> None:
    found = cast.case("in_review")
    Partner.objects.filter(pk=found.partner.pk).update(**change)
    with pytest.raises(Refused, match=why):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
        )
    assert not Offer.objects.exists()
    assert not Dossier.objects.exists()


def test_offer_to_an_organisation_without_consent_is_refused() -> None:
    found = cast.case("in_review", "nom")
    with pytest.raises(Refused, match="Vraag toestemming"):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
        )


def test_consent_withdrawn_just_before_the_offer_stops_it() -> None:
    found = cast.case("in_review")
    closing.withdraw(found.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=cast.NOW)
    with pytest.raises(Refused, match="Vraag toestemming"):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
        )


def test_offer_with_a_stale_form_changes_nothing() -> None:
    found = cast.case("in_review")
    with pytest.raises(Stale):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=1, key=cast.key(), now=cast.NOW
        )
    assert not Offer.objects.exists()


def test_offer_from_the_queue_claims_first_and_leaves_it_there_when_it_is_refused() -> None:
    found = cast.case()
    full = cast.partner("water_alliance", capacity=0)
    with pytest.raises(Refused, match="Is vol"):
        offering.offer(found.referral.pk, full.pk, advisor=found.advisor, version=1, key=cast.key(), now=cast.NOW)
    assert (found.fresh().state, found.fresh().owner, found.fresh().version) == ("queued", None, 1)
    cast.partner("water_alliance", capacity=5)
    offering.offer(found.referral.pk, full.pk, advisor=found.advisor, version=1, key=cast.key(), now=cast.NOW)
    assert (found.fresh().state, found.fresh().owner) == ("offered", found.advisor)
    kinds = [event.kind for event in events.history(found.referral.stream)]
    assert kinds[-2:] == ["referral_claimed", "offer_made"]


def test_replayed_offer_returns_the_first_one() -> None:
    found = cast.case("in_review")
    key = cast.key()
    made = [
        offering.offer(found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=key, now=cast.NOW)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert Offer.objects.count() == 1


def test_recall_kills_the_link_and_tells_the_partner_only_when_it_had_heard() -> None:
    found = cast.case("offered")
    token = offering.token_of(found.fresh_offer())
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.LATER)
    assert found.fresh().state == "in_review"
    with pytest.raises(Gone, match="haalde dit aanbod terug"):
        access.offer_by_token(token)
    # The mail of the offer had not gone out yet, so it is taken back instead of followed by another.
    assert Outgoing.objects.get(kind="mail.offer").state == "done"
    assert not Outgoing.objects.filter(kind="mail.recalled").exists()


def test_recall_after_the_mail_went_out_is_followed_by_a_mail() -> None:
    found = cast.case("offered")
    Outgoing.objects.filter(kind="mail.offer").update(state="done")
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.LATER)
    assert Outgoing.objects.get(kind="mail.recalled").recipient == f"offer:{found.fresh_offer().pk}"


def test_after_a_decline_another_partner_can_be_asked_in_one_step() -> None:
    found = cast.case("returned")
    other = cast.partner("nhl_stenden")
    version = found.fresh().version
    second = offering.offer(
        found.referral.pk, other.pk, advisor=found.advisor, version=version, key=cast.key(), now=cast.LATER
    )
    assert (second.attempt, second.partner) == (2, other)
    referral = found.fresh()
    assert (referral.state, referral.attempts) == ("offered", 1)
    kinds = [event.kind for event in events.history(referral.stream)]
    assert kinds[-3:] == ["offer_declined", "search_resumed", "offer_made"]


def test_partner_that_declined_is_not_asked_again_without_a_reason() -> None:
    found = cast.case("returned")
    version = found.fresh().version
    with pytest.raises(Refused, match="Wees deze doorverwijzing eerder af"):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=version, key=cast.key(), now=cast.LATER
        )
    forced = offering.offer(
        found.referral.pk,
        found.partner.pk,
        advisor=found.advisor,
        version=version,
        key=cast.key(),
        now=cast.LATER,
        force_reason="De partner belde: het kan toch.",
    )
    assert forced.attempt == 2


def test_partner_with_a_conflict_of_interest_is_never_asked_again() -> None:
    found = cast.case("offered")
    answering.decline(found.fresh_offer().pk, actor=found.actor, reason="conflict", key=cast.key(), now=cast.NOW)
    with pytest.raises(Refused, match="belangenconflict"):
        offering.offer(
            found.referral.pk,
            found.partner.pk,
            advisor=found.advisor,
            version=found.fresh().version,
            key=cast.key(),
            now=cast.LATER,
            force_reason="Toch maar weer proberen.",
        )


def test_fourth_attempt_needs_the_team_lead() -> None:
    found = cast.case("returned")
    Referral.objects.filter(pk=found.referral.pk).update(attempts=2)
    version = found.fresh().version
    with pytest.raises(Refused, match="teamleider"):
        queue.reconsider(found.referral.pk, advisor=found.advisor, version=version, key=cast.key(), now=cast.NOW)
    lead = cast.advisor("bert", lead=True)
    got = queue.reconsider(found.referral.pk, advisor=lead, version=version, key=cast.key(), now=cast.NOW)
    assert (got.state, got.attempts) == ("in_review", 3)


def test_kvk_helps_itself_without_mail_to_a_partner() -> None:
    found = cast.case("in_review")
    cast.partner("kvk", name="Kamer van Koophandel")
    offer = offering.handle_ourselves(found.referral.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    assert (offer.state, found.fresh().state) == ("accepted", "accepted")
    kinds = set(Outgoing.objects.values_list("kind", flat=True))
    assert "mail.accepted" in kinds
    assert "mail.offer" not in kinds


def test_kvk_does_not_help_itself_with_what_the_policy_gives_to_others() -> None:
    found = cast.case("in_review")
    cast.partner("kvk")
    investor = Referral.objects.get(intake=found.intake, activity="V1")
    queue.claim(investor.pk, advisor=found.advisor, version=1, key=cast.key(), now=cast.NOW)
    with pytest.raises(Refused, match="noemt de KvK niet"):
        offering.handle_ourselves(investor.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)


def test_change_that_came_in_between_reading_and_writing_wins() -> None:
    found = cast.case("in_review")
    mine = door.read(found.referral.pk, 2)
    queue.release(found.referral.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    with pytest.raises(Stale) as stale, transaction.atomic():
        door.move(mine, Action.RELEASE, Actor.ADVISOR, actor="advisor:1", at=cast.NOW)
    assert [event.kind for event in stale.value.what_changed] == ["claim_released"]
    assert found.fresh().version == 3


def test_kvk_does_not_help_itself_after_its_consent_was_withdrawn() -> None:
    found = cast.case("in_review")
    cast.partner("kvk")
    given = Consent.objects.get(intake=found.intake, purpose="C1")
    consents.take_back(given, cast.NOW)
    with pytest.raises(Refused, match="toestemming voor de KvK"):
        offering.handle_ourselves(found.referral.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)


def test_second_live_offer_is_refused_even_when_the_state_would_allow_it() -> None:
    found = cast.case("offered")
    Referral.objects.filter(pk=found.referral.pk).update(state="in_review")
    with pytest.raises(Refused, match="loopt al een aanbod"):
        offering.offer(
            found.referral.pk, found.partner.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.LATER
        )


def test_offer_to_the_kvk_is_refused_because_it_gets_no_link() -> None:
    found = cast.case("in_review")
    kvk = cast.partner("kvk")
    with pytest.raises(Refused, match="Zelf behandelen"):
        offering.offer(found.referral.pk, kvk.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW)
    assert found.fresh().state == "in_review"
