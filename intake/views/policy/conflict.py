"""The page for when something was not done because the version is no longer what was on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from intake.models import PolicyVersion
from intake.views.policy.common import lock_of, show
from intake.views.policy.history import since


def conflict(request: HttpRequest, version: PolicyVersion, why: str, typed: Sequence[tuple[str, str]]) -> HttpResponse:
    """Say that nothing was done and why: what changed meanwhile, and what the person had typed."""
    context = {"why": why, "typed": typed, "moments": since(version, lock_of(request))}
    return show(request, "conflict", version, "", context, status=409)
