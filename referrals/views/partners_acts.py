"""Changing the partner list: add, edit, contact persons, pause, stop, and «gecontroleerd»."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from nnmkb.ledger.models import Event
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.domain.worktime import local_date
from referrals.models import Partner
from referrals.services import partners
from referrals.services.errors import NotDone, Refused
from referrals.services.partner_entry import Entry, untouched
from referrals.services.partners import Change, Outdated
from referrals.views.history import Moment
from referrals.views.partners import get_partner, page_of
from referrals.views.partners_forms import EntryForm, KeyForm, PauseForm, PersonForm, person_initial
from referrals.views.partners_history import FIELDS, moments, shown


@dataclass(frozen=True, slots=True)
class Words:
    """What a page with a form says: its title, what stands above the form, and its button."""

    title: str
    button: str
    done: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Around a form: the bar of who fills it in, the layout, and where it leads back to."""

    bar: dict[str, Any]
    back: str
    layout: str = "base_desk.html"
    # Who of the partner itself does it, as the history names that person; empty for staff.
    member: str = ""
    # How that person sees who changed something; None for the names of colleagues.
    seen: Callable[[Iterable[Event]], dict[str, str]] | None = None

    def words(self) -> dict[str, Any]:
        """Return what the template of a page in this room needs."""
        return {**self.bar, "layout": self.layout, "back_href": self.back}

    def moments(self, events: Iterable[Event]) -> list[Moment]:
        """Return events in words, for whoever is in this room."""
        listed = list(events)
        return moments(listed, self.seen(listed) if self.seen else None)


def desk(request: HttpRequest, partner: Partner | None) -> Room:
    """Return the room of staff."""
    back = reverse("referrals:partner", args=[partner.code]) if partner else reverse("referrals:partners")
    return Room(frame(request), back)


@by_role
def add(request: HttpRequest) -> HttpResponse:
    """Add a partner."""
    words = Words("Nieuwe partner", "Voeg toe", "De partner staat in de lijst.")
    # Asked first: an organisation that was just added is no choice any more.
    if made := partners.added_with(request.POST.get("sleutel", "")[:40]):
        return redirect("referrals:partner", made.code)
    form = EntryForm(request.POST if request.method == "POST" else None, partner=None)
    form.offer_organisations(local_date(timezone.now()))
    if request.method == "POST" and form.is_valid():
        try:
            made = partners.add(
                form.entry(), by=signed_in(request), key=form.cleaned_data["sleutel"], now=timezone.now()
            )
        except Refused as error:
            refused(form, error)
        else:
            messages.success(request, words.done)
            return redirect("referrals:partner", made.code)
    return show(request, None, form, words, desk(request, None))


@by_role
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what the list says about a partner."""
    partner = get_partner(code)
    form = EntryForm(request.POST if request.method == "POST" else None, partner=partner)
    form.offer_organisations(local_date(timezone.now()))
    words = Words(f"{partner.name} wijzigen", "Bewaar", "De wijziging is bewaard.")
    return send(request, partner, form, words, lambda given: partners.change(partner.pk, form.entry(), given))


@by_role
def pause(request: HttpRequest, code: str) -> HttpResponse:
    """Give a partner a pause."""
    partner = get_partner(code)
    form = PauseForm(request.POST if request.method == "POST" else None, partner=partner)
    words = Words(
        f"Pauze voor {partner.name}",
        "Geef pauze",
        "De pauze is bewaard.",
        "De partner krijgt geen nieuw aanbod. Wat al loopt, gaat gewoon door.",
    )
    return send(
        request, partner, form, words, lambda given: partners.pause(partner.pk, form.cleaned_data["until"], given)
    )


@by_role
def contact_new(request: HttpRequest, code: str) -> HttpResponse:
    """Add a contact person."""
    partner = get_partner(code)
    form = PersonForm(request.POST if request.method == "POST" else None, partner=partner)
    words = Words(f"Contactpersoon bij {partner.name}", "Voeg toe", "De contactpersoon is bewaard.")
    return send(request, partner, form, words, lambda given: partners.add_contact(partner.pk, form.person(), given))


@by_role
def contact(request: HttpRequest, code: str, contact_id: int) -> HttpResponse:
    """Change a contact person, or forget one."""
    partner = get_partner(code)
    row = partner.contacts.filter(pk=contact_id).first()
    posted = request.method == "POST"
    if row is None and not posted:
        raise Http404
    if posted and "weghalen" in request.POST:
        return press(
            request, partner, lambda given: partners.remove_contact(partner.pk, contact_id, given), "Weggehaald."
        )
    initial = person_initial(row) if row else {}
    form = PersonForm(request.POST if posted else None, partner=partner, initial=initial)
    words = Words(f"Contactpersoon bij {partner.name}", "Bewaar", "De contactpersoon is bewaard.")
    more = {"removable": row, "remove_form": KeyForm(partner=partner, auto_id=False)}
    return send(
        request,
        partner,
        form,
        words,
        lambda given: partners.change_contact(partner.pk, contact_id, form.person(), given),
        more=more,
    )


@by_role
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether a partner must stop, with what is still running; or do it."""
    partner = get_partner(code)
    if request.method == "POST":
        return press(request, partner, lambda given: partners.stop(partner.pk, given), "De partner doet niet meer mee.")
    return render(request, "referrals/partners/stop.html", {**frame(request), **page_of(request, partner)})


