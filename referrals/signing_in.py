"""What a session learns when somebody signs in: whether the letter keys are on, so that no page has to ask again."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from nnmkb.web.desk import KEYS
from referrals.services import profiles


@receiver(user_logged_in, dispatch_uid="referrals.signing_in")
def remember_keys(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    """Keep the choice of this person in the new session."""
    request.session[KEYS] = profiles.of(user).shortcuts
