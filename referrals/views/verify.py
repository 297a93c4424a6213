"""The public page that says whether a dossier is genuine and current: by its code, and by a file that stays here.

The file is compared in the browser; nothing is uploaded. The page names no company, no person and no partner.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from nnmkb import pages
from nnmkb.ledger import ratelimit
from referrals.domain.dossier import check_code, digest_range
from referrals.services import checking
from referrals.services.checking import Standing

NO_CODE = "Vul de code van het dossier in: twaalf letters en cijfers, zoals 7QK4-M2XD-9RTA."
LONGEST = 48


@dataclass(frozen=True, slots=True)
class Words:
    """What a standing is called, and what it means for who has the file."""

    word: str
    tone: str
    symbol: str
    text: str


WORDS = {
    Standing.VALID: Words("Geldig", "ok", "circle-check", "Dit is de nieuwste versie. Het aanbod loopt nog."),
    Standing.SUPERSEDED: Words(
        "Vervangen", "warn", "history", "Er is een nieuwere versie voor dezelfde organisatie. Gebruik die."
    ),
    Standing.WITHDRAWN: Words(
        "Ingetrokken",
        "error",
        "ban",
        "De ondernemer trok de toestemming in. Hebt u dit dossier bewaard? Verwijder het dan.",
    ),
    Standing.ENDED: Words(
        "Aanbod afgelopen",
        "warn",
        "clock",
        "Het aanbod bij dit dossier loopt niet meer. Verwijder het dossier als u het niet meer nodig hebt.",
    ),
    Standing.ERASED: Words(
        "Gewist",
        "error",
        "trash",
        "De ondernemer liet alle gegevens wissen. Hebt u dit dossier bewaard? Verwijder het dan.",
    ),
}


class FindForm(forms.Form):
    """The code as it stands on the dossier."""

    use_required_attribute = False

    code = forms.CharField(
        label="Code van het dossier",
        max_length=LONGEST,
        help_text="De code staat in het dossier, naast de QR-code. Hoofdletters, spaties en streepjes maken niet uit.",
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "nnmkb-w-m"}
        ),
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), NO_CODE),
    )

    def clean_code(self) -> str:
        """Return the code in its own spelling."""
        try:
            first, _ = digest_range(self.cleaned_data["code"])
        except ValueError as error:
            raise forms.ValidationError(NO_CODE) from error
        return check_code(first)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a code, or lead to the page of the one that was typed; a file is only read by the browser."""
    form = FindForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("referrals:verify", form.cleaned_data["code"])
    return render(request, "referrals/verify_start.html", {"form": form})


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is known of the dossier with this code; every code that is none of ours gets the same 404."""
    try:
        ratelimit.count("verify", ratelimit.address(request))
    except ratelimit.TooMany as limit:
        return pages.problem(request, 429, wait_minutes=-(-limit.seconds // 60))
    found = checking.find(code)
    if found is None:
        return render(request, "referrals/verify_unknown.html", {"form": FindForm()}, status=404)
    return render(request, "referrals/verify.html", {"found": found, "words": WORDS[found.standing]})
