"""What a decline brings up: the third «niet onze activiteit» in 90 days, a wrong entry in the partner list, a pause."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.reasons import AUTOMATIC_RETURN_REASONS, DECLINE_REASONS
from referrals.models import Offer, Partner, ReviewItem
from referrals.services import reviewing
from referrals.services.errors import Refused
from tests.referrals.desk import making
from tests.referrals.directory.making import ended_offer

pytestmark = pytest.mark.django_db
NOW = making.NOW
REASONS = DECLINE_REASONS | AUTOMATIC_RETURN_REASONS
_numbers = itertools.count(1)


def decline(offer: Offer, reason: str, at: datetime = NOW, until: date | None = None) -> None:
    """Let follow what follows from a decline."""
    with transaction.atomic():
        reviewing.after_decline(offer, REASONS[reason], until=until, now=at)


def no_activity_of_ours(at: datetime, *rules: str) -> None:
    """A partner says that this is not its activity."""
    decline(ended_offer(making.partner(f"p{next(_numbers)}"), rules=list(rules)), "not_our_activity", at)


def open_rules() -> list[tuple[str, int]]:
    return [(item.rule, item.count) for item in reviewing.open_items().filter(kind="rule")]


def test_the_third_decline_in_ninety_days_asks_for_a_look_at_the_rule() -> None:
    no_activity_of_ours(NOW, "R-P4")
    no_activity_of_ours(NOW + timedelta(days=1), "R-P4")
    assert open_rules() == []
    no_activity_of_ours(NOW + timedelta(days=90), "R-P4")
    assert open_rules() == [("R-P4", 3)]
    opened = events.history("rule:R-P4")[-1]
    assert (opened.kind, opened.payload["count"]) == ("review_opened", 3)


def test_three_declines_in_ninety_one_days_are_not_enough() -> None:
    for days in (0, 1, 91):
        no_activity_of_ours(NOW + timedelta(days=days), "R-P4")
    assert open_rules() == []


def test_a_fourth_decline_raises_the_count_of_the_same_item() -> None:
    for days in range(4):
        no_activity_of_ours(NOW + timedelta(days=days), "R-P4")
    assert open_rules() == [("R-P4", 4)]
    item = ReviewItem.objects.get()
    assert (item.opened_at, item.last_at) == (NOW + timedelta(days=2), NOW + timedelta(days=3))


def test_each_rule_of_the_referral_is_counted_apart() -> None:
    no_activity_of_ours(NOW, "R-P4", "R-P5")
    no_activity_of_ours(NOW, "R-P5")
    no_activity_of_ours(NOW, "R-P5", "R-P5")
    assert open_rules() == [("R-P5", 3)]


def test_without_a_rule_the_activity_is_counted() -> None:
    for _ in range(3):
        no_activity_of_ours(NOW)
    assert open_rules() == [("P4", 3)]


def test_after_a_look_only_later_declines_count() -> None:
    for _ in range(3):
        no_activity_of_ours(NOW, "R-P4")
    reviewing.close(ReviewItem.objects.get().pk, by=making.staff(), now=NOW + timedelta(hours=1))
    for days in (1, 2):
        no_activity_of_ours(NOW + timedelta(days=days), "R-P4")
    assert open_rules() == []
    no_activity_of_ours(NOW + timedelta(days=3), "R-P4")
    assert open_rules() == [("R-P4", 3)]


@pytest.mark.parametrize("reason", ["region", "sector", "undeliverable"])
def test_a_wrong_entry_asks_for_a_look_at_the_partner_once_per_reason(reason: str) -> None:
    partner = making.partner()
    offer = ended_offer(partner)
    decline(offer, reason)
    decline(offer, reason, NOW + timedelta(days=200))
    item = ReviewItem.objects.get()
    assert (item.kind, item.partner, item.reason, item.count) == ("directory", partner, reason, 2)
    assert item.last_at == NOW + timedelta(days=200)
    assert [event.kind for event in events.history(partner.stream)] == ["review_opened"]


def test_partners_and_reasons_are_looked_at_apart() -> None:
    first, second = ended_offer(making.partner("a")), ended_offer(making.partner("b"))
    for offer, reason in ((first, "region"), (first, "sector"), (second, "region")):
        decline(offer, reason)
    assert sorted(ReviewItem.objects.values_list("partner__code", "reason", "count")) == [
        ("a", "region", 1),
        ("a", "sector", 1),
        ("b", "region", 1),
    ]


@pytest.mark.parametrize("reason", ["conflict", "not_ready", "not_eligible", "already_client", "other", "no_response"])
def test_other_reasons_bring_up_nothing(reason: str) -> None:
    decline(ended_offer(making.partner()), reason)
    assert not ReviewItem.objects.exists()
    assert not Event.objects.filter(stream__startswith="rule:").exists()


def test_a_pause_for_lack_of_capacity_is_on_record_and_makes_an_open_form_stale() -> None:
    partner = making.partner(paused_until=date(2026, 12, 24))
    offer = ended_offer(partner)
    decline(offer, "capacity", until=date(2026, 12, 24))
    (event,) = events.history(partner.stream)
    assert (event.kind, event.payload["until"], event.actor) == (
        "partner_paused",
        "2026-12-24",
        f"partner:{partner.pk}",
    )
    assert Partner.objects.get().version == event.payload["version"] == 2


def test_a_decline_without_a_date_pauses_nobody() -> None:
    partner = making.partner()
    decline(ended_offer(partner), "capacity")
    assert events.history(partner.stream) == []
    assert Partner.objects.get().version == 1


@pytest.mark.parametrize("until", [None, date(2026, 12, 1)])
def test_a_pause_that_runs_already_is_not_recorded_as_one_of_this_decline(until: date | None) -> None:
    partner = making.partner(paused_until=date(2026, 12, 24))
    decline(ended_offer(partner), "capacity", until=until)
    assert events.history(partner.stream) == []
    assert Partner.objects.get().version == 1


def test_an_item_is_closed_once_and_the_history_says_by_whom() -> None:
    partner, anke = making.partner(), making.staff()
    decline(ended_offer(partner), "region")
    item = ReviewItem.objects.get()
    closed = reviewing.close(item.pk, by=anke, now=NOW)
    assert (closed.closed_at, closed.closed_by) == (NOW, anke)
    with pytest.raises(Refused, match="al nagekeken"):
        reviewing.close(item.pk, by=anke, now=NOW)
    assert [(event.kind, event.actor) for event in events.history(partner.stream)][1:] == [
        ("review_closed", f"staff:{anke.pk}")
    ]


def test_a_new_decline_after_a_look_opens_a_new_item() -> None:
    offer = ended_offer(making.partner())
    decline(offer, "region")
    reviewing.close(ReviewItem.objects.get().pk, by=making.staff(), now=NOW)
    decline(offer, "region")
    assert [item.count for item in reviewing.open_items()] == [1]
    assert ReviewItem.objects.count() == 2
