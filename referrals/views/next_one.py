"""«Geef mij de volgende»: the most urgent referral that nobody has, opened beside one's own list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.models import Referral
from referrals.once_form import KEY
from referrals.queues import Filters, View
from referrals.services import queue
from referrals.views.desk_lists import mark_changed


@by_role
def next_one(request: HttpRequest) -> HttpResponse:
    """Give the next one (POST), or say that nothing waits (GET)."""
    if request.method != "POST":
        waiting = Referral.objects.filter(closed_at__isnull=True, owner__isnull=True, state="queued").exists()
        return render(request, "referrals/desk_next_empty.html", {**frame(request), "waiting": waiting})
    key = request.POST.get("sleutel", "")
    if not KEY.fullmatch(key):
        return redirect("referrals:desk-next")
    user = signed_in(request)
    found = queue.next_one(advisor=user, key=key, now=timezone.now())
    if found is None:
        return redirect("referrals:desk-next")
    messages.success(request, f"U hebt {found.number} opgepakt.")
    mark_changed(request, user, timezone.now())
    return redirect(f"{reverse('referrals:desk')}?{Filters(view=View.MINE).query(open=found.number)}")
