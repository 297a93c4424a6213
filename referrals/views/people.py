"""The people of a partner on the screen: one page for its own manager, and one for who keeps the partner list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from intake.policy.telling import day_in_words
from nnmkb.ledger import ratelimit
from referrals.domain.worktime import local_date
from referrals.models import Partner
from referrals.services import accounts, invitations
from referrals.services.accounts import Person
from referrals.services.errors import NotDone, Refused
from referrals.services.invitations import By
from referrals.views.account_forms import ROLE_NAMES, InviteForm, RoleForm

SENT = "De uitnodiging staat klaar. De link werkt zeven dagen."


@dataclass(frozen=True, slots=True)
class Room:
    """Where the page stands: for whom, at which addresses, in which frame."""

    partner: Partner
    by: By
    frame: dict[str, Any]
    # Of the addresses: their names and first arguments.
    names: tuple[str, str, str]
    args: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """Return the address of the page itself."""
        return reverse(self.names[0], args=self.args)

    def href_of(self, place: int, pk: int, action: str) -> str:
        """Return the address of something to do with a person (1) or an invitation (2)."""
        return reverse(self.names[place], args=[*self.args, pk, action])


def page(request: HttpRequest, room: Room) -> HttpResponse:
    """Show who works there and who is invited, and invite one more."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and invite(form, request, room):
        messages.success(request, SENT)
        return redirect(room.href)
    now, waiting = timezone.now(), invitations.still_open(room.partner)
    lost = invitations.undelivered(waiting)
    context = {
        **room.frame,
        "room": room,
        "form": form,
        "people": [line(one, room) for one in accounts.people(room.partner)],
        "invitations": [
            {
                "email": one.email,
                "role": ROLE_NAMES[one.role],
                "over": now >= one.expires_at,
                "lost": one.pk in lost,
                "until": day_in_words(local_date(one.expires_at)),
                "again": room.href_of(2, one.pk, "opnieuw"),
                "back": room.href_of(2, one.pk, "intrekken"),
            }
            for one in waiting
        ],
    }
    return render(request, "referrals/people.html", context)


def line(one: Person, room: Room) -> dict[str, Any]:
    """Return a person as the list shows it."""
    return {
        "name": one.member.user.get_full_name() or one.member.user.username,
        "email": one.member.user.email,
        "role": ROLE_NAMES[str(one.role)],
        "last": day_in_words(one.last_day) if one.last_day else "",
        "has_factor": one.has_factor,
        "self": one.member.user_id == room.by.user.pk,
        "role_href": room.href_of(1, one.member.pk, "rol"),
        "reset_href": room.href_of(1, one.member.pk, "tweede-stap"),
        "out_href": room.href_of(1, one.member.pk, "weghalen"),
    }


def invite(form: InviteForm, request: HttpRequest, room: Room) -> bool:
    """Send the invitation of a valid form; put what is refused beside its field."""
    typed, now = form.cleaned_data, timezone.now()
    try:
        ratelimit.count("invite", f"partner:{room.partner.pk}")
        ratelimit.count("mail_to", invitations.normal(typed["email"]))
        invitations.invite(room.partner.pk, typed["email"], typed["role"], by=room.by, now=now)
    except ratelimit.TooMany:
        form.add_error(None, "Er gingen net veel uitnodigingen uit. Probeer het over een uur opnieuw.")
        return False
    except Refused as error:
        form.add_error(error.field or None, str(error))
        return False
    return True


def invitation(request: HttpRequest, room: Room, pk: int, action: str) -> HttpResponse:
    """Send an open invitation again, or take it back."""
    acts: dict[str, tuple[Callable[..., object], str]] = {
        "opnieuw": (invitations.again, SENT),
        "intrekken": (invitations.take_back, "De uitnodiging is ingetrokken. De link werkt niet meer."),
    }
    if action not in acts:
        raise Http404
    act, told = acts[action]
    try:
        ratelimit.count("invite", f"partner:{room.partner.pk}")
        if act is invitations.again and (known := room.partner.invitations.filter(pk=pk).first()):
            ratelimit.count("mail_to", known.email)
        act(room.partner.pk, pk, by=room.by, now=timezone.now())
        messages.success(request, told)
    except ratelimit.TooMany:
        messages.error(request, "Er gingen net veel uitnodigingen uit. Probeer het over een uur opnieuw.")
    except NotDone as error:
        messages.error(request, str(error))
    return redirect(room.href)


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do with one person, which asks to be sure first."""

    title: str
    text: str
    button: str
    done: str
    carry: Callable[..., None]


ACTS = {
    "tweede-stap": Act(
        "Tweede stap van {} weghalen?",
        "Doe dit als iemand de telefoon of passkey kwijt is en geen herstelcodes heeft. Controleer eerst, aan de "
        "telefoon of in het echt, of deze persoon het zelf vraagt. De app, passkeys en herstelcodes werken dan niet "
        "meer. Het wachtwoord blijft. Bij het inloggen stelt deze persoon een nieuwe tweede stap in.",
        "Haal de tweede stap weg",
        "De tweede stap is weggehaald.",
        accounts.reset,
    ),
    "weghalen": Act(
        "Account van {} beëindigen?",
        "Deze persoon is meteen uitgelogd en kan niet meer inloggen. Wat deze persoon deed, blijft staan. "
        "Kent deze persoon een sleutel van uw eigen systeem? Die blijft werken: trek hem in en maak een nieuwe. "
        "Komt iemand later terug? Stuur dan een nieuwe uitnodiging.",
        "Beëindig het account",
        "Het account is beëindigd.",
        accounts.take_out,
    ),
}


def person(request: HttpRequest, room: Room, pk: int, action: str) -> HttpResponse:
    """Ask for a role, or whether it is sure; then do it."""
    found = accounts.person(room.partner, pk)
    if found is None or action not in {"rol", *ACTS}:
        raise Http404
    if action == "rol":
        return role(request, room, found)
    act, name = ACTS[action], line(found, room)["name"]
    if request.method == "POST":
        try:
            act.carry(room.partner.pk, pk, by=room.by, now=timezone.now())
            messages.success(request, act.done)
        except NotDone as error:
            messages.error(request, str(error))
        return redirect(room.href)
    context = {**room.frame, "room": room, "act": act, "title": act.title.format(name)}
    return render(request, "referrals/people_sure.html", context)


def role(request: HttpRequest, room: Room, found: Person) -> HttpResponse:
    """Ask what somebody may do from now on."""
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": str(found.role)})
    if form.is_bound and form.is_valid() and keep(form, room, found.member.pk, timezone.now()):
        messages.success(request, "De rol is veranderd.")
        return redirect(room.href)
    context = {
        **room.frame,
        "room": room,
        "form": form,
        "title": f"Rol van {line(found, room)['name']}",
    }
    return render(request, "referrals/people_role.html", context)


def keep(form: RoleForm, room: Room, pk: int, now: datetime) -> bool:
    """Save a valid choice; put what is refused beside it."""
    try:
        accounts.change_role(room.partner.pk, pk, form.cleaned_data["role"], by=room.by, now=now)
    except Refused as error:
        form.add_error(error.field or None, str(error))
        return False
    return True
