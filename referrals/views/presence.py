"""Who else looks at a referral, for the page to ask again each minute; without a script it stays as it was."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import by_role
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.models import Referral
from referrals.services import presence


@by_role
def present(request: HttpRequest, number: str) -> HttpResponse:
    """Write down that this person still looks, and name the others."""
    parsed = parse_referral_number(number)
    found = Referral.objects.filter(number=referral_number(*parsed)).values_list("pk", flat=True) if parsed else ()
    for pk in found:
        others = presence.look(pk, signed_in(request), timezone.now())
        answer = render(request, "referrals/pane/presence_names.html", {"others": others})
        answer["Cache-Control"] = "no-store"
        return answer
    raise Http404
