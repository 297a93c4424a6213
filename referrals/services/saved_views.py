"""Lists with their filters under a name: of one person, or of the whole team; and the list that one begins with."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from referrals.models import DeskProfile, SavedView
from referrals.permissions import leads
from referrals.services.errors import NotDone, Refused

MOST = 20
LONGEST_NAME = 40
LONGEST_QUERY = 500


class UnknownView(NotDone):
    """There is no such list for this person."""

    def __init__(self) -> None:
        super().__init__("Deze lijst kennen wij niet.")


def visible(user: User) -> list[SavedView]:
    """Return the lists of a person and of the team, own ones first, by name."""
    own = list(SavedView.objects.filter(owner=user))
    return own + list(SavedView.objects.filter(owner__isnull=True))


def save(user: User, name: str, query: str, *, team: bool = False, now: datetime) -> SavedView:
    """Keep a list under a name; only a team lead keeps one for the team."""
    if team and not leads(user):
        raise Refused("Alleen een teamleider bewaart een lijst voor het team.", field="team")
    if len(query) > LONGEST_QUERY:
        raise Refused("Deze lijst heeft te veel filters om te bewaren. Haal er een paar weg.")
    owner = None if team else user
    with transaction.atomic():
        _one_at_a_time(user)
        if SavedView.objects.filter(owner=owner).count() >= MOST:
            whose = "Het team heeft" if team else "U hebt"
            raise Refused(f"{whose} al {MOST} lijsten. Verwijder er eerst een.", field="name")
        fresh = SavedView(owner=owner, made_by=user, query=query, created_at=now)
        return _named(fresh, name)


def rename(user: User, pk: int, name: str) -> SavedView:
    """Give a list another name."""
    with transaction.atomic():
        _one_at_a_time(user)
        return _named(_own(user, pk), name)


def pin(user: User, pk: int, *, pinned: bool) -> SavedView:
    """Put a list among those that always show, with a counter; or take it away from there."""
    found = _own(user, pk)
    SavedView.objects.filter(pk=found.pk).update(pinned=pinned)
    found.pinned = pinned
    return found


def delete(user: User, pk: int) -> str:
    """Remove a list and return its name; whoever begins with it keeps beginning with what it showed."""
    found = _own(user, pk)
    found.delete()
    return found.name


def begin_with(user: User, query: str) -> None:
    """Make a list the one that a person begins with; an empty query brings back the standard one."""
    if len(query) > LONGEST_QUERY:
        raise Refused("Deze lijst heeft te veel filters om mee te beginnen. Haal er een paar weg.")
    DeskProfile.objects.update_or_create(user=user, defaults={"start": query})


def find(user: User, pk: int) -> SavedView:
    """Return a list that this person may open: an own one, or one of the team."""
    found = SavedView.objects.filter(pk=pk).first()
    if found is None or found.owner_id not in {None, user.pk}:
        raise UnknownView
    return found


def _own(user: User, pk: int) -> SavedView:
    """Return a list that this person may change."""
    found = find(user, pk)
    if found.owner_id is None and not leads(user):
        raise Refused("Alleen een teamleider verandert een lijst van het team.")
    return found


def _one_at_a_time(user: User) -> None:
    """Let two forms of one person wait for each other, so that the limit and the names hold."""
    User.objects.select_for_update().get(pk=user.pk)


def _named(row: SavedView, name: str) -> SavedView:
    row.name = " ".join(name.split())
    if not row.name:
        raise Refused("Geef de lijst een naam.", field="name")
    if len(row.name) > LONGEST_NAME:
        raise Refused(f"De naam is te lang. Gebruik hoogstens {LONGEST_NAME} tekens.", field="name")
    if not row.name.isprintable():
        raise Refused("In de naam staat een teken dat wij niet kunnen lezen. Typ de naam opnieuw.", field="name")
    taken = Refused("Er is al een lijst met deze naam. Kies een andere naam.", field="name")
    if SavedView.objects.filter(owner=row.owner, name__iexact=row.name).exclude(pk=row.pk).exists():
        raise taken
    try:
        # A savepoint: two team leads at once end here, and the rest of the transaction must go on.
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise taken from error
    return row
