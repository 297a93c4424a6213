"""The names that the filters of the list offer: colleagues, partners and labels; looked up once a minute."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Exists, OuterRef

from nnmkb.web.desk import name_of
from nnmkb.web.permissions import Role
from referrals.models import Label, Partner

FRESH = timedelta(seconds=60)
MOST_LABELS = 200
KEY = "referrals.names"
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Names:
    """Everybody who can be named in the list, by the key that stands in the address."""

    at: str
    # Also who left: work of theirs may be open.
    people: dict[str, str]
    # Who can be given work now.
    advisors: tuple[str, ...]
    partners: dict[str, str]
    labels: tuple[str, ...]

    def person(self, pk: int | None) -> str:
        """Return the name of a colleague, empty for nobody or for somebody who came in this minute."""
        return self.people.get(str(pk), "") if pk else ""

    def owners(self) -> Choices:
        """Return whose work can be asked for."""
        return _sorted([(pk, self.people[pk]) for pk in self.advisors])


def names(now: datetime) -> Names:
    """Return the names, looked up now when they are older than a minute."""
    if text := cache.get(KEY):
        found = json.loads(text)
        if timedelta(0) <= now - datetime.fromisoformat(found["at"]) < FRESH:
            return Names(
                found["at"], found["people"], tuple(found["advisors"]), found["partners"], tuple(found["labels"])
            )
    fresh = _look_up(now)
    cache.set(KEY, json.dumps(asdict(fresh)), FRESH.total_seconds())
    return fresh


def _look_up(now: datetime) -> Names:
    at_desk = User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=(Role.ADVISOR, Role.TEAM_LEAD))
    # Everybody with an account: people of the house and of the partners, at most a few hundred.
    users = list(User.objects.annotate(at_desk=Exists(at_desk)))
    partners = [(str(pk), name) for pk, name in Partner.objects.values_list("pk", "name")]
    labels = Label.objects.order_by("name").values_list("name", flat=True).distinct()[:MOST_LABELS]
    return Names(
        at=now.isoformat(),
        people={str(user.pk): name_of(user) for user in users},
        advisors=tuple(str(user.pk) for user in users if user.at_desk and user.is_active),
        partners=dict(_sorted(partners)),
        labels=tuple(labels),
    )


def _sorted(found: Choices) -> Choices:
    return sorted(found, key=lambda pair: pair[1].casefold())
