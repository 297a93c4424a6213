"""Which intakes a browser may open: the session knows their references, and nothing else gives access."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from intake.models import Intake

KEY = "intakes"
# More than anyone has open at once; without a limit a session could grow for ever.
MOST = 10


def grant(request: HttpRequest, intake: Intake) -> None:
    """Let this browser open the intake for as long as a draft is kept."""
    # A key that somebody planted in this browser before must not open what is granted now.
    if request.session.session_key:
        request.session.cycle_key()
    others = [reference for reference in granted(request) if reference != intake.reference]
    request.session[KEY] = [*others, intake.reference][-MOST:]
    # An advisor who tries the scan keeps the short session of an advisor.
    if "_auth_user_id" not in request.session:
        request.session.set_expiry(timedelta(days=settings.DRAFT_DAYS))


def granted(request: HttpRequest) -> list[str]:
    """Return the references that this browser may open, newest last."""
    kept = request.session.get(KEY, [])
    return [str(reference) for reference in kept] if isinstance(kept, list) else []


def may_open(request: HttpRequest, reference: str) -> Intake | None:
    """Return the intake when this browser may open it; None for one that is absent, foreign or erased alike."""
    if reference not in granted(request):
        return None
    return Intake.objects.filter(reference=reference).exclude(state=Intake.State.ERASED).first()
