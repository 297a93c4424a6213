"""What a decline sets in motion beyond its referral: a look at a rule or at the partner list, a pause on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.reasons import Consequence, Reason
from referrals.models import Offer, Partner, ReviewItem
from referrals.services import door
from referrals.services.errors import Refused

# So many declines «niet onze activiteit» within this term, and somebody looks at the rule.
ENOUGH = 3
TERM = timedelta(days=90)
COUNTED = "rule_declined"
SYSTEM = "system"


def after_decline(offer: Offer, reason: Reason, *, now: datetime, until: date | None = None) -> None:
    """Carry out what follows from the reason; call it inside the transaction that ended the offer.

    `offer.referral` is loaded, and a pause for lack of capacity `until` a day is on the partner already. A conflict
    of interest needs no row of its own: directory.profiles reads it from the offer. May raise LostRace, for door.once
    to repeat.
    """
    if reason.consequence is Consequence.REVIEW_RULE:
        for rule in sorted(set(offer.referral.rules) or {offer.referral.activity}):
            _count(rule, offer, reason, now)
    elif reason.consequence is Consequence.CORRECT_DIRECTORY:
        look_at(offer.partner_id, reason.code, now)
    elif reason.consequence is Consequence.PAUSE_PARTNER:
        _record_pause(offer, reason, until, now)


def rule_stream(rule: str) -> str:
    """Return the name of the history of a rule, or of an activity that no rule led to."""
    return f"rule:{rule}"


def declines_of(rule: str, now: datetime) -> int:
    """Return how often partners said «niet onze activiteit» to this rule in the term, since somebody looked at it."""
    counted = Event.objects.filter(stream=rule_stream(rule), kind=COUNTED, at__gte=now - TERM, at__lte=now)
    looked = _items(rule).filter(closed_at__isnull=False).order_by("-closed_at").values_list("closed_at", flat=True)
    seen = looked.first()
    return counted.filter(at__gt=seen).count() if seen else counted.count()


def open_items() -> QuerySet[ReviewItem]:
    """Return what waits for a look, longest first."""
    return ReviewItem.objects.filter(closed_at__isnull=True).select_related("partner").order_by("opened_at", "id")


def behind(items: Iterable[ReviewItem], *, most: int) -> Iterator[tuple[ReviewItem, list[Offer]]]:
    """Return for each item the newest declines that brought it up."""
    for item in items:
        if item.partner_id:
            ended = Offer.objects.filter(partner=item.partner_id, reason=item.reason, ended_at__isnull=False)
        else:
            named = Event.objects.filter(stream=rule_stream(item.rule), kind=COUNTED).order_by("-seq")[:most]
            ended = Offer.objects.filter(pk__in=[event.payload["offer"] for event in named])
        yield item, list(ended.select_related("referral").defer("reason_text").order_by("-offered_at", "-id")[:most])


def close(item_id: int, *, by: User, now: datetime) -> ReviewItem:
    """Close an item, once; Refused says who was first."""

    def work(_: str | None) -> ReviewItem:
        item = ReviewItem.objects.select_related("partner", "closed_by").get(pk=item_id)
        if not ReviewItem.objects.filter(pk=item_id, closed_at__isnull=True).update(closed_at=now, closed_by=by):
            raise Refused("Dit punt is al nagekeken.")
        about: dict[str, object] = {"item": item.pk, "reason": item.reason, "count": item.count}
        events.record(_stream_of(item), "review_closed", actor=f"staff:{by.pk}", at=now, payload=about)
        item.closed_at, item.closed_by = now, by
        return item

    return door.once(f"review:{item_id}", None, work, lambda _: ReviewItem.objects.get(pk=item_id))


def _count(rule: str, offer: Offer, reason: Reason, now: datetime) -> None:
    # The event comes before the count: of two declines at one moment the second then waits, and counts both.
    _record(rule_stream(rule), COUNTED, {"offer": offer.pk, "reason": reason.code}, now)
    count = declines_of(rule, now)
    if count < ENOUGH:
        return
    if _items(rule).filter(closed_at__isnull=True).update(count=count, last_at=now):
        return
    made = ReviewItem.objects.create(
        kind=ReviewItem.Kind.RULE, rule=rule, reason=reason.code, count=count, opened_at=now, last_at=now
    )
    _record(rule_stream(rule), "review_opened", {"item": made.pk, "reason": reason.code, "count": count}, now)


def look_at(partner_id: int, reason: str, now: datetime) -> None:
    """Put a partner on the list to be looked at, once for a reason, and count; call it inside a transaction.

    May raise LostRace, for door.once to repeat.
    """
    about = {"kind": ReviewItem.Kind.DIRECTORY, "partner_id": partner_id, "reason": reason}
    mine = ReviewItem.objects.filter(closed_at__isnull=True, **about)
    if mine.update(count=F("count") + 1, last_at=now):
        return
    try:
        with transaction.atomic():
            made = ReviewItem.objects.create(**about, opened_at=now, last_at=now)
    except IntegrityError as error:
        if not mine.update(count=F("count") + 1, last_at=now):
            raise events.LostRace(f"partner:{partner_id}") from error
        return
    _record(f"partner:{partner_id}", "review_opened", {"item": made.pk, "reason": reason}, now)


def _record_pause(offer: Offer, reason: Reason, until: date | None, now: datetime) -> None:
    # Without a day, or during a longer pause, this decline paused nothing.
    mine = Partner.objects.filter(pk=offer.partner_id, paused_until=until) if until else Partner.objects.none()
    # A form of the partner list that was open meanwhile must not go through as if nothing happened.
    if until is None or not mine.update(version=F("version") + 1):
        return
    version = Partner.objects.values_list("version", flat=True).get(pk=offer.partner_id)
    about = {"offer": offer.pk, "reason": reason.code, "until": until.isoformat(), "version": version}
    events.record(
        f"partner:{offer.partner_id}", "partner_paused", actor=f"partner:{offer.partner_id}", at=now, payload=about
    )


def _record(stream: str, kind: str, payload: Mapping[str, object], now: datetime) -> None:
    events.record(stream, kind, actor=SYSTEM, at=now, payload=payload)


def _items(rule: str) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(kind=ReviewItem.Kind.RULE, rule=rule)


def _stream_of(item: ReviewItem) -> str:
    return item.partner.stream if item.partner else rule_stream(item.rule)
