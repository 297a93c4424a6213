"""What an advisor does beside the states: a note, a label, an answer to a partner, a message once more.

It never collides with a change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from nnmkb.web.desk import frame, signed_in
from referrals.models import Referral
from referrals.services import delivery, labels, notes, partner_questions
from referrals.services.errors import Refused
from referrals.views import desk_rows
from referrals.views.conflicts import conflict
from referrals.views.desk_forms import ActForm, LabelForm, NoteForm, PartnerAnswerForm
from referrals.views.workbench import read

Step = Callable[[HttpRequest, Referral], HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a form shows when something is wrong with it: as that of an act."""

    slug: str
    word: str
    question: str


NOTE = Page("notitie", "Bewaar notitie", "Uw notitie")
LABEL = Page("label", "Hang label op", "Een label erbij")
ANSWER = Page("partner-antwoord", "Stuur het antwoord", "Uw antwoord aan de partner")
UNLABEL = Page("label-weg", "Haal label weg", "Een label weghalen")


def note(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Keep a note."""
    form = NoteForm(request.POST, referral=referral, row=None)

    def keep() -> None:
        notes.add(
            referral.pk,
            author=signed_in(request),
            text=form.cleaned_data["text"],
            key=form.cleaned_data["sleutel"],
            now=timezone.now(),
        )

    return step(request, referral, NOTE, form, keep, "Uw notitie is bewaard.")


def answer(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Answer the question of a partner."""
    form = PartnerAnswerForm(request.POST, referral=referral, row=None)

    def send() -> None:
        partner_questions.answer(referral.pk, text=form.cleaned_data["text"], **by(request, form))

    return step(request, referral, ANSWER, form, send, "De partner krijgt uw antwoord.")


def label(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Hang a label on it."""
    form = LabelForm(request.POST, referral=referral, row=None)

    def hang() -> None:
        labels.add(referral.pk, form.cleaned_data["label"], **by(request, form))

    return step(request, referral, LABEL, form, hang, "Het label hangt erbij.")


def unlabel(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Take a label off it."""
    form = LabelForm(request.POST, referral=referral, row=None)

    def take_off() -> None:
        labels.remove(referral.pk, form.cleaned_data["label"], **by(request, form))

    return step(request, referral, UNLABEL, form, take_off, "Het label is weg.")


def by(request: HttpRequest, form: ActForm) -> dict[str, Any]:
    """Return who does it, with which key, and when."""
    return {"advisor": signed_in(request), "key": form.cleaned_data["sleutel"], "now": timezone.now()}


def step(
    request: HttpRequest, referral: Referral, page: Page, form: ActForm, work: Callable[[], None], done: str
) -> HttpResponse:
    """Do it and go back to the list; show the form with what is wrong, and with what was typed."""
    if request.method != "POST":
        return redirect("referrals:desk-referral", referral.number)
    if form.is_valid():
        try:
            work()
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, done)
            return redirect(back(request, referral))
    context = {
        **frame(request),
        "referral": referral,
        "row": desk_rows.row_of(referral, timezone.now()),
        "act": page,
        "form": form,
        "back_href": reverse("referrals:desk-referral", args=[referral.number]),
    }
    return render(request, "referrals/desk_act.html", context)


def retry(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Send a message once more, or note that somebody took care of one that failed."""
    given = request.POST.get("bericht", "")
    if request.method != "POST":
        return redirect("referrals:desk-referral", referral.number)
    try:
        pk = int(given) if is_row_key(given) else 0
        if request.POST.get("wat") == "afgehandeld":
            delivery.take_care(referral, pk, advisor=signed_in(request), now=timezone.now())
            said = "Het bericht is afgehandeld."
        else:
            delivery.retry(referral, pk, advisor=signed_in(request), now=timezone.now())
            said = "Het bericht is opnieuw klaargezet."
    except Refused as error:
        return conflict(request, referral, str(error))
    messages.success(request, said)
    return redirect(back(request, referral))


def is_row_key(text: str) -> bool:
    """Say whether this text can be the key of a row: ASCII digits, no more than the database can count."""
    return text.isascii() and text.isdigit() and len(text) < 19


def back(request: HttpRequest, referral: Referral) -> str:
    """Return the address of the list with the referral beside it, or of its own page when it came from there."""
    if not request.POST.get("lijst"):
        return reverse("referrals:desk-referral", args=[referral.number])
    # Read and written again: what is in the form is never used as an address.
    filters = read(QueryDict(request.POST["lijst"][:500]))
    return f"{reverse('referrals:desk')}?{filters.query(open=referral.number)}"


BESIDE: Mapping[str, Step] = {
    NOTE.slug: note,
    LABEL.slug: label,
    UNLABEL.slug: unlabel,
    ANSWER.slug: answer,
    "bezorging": retry,
}
