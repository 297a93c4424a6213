"""Who of a partner did something: the history holds numbers, and the names are looked up when it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User

from nnmkb.web.desk import name_of

PERSON = re.compile(r"partner:[0-9]{1,18}/person:([0-9]{1,18})")
KEY = re.compile(r"partner:[0-9]{1,18}/key:[0-9]{1,18}")
BY_SYSTEM = "via het systeem"


def persons(actors: Iterable[str]) -> dict[str, str]:
    """Return the name behind each actor such as "partner:5/person:12", in one question; in none when there is none."""
    keys = {actor: int(found[1]) for actor in actors if (found := PERSON.fullmatch(actor))}
    if not keys:
        return {}
    names = {user.pk: name_of(user) for user in User.objects.filter(pk__in=set(keys.values()))}
    return {actor: names[pk] for actor, pk in keys.items() if pk in names}


def known(actors: Iterable[str], people: Mapping[str, str]) -> dict[str, str]:
    """Return the same without asking the database, of whom `people` has the name by key."""
    found = {actor: match[1] for actor in actors if (match := PERSON.fullmatch(actor))}
    return {actor: people[pk] for actor, pk in found.items() if pk in people}


def beside(actor: str, names: Mapping[str, str]) -> str:
    """Return what comes after the name of the organisation: the person, its own system; empty for the link."""
    return BY_SYSTEM if KEY.fullmatch(actor) else names.get(actor, "") if PERSON.fullmatch(actor) else ""
