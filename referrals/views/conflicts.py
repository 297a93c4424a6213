"""The page for who was too late: nothing is lost that was typed, and what changed meanwhile stands side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from nnmkb.web.desk import frame, name_of, signed_in
from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.services.errors import Stale
from referrals.views import desk_rows, history
from referrals.views.acts_table import Act, move
from referrals.views.desk_forms import ActForm

NOBODY = "Niemand"
# Not carried over to the new form: the version and the key are fresh there.
FRESH = frozenset({"sleutel", "versie"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact as it was on the form and as it is now."""

    label: str
    before: str
    after: str


def conflict(
    request: HttpRequest,
    referral: Referral,
    why: str,
    *,
    changed: Sequence[Event] = (),
    chosen: Act | None = None,
    form: ActForm | None = None,
) -> HttpResponse:
    """Say that nothing was done and why (409): what changed, what was typed, and the form again when it still can."""
    context: dict[str, Any] = {
        **frame(request),
        "referral": referral,
        "row": desk_rows.row_of(referral, timezone.now()),
        "why": why or str(Stale(referral, ())),
        "typed": form.typed() if form else [],
        "moments": history.moments(changed),
        "differences": differences(referral, changed),
        "back_href": reverse("referrals:desk-referral", args=[referral.number]),
        "act": chosen,
        **(again(referral, chosen, form, signed_in(request)) if chosen and form else {}),
    }
    return render(request, "referrals/desk_conflict.html", context, status=409)


def again(referral: Referral, chosen: Act, form: ActForm, advisor: User) -> dict[str, Any]:
    """Return the form with what was typed on the newest version, when the act can still be done.

    An offer goes by its own page again: what the partner gets may have changed, and must be seen first.
    """
    row = move(referral, chosen, advisor)
    if row is None or chosen.form is None:
        return {}
    if "partner" in form.fields:
        partner = str(form.data.get("partner", ""))
        if not (partner.isascii() and partner.isdigit()):
            return {}
        address = reverse("referrals:desk-act", args=[referral.number, chosen.slug])
        return {"again_href": f"{address}?partner={partner}"}
    kept = {name: form.data.get(name, "") for name in form.fields if name not in FRESH}
    return {"form": chosen.form(referral=referral, row=row, initial=kept)}


def differences(referral: Referral, changed: Sequence[Event]) -> list[Difference]:
    """Return status and owner as they were before these events and as they are now; nothing without events."""
    if not changed:
        return []
    now_of = name_of(referral.owner) or NOBODY
    sources = [str(event.payload["from"]) for event in changed if event.payload.get("from") in set(State)]
    before = State(sources[0]) if sources else State(referral.state)
    found = [Difference("Status", before.label, State(referral.state).label)]
    if any(gives(event) is not None for event in changed):
        first = changed[0].seq
        earlier = owner_after(event for event in events.history(referral.stream) if event.seq < first)
        if before is State.QUEUED:
            # Nobody owns what waits in the queue; also when its history does not say so.
            earlier = 0
        if earlier is not None:
            owner = name_of(User.objects.filter(pk=earlier).first()) if earlier else ""
            found.append(Difference("Behandelaar", owner or NOBODY, now_of))
    else:
        found.append(Difference("Behandelaar", now_of, now_of))
    return found


def owner_after(past: Iterable[Event]) -> int | None:
    """Return who had the referral after these events, 0 for nobody; None when they do not tell.

    Events hold who acted, not who owns.
    """
    owner: int | None = None
    for event in past:
        given = gives(event)
        owner = owner if given is None else given
    return owner


def gives(event: Event) -> int | None:
    """Return to whom an event gives the referral, 0 for nobody, None when it leaves that as it was."""
    if event.payload.get("to") == State.QUEUED:
        return 0
    if event.kind == "referral_handed_over":
        given = event.payload.get("to")
        return given if isinstance(given, int) else None
    if event.kind in {"referral_claimed", "search_resumed"}:
        role, _, pk = event.actor.partition(":")
        return int(pk) if role == "advisor" and pk.isdigit() else None
    return None
