"""The people of the KvK and the partners of an invented population."""

from __future__ import annotations

import random
from datetime import date

from django.contrib.auth.models import Group, User

from intake.policies import policy
from intake.policy import KVK, current
from referrals.models import Partner
from referrals.population import names

ADVISORS, PARTNERS = 20, 30


def advisors() -> list[int]:
    """Return the advisors, made when they are not there; nobody can sign in as one."""
    group = Group.objects.get_or_create(name="advisor")[0]
    found = []
    for number in range(1, ADVISORS + 1):
        first = names.PEOPLE[number % len(names.PEOPLE)]
        user, fresh = User.objects.get_or_create(
            username=f"bevolking-{number:02}",
            defaults={"first_name": first, "last_name": f"{names.STARTS[number]}{names.ENDS[number]}", "password": "!"},
        )
        if fresh:
            user.groups.add(group)
        found.append(user.pk)
    return found


def partners(rng: random.Random, wanted: frozenset[str], today: date) -> dict[str, Partner]:
    """Return so many partners by organisation, those that are wanted and the KvK first."""
    rules = policy()
    organisations = rules.organisations
    today_there = {found.code for code in organisations if (found := current(rules, code, today))}
    rest = sorted(today_there - wanted - {KVK})
    rng.shuffle(rest)
    # Partners that ended have old referrals still.
    gone = sorted(set(organisations) - today_there - wanted - {KVK})
    chosen = [KVK, *sorted(wanted - {KVK}), *rest, *gone][:PARTNERS]
    return {
        code: Partner.objects.get_or_create(
            organisation=code,
            defaults={
                "code": code,
                "name": organisations[code].name,
                "provinces": list(organisations[code].provinces),
                "email": f"doorverwijzing@{code.replace('_', '-')}.example",
                "response_days": rng.randint(3, 10),
                "capacity": 30_000,
                "agreement_date": date(today.year, 1, 15),
                "last_checked": today,
            },
        )[0]
        for code in chosen
    }
