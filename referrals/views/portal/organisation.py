"""The own organisation: everybody there reads it, who manages it changes what is the partner's to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.worktime import local_date
from referrals.models import Membership
from referrals.services import accounts, partner_lines, partners
from referrals.services.partner_entry import Entry
from referrals.services.partner_lines import Attention
from referrals.views import partner_people
from referrals.views.partners import about, limits, own_facts
from referrals.views.partners_acts import Room, Words, press, send
from referrals.views.partners_forms import EntryForm, KeyForm, PauseForm, PersonForm, person_initial
from referrals.views.partners_history import TITLES
from referrals.views.portal import happened
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import by_partner

# The KvK keeps these: consent is given to the organisation, and the address is where the code of a link goes, so an
# account in wrong hands may not move it.
KEPT_BY_KVK = ("name", "organisation", "email", "agreement_date")
OWN_WORDS = {
    "channel": "Hoe wilt u een aanbod krijgen?",
    "capacity": "Hoeveel kunt u tegelijk behandelen?",
}
# What the KvK noted for itself.
KEPT_ASIDE = frozenset({"partner_checked", "review_closed", "review_opened"})
BY_MAIL_TOO = (
    "U krijgt van elk aanbod ook een e-mail, zodat u geen termijn mist. "
    "Kiest u een eigen systeem? Dan alleen als een bericht daar niet binnen een uur aankomt."
)


class OwnForm(EntryForm):
    """What a partner says about itself."""

    def prepare(self) -> None:
        """Ask only what is the partner's own to say."""
        super().prepare()
        for name in KEPT_BY_KVK:
            del self.fields[name]
        for name, label in OWN_WORDS.items():
            self.fields[name].label = label
        self.fields["channel"].help_text = BY_MAIL_TOO

    def entry(self) -> Entry:
        """Return what was filled in, and of the rest what stands there."""
        assert self.partner is not None
        own = {name: self.cleaned_data[name] for name in self.fields if name not in {"sleutel", "versie"}}
        lists = {name: tuple(value) for name, value in own.items() if isinstance(value, list)}
        return replace(Entry.of(self.partner), **{**own, **lists})


@by_partner
@require_safe
def page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Show what the KvK knows of the organisation, and what was changed by whom."""
    line = partner_lines.line_of(member.partner, local_date(timezone.now()))
    told = TITLES.keys() - KEPT_ASIDE
    changes = [event for event in reversed(events.history(member.partner.stream)) if event.kind in told]
    context = {
        **about(line),
        **room(request, member).words(),
        "partner": member.partner,
        "facts": own_facts(line),
        "limits": limits(member.partner),
        "paused": Attention.PAUSED in line.attention,
        "contacts": list(member.partner.contacts.all()),
        "moments": room(request, member).moments(changes),
        "button": KeyForm(partner=member.partner, auto_id=False),
        "may_change": accounts.manages(member),
    }
    return render(request, "referrals/portal/organisation.html", context)


@by_partner
def edit(request: HttpRequest, member: Membership) -> HttpResponse:
    """Change what the organisation does, and how much of it."""
    form = OwnForm(request.POST if request.method == "POST" else None, partner=member.partner)
    words = Words("Uw organisatie wijzigen", "Bewaar", "De wijziging is bewaard. De KvK ziet haar ook.")
    return sent(request, member, form, words, lambda given: partners.change(member.partner_id, form.entry(), given))


@by_partner
def pause(request: HttpRequest, member: Membership) -> HttpResponse:
    """Take a pause."""
    form = PauseForm(request.POST if request.method == "POST" else None, partner=member.partner)
    form.fields["until"].help_text = "Vanaf deze dag krijgt u weer aanbod. Kies een dag binnen een jaar."
    words = Words(
        "Even pauze", "Neem pauze", "De pauze is bewaard.", "U krijgt geen nieuw aanbod. Wat loopt, gaat door."
    )
    return sent(
        request, member, form, words, lambda given: partners.pause(member.partner_id, form.cleaned_data["until"], given)
    )


@by_partner
@require_POST
def go_on(request: HttpRequest, member: Membership) -> HttpResponse:
    """End the pause."""
    inside = room(request, member)
    return press(
        request,
        member.partner,
        lambda given: partners.end_pause(member.partner_id, given),
        "De pauze is voorbij.",
        inside,
    )


@by_partner
def contact_new(request: HttpRequest, member: Membership) -> HttpResponse:
    """Add somebody to call."""
    form = PersonForm(request.POST if request.method == "POST" else None, partner=member.partner)
    words = Words("Nieuwe contactpersoon", "Voeg toe", "De contactpersoon is bewaard.")
    return sent(
        request, member, form, words, lambda given: partners.add_contact(member.partner_id, form.person(), given)
    )


@by_partner
def contact(request: HttpRequest, member: Membership, contact_id: int) -> HttpResponse:
    """Change somebody to call, or forget that person."""
    partner, posted = member.partner, request.method == "POST"
    row = partner.contacts.filter(pk=contact_id).first()
    if row is None and not posted:
        raise Http404
    if posted and "weghalen" in request.POST:
        return press(
            request,
            partner,
            lambda given: partners.remove_contact(partner.pk, contact_id, given),
            "Weggehaald.",
            room(request, member),
        )
    form = PersonForm(request.POST if posted else None, partner=partner, initial=person_initial(row) if row else {})
    words = Words("Contactpersoon wijzigen", "Bewaar", "De contactpersoon is bewaard.")
    more = {"removable": row, "remove_form": KeyForm(partner=partner, auto_id=False)}
    return sent(
        request,
        member,
        form,
        words,
        lambda given: partners.change_contact(partner.pk, contact_id, form.person(), given),
        more,
    )


def sent(
    request: HttpRequest,
    member: Membership,
    form: KeyForm,
    words: Words,
    carry: Callable[[partners.Change], object],
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form or carry it out, with the bar of the portal around it."""
    return send(request, member.partner, form, words, carry, more=more, room=room(request, member))


def room(request: HttpRequest, member: Membership) -> Room:
    """Return what stands around a form here."""
    return Room(
        bar=frame(request, member),
        back=reverse("referrals:portal-organisation"),
        layout="base_portal.html",
        member=accounts.actor_of(member),
        seen=seen,
    )


def seen(changes: Iterable[Event]) -> dict[str, str]:
    """Return who changed something as a colleague sees it: of the KvK no names."""
    listed = list(changes)
    names = partner_people.persons(event.actor for event in listed)
    return {event.actor: happened.who(event.actor, names) for event in listed}
