"""What a session knows of who signed in: whether the letter keys are on, and which second factor was shown."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django_otp.middleware import OTPMiddleware

from nnmkb.web.desk import KEYS
from referrals.models import Passkey
from referrals.services import profiles


@receiver(user_logged_in, dispatch_uid="referrals.signing_in")
def remember_keys(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    """Keep the choice of this person in the new session."""
    request.session[KEYS] = profiles.of(user).shortcuts


class SecondFactorMiddleware(OTPMiddleware):  # type: ignore[misc]
    """Put on the user with which factor this session was verified: a device of django-otp, or a passkey."""

    def _device_from_persistent_id(self, persistent_id: str) -> Any:
        """Return the factor; None when it is no more, and then the session is no longer verified."""
        if persistent_id.startswith(f"{Passkey.LABEL}/"):
            return Passkey.of_session(persistent_id)
        return super()._device_from_persistent_id(persistent_id)
