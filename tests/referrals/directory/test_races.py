"""Several at the same moment, on both databases: every decline counts, one item opens, one change of an entry wins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from nnmkb.ledger import events
from referrals.domain.lifecycle import State
from referrals.domain.reasons import DECLINE_REASONS
from referrals.models import Offer, Partner, Referral, ReviewItem
from referrals.services import door, offering, partners, reviewing
from referrals.services.errors import Refused
from referrals.services.partner_entry import Entry
from referrals.services.partners import Outdated
from tests.referrals.desk import making
from tests.referrals.directory.making import change, ended_offer
from tests.referrals.services.test_races import CROWD, together

pytestmark = pytest.mark.django_db(transaction=True)


def declining(offer: Offer, reason: str) -> Callable[[], object]:
    """Return the decline of an offer as the answering service does it: in a transaction that is tried again."""

    def work(_: str | None) -> None:
        reviewing.after_decline(offer, DECLINE_REASONS[reason], now=making.NOW)

    return lambda: door.once("test", None, work, lambda _: None)


def test_three_declines_at_one_moment_are_three() -> None:
    offers = [ended_offer(making.partner(f"p{number}"), rules=["R-P4"]) for number in range(reviewing.ENOUGH)]
    assert together([declining(offer, "not_our_activity") for offer in offers]) == [None] * len(offers)
    assert list(ReviewItem.objects.values_list("rule", "count")) == [("R-P4", 3)]


def test_declines_for_the_same_rules_in_another_order_wait_for_each_other() -> None:
    rules = [["R-P4", "R-P5"], ["R-P5", "R-P4"]] * 2
    offers = [ended_offer(making.partner(f"p{number}"), rules=row) for number, row in enumerate(rules)]
    assert together([declining(offer, "not_our_activity") for offer in offers]) == [None] * len(offers)
    assert sorted(ReviewItem.objects.values_list("rule", "count")) == [("R-P4", 4), ("R-P5", 4)]


def test_declines_of_one_partner_at_one_moment_open_one_item_and_all_count() -> None:
    partner = making.partner()
    offers = [ended_offer(partner) for _ in range(4)]
    assert together([declining(offer, "region") for offer in offers]) == [None] * len(offers)
    assert list(ReviewItem.objects.values_list("partner", "reason", "count")) == [(partner.pk, "region", 4)]
    assert [event.kind for event in events.history(partner.stream)] == ["review_opened"]


def test_one_of_eight_closes_an_item() -> None:
    partner = making.partner()
    declining(ended_offer(partner), "region")()
    item, people = ReviewItem.objects.get(), [making.staff(f"lead{number}", "team_lead") for number in range(CROWD)]
    results = together(
        [lambda one=one: reviewing.close(item.pk, by=one, now=making.NOW) for one in people]  # type: ignore[misc]
    )
    assert sum(isinstance(one, ReviewItem) for one in results) == 1
    assert sum(isinstance(one, Refused) for one in results) == CROWD - 1
    assert [event.kind for event in events.history(partner.stream)] == ["review_opened", "review_closed"]


def test_one_of_eight_changes_an_entry_and_the_others_hear_what_changed() -> None:
    partner = making.partner("nom")
    people = [making.staff(f"lead{number}", "team_lead") for number in range(CROWD)]

    def changing(number: int) -> Callable[[], object]:
        entry = Entry("NOM", "nom", "post@nom.example", "link", 5, 30 + number)
        return lambda: partners.change(partner.pk, entry, change(people[number], partner))

    results = together([changing(number) for number in range(CROWD)])
    assert sum(isinstance(one, Partner) for one in results) == 1
    lost = [one for one in results if isinstance(one, Outdated)]
    assert len(lost) == CROWD - 1
    assert all(one.what_changed for one in lost)
    assert [event.kind for event in events.history(partner.stream)] == ["partner_changed"]
    assert Partner.objects.get().version == 2


def test_one_form_sent_eight_times_at_once_is_one_change() -> None:
    partner, harm = making.partner("nom"), making.staff("harm", "team_lead")
    given = change(harm, partner)
    results = together([lambda: partners.checked(partner.pk, given)] * CROWD)
    assert all(isinstance(one, Partner) for one in results), results
    assert [event.kind for event in events.history(partner.stream)] == ["partner_checked"]


def test_one_of_eight_adds_a_partner_for_an_organisation() -> None:
    people = [making.staff(f"lead{number}", "team_lead") for number in range(CROWD)]
    entry = Entry("NOM", "nom", "post@nom.example", "link", 5, 20)
    results = together(
        [
            lambda one=one: partners.add(entry, by=one, key=f"k{one.pk}", now=making.NOW)  # type: ignore[misc]
            for one in people
        ]
    )
    assert sum(isinstance(one, Partner) for one in results) == 1, results
    assert sum(isinstance(one, Refused) for one in results) == CROWD - 1
    assert Partner.objects.count() == 1


def test_the_last_place_of_a_partner_is_given_once() -> None:
    partner = making.partner(capacity=1)
    owners = [making.staff(f"adviseur{number}") for number in range(4)]
    rows = [
        making.referral(of=making.intake(consents=("metaalunie",)), state=State.IN_REVIEW, owner=one) for one in owners
    ]

    def offering_it(row: Referral, one: User) -> Callable[[], object]:
        return lambda: offering.offer(row.pk, partner.pk, advisor=one, version=1, key=f"k{row.pk}", now=making.NOW)

    results = together([offering_it(row, one) for row, one in zip(rows, owners, strict=True)])
    assert sum(isinstance(one, Offer) for one in results) == 1, results
    assert all("Is vol: 1 van 1" in str(one) for one in results if not isinstance(one, Offer)), results
    assert Offer.objects.count() == 1
