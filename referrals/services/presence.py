"""Who has a referral open at this moment: a hint between colleagues, never a lock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from nnmkb.web.desk import name_of
from referrals.models import Presence

# Somebody who looked this long ago is taken to look still.
FRESH = timedelta(minutes=2)
# One person's look at one referral is written down no more often than this.
EACH = timedelta(seconds=30)
KEPT = timedelta(hours=1)


def look(referral_id: int, user: User, now: datetime) -> list[str]:
    """Write down that this person looks, and return the names of the others who do: one read, at most one write."""
    rows = list(
        Presence.objects.filter(Q(user=user) | Q(seen_at__gt=now - FRESH), referral_id=referral_id)
        .select_related("user")
        .order_by("user__first_name", "user__username")
    )
    mine = next((row for row in rows if row.user_id == user.pk), None)
    if mine is None:
        # Two windows of one person may come here at once: the second only finds the row there.
        Presence.objects.bulk_create([Presence(referral_id=referral_id, user=user, seen_at=now)], ignore_conflicts=True)
    elif mine.seen_at <= now - EACH:
        Presence.objects.filter(pk=mine.pk).update(seen_at=now)
    return [name_of(row.user) for row in rows if row.user_id != user.pk]


def forget(now: datetime) -> int:
    """Remove the looks of more than an hour ago; return how many."""
    removed, _ = Presence.objects.filter(seen_at__lt=now - KEPT).delete()
    return removed