BUTTONS: dict[str, tuple[Callable[[int, Change], Partner], str]] = {
    "gecontroleerd": (partners.checked, "Gecontroleerd. De datum van vandaag staat erbij."),
    "pauze-voorbij": (partners.end_pause, "De pauze is voorbij."),
    "weer-mee": (partners.restart, "De partner doet weer mee."),
}


@by_role
def button(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Do what a button on the page of a partner says; such a button has no page of its own."""
    partner = get_partner(code)
    if action not in BUTTONS:
        raise Http404
    if request.method != "POST":
        return redirect("referrals:partner", partner.code)
    run, done = BUTTONS[action]
    return press(request, partner, lambda given: run(partner.pk, given), done)


def send(
    request: HttpRequest,
    partner: Partner,
    form: KeyForm,
    words: Words,
    carry: Callable[[Change], object],
    *,
    more: dict[str, Any] | None = None,
    room: Room | None = None,
) -> HttpResponse:
    """Show a form, or carry it out; when somebody else was first, show both versions and keep what was typed."""
    extra, inside = more or {}, room or desk(request, partner)
    if request.method == "POST" and form.is_valid():
        try:
            carry(change_of(request, form, inside))
        except Outdated as error:
            left = untouched(form.entry(), error.what_changed) if isinstance(form, EntryForm) else frozenset[str]()
            found = differences(form, error.partner, left)
            extra |= {"changed": inside.moments(error.what_changed), "differences": found}
            form.made_again(error.partner, left)
            return show(request, partner, form, words, inside, more=extra, status=409)
        except Refused as error:
            refused(form, error)
        else:
            messages.success(request, words.done)
            return redirect(inside.back)
    return show(request, partner, form, words, inside, more=extra)


def press(
    request: HttpRequest, partner: Partner, carry: Callable[[Change], object], done: str, room: Room | None = None
) -> HttpResponse:
    """Carry out a button, or say on a page why it did not go through."""
    form, inside = KeyForm(request.POST, partner=partner), room or desk(request, partner)
    why, changed = "", tuple[Event, ...]()
    if not form.is_valid():
        why = " ".join(dict.fromkeys(str(error) for errors in form.errors.values() for error in errors))
    else:
        try:
            carry(change_of(request, form, inside))
        except Outdated as error:
            why, changed = str(error), error.what_changed
        except NotDone as error:
            why = str(error)
    if not why:
        messages.success(request, done)
        return redirect(inside.back)
    context = {**inside.words(), "partner": partner, "why": why, "moments": inside.moments(changed)}
    return render(request, "referrals/partners/conflict.html", context, status=409)


def show(
    request: HttpRequest,
    partner: Partner | None,
    form: KeyForm,
    words: Words,
    room: Room,
    *,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page of a form."""
    context = {**room.words(), "partner": partner, "form": form, "words": words, **(more or {})}
    return render(request, "referrals/partners/form.html", context, status=status)


def change_of(request: HttpRequest, form: KeyForm, room: Room) -> Change:
    """Return by whom and on which version this form is."""
    typed = form.cleaned_data
    return Change(signed_in(request), typed["versie"], typed["sleutel"], timezone.now(), room.member)


def refused(form: KeyForm, error: Refused) -> None:
    """Put what the service said at its field, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def differences(form: KeyForm, partner: Partner, left: frozenset[str]) -> list[dict[str, str]]:
    """Return what stands in the list now beside what was typed, for the fields where somebody typed something else."""
    if not isinstance(form, EntryForm):
        return []
    now, typed = Entry.of(partner).columns(), form.entry().columns()
    return [
        {"name": FIELDS[name], "now": told(name, now[name]), "typed": told(name, typed[name])}
        for name in now
        if name not in left and now[name] != typed[name]
    ]


def told(name: str, value: object) -> str:
    """Return the value of a field in words, with a capital."""
    words = shown(name, value)
    return words[:1].upper() + words[1:]
