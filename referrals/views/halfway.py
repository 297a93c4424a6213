"""Between the two steps of signing in: the password was right, and nobody is signed in yet.

The session says whose second step is awaited, and nothing else: for every page this is a visitor without an account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from nnmkb.ledger import tokens
from nnmkb.web.permissions import PARTNER_ROLES, Role, must_verify, roles_of
from referrals.services import second_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"
KEY = "second_step"
CHALLENGE = "passkey_challenge"
APP_KEY = "app_key"
VALID = timedelta(minutes=30)


def needs_second_step(user: User) -> bool:
    """Say whether the password alone does not let this person in."""
    return must_verify(user) or second_factor.has_factor(user)


def begin(request: HttpRequest, user: User, wanted: str, now: datetime) -> None:
    """Remember whose password was right, under a new session key."""
    if request.user.is_authenticated:
        logout(request)
    # A key that somebody planted is worth nothing now, and neither is a secret in it that somebody else knows.
    request.session.cycle_key()
    forget_secrets(request)
    request.session[KEY] = {
        "user": user.pk,
        "proof": user.get_session_auth_hash(),
        "at": now.timestamp(),
        "next": wanted,
    }


def who(request: HttpRequest, now: datetime) -> User | None:
    """Return whose second step is awaited; None when that is nobody's, took too long, or the password changed."""
    kept: dict[str, Any] = request.session.get(KEY) or {}
    if not kept or not 0 <= now.timestamp() - kept["at"] < VALID.total_seconds():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not tokens.same(kept["proof"], user.get_session_auth_hash()):
        return None
    return user


def finish(request: HttpRequest, user: User, device: object | None, wanted: str | None = None) -> str:
    """Sign somebody in, with the factor that was shown; return where to go."""
    kept: dict[str, Any] = request.session.pop(KEY, None) or {}
    forget_secrets(request)
    if device is not None:
        # django-otp puts it in the session when the signing in is told.
        user.otp_device = device  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    # Known before, under another name or none: a key that somebody planted is worth nothing now.
    request.session.cycle_key()
    # A scan that was begun in this browser before would keep the session open for a month.
    request.session.set_expiry(None)
    return destination(request, wanted if wanted is not None else kept.get("next", ""))


def forget_secrets(request: HttpRequest) -> None:
    """Drop the question to a passkey and the secret of an app that were not used."""
    for key in (CHALLENGE, APP_KEY):
        request.session.pop(key, None)


def destination(request: HttpRequest, wanted: str) -> str:
    """Return where to go after signing in: the page that was asked for when it is ours, else one's own start page."""
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    roles = roles_of(request.user)
    if not roles.isdisjoint(PARTNER_ROLES):
        return resolve_url("referrals:portal")
    if roles and roles.isdisjoint({Role.ADVISOR, Role.TEAM_LEAD}):
        return "/beheer/" if Role.ADMINISTRATOR in roles else "/beleid/"
    return settings.LOGIN_REDIRECT_URL
