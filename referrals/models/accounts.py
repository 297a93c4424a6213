"""People who work at a partner with an account of their own: membership, invitation, passkey."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.partners import Partner


class Membership(models.Model):
    """One person at one partner. The role is a Django group, as for staff; a leaver keeps the row with its end."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="membership")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="members")
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, default=None)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, default=None, related_name="+"
    )

    class Meta:
        verbose_name = "medewerker van een partner"
        verbose_name_plural = "medewerkers van partners"
        ordering = ("partner", "joined_at")

    def __str__(self) -> str:
        return f"medewerker {self.user_id} van {self.partner}"


class Invitation(models.Model):
    """An invitation by mail to work with an account; its link is derived from the nonce, only the digest is stored."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    # reader, handler or manager: nnmkb.web.permissions.Role
    role = models.CharField(max_length=20)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=32)
    link_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Accepted, taken back, or replaced by a newer one.
    closed_at = models.DateTimeField(null=True, default=None)
    accepted = models.BooleanField(default=False)

    class Meta:
        verbose_name = "uitnodiging"
        verbose_name_plural = "uitnodigingen"
        ordering = ("partner", "-created_at")
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "email"), condition=Q(closed_at__isnull=True), name="invitation_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"uitnodiging {self.pk} van {self.partner}"


class Passkey(models.Model):
    """A passkey (WebAuthn credential) of a person: only its public half.

    To the session it is one more device of django-otp, by the same two names: `persistent_id` and `confirmed`.
    """

    LABEL = "referrals.passkey"
    confirmed = True

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    # base64url of at most 1,023 bytes
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "passkey"
        verbose_name_plural = "passkeys"
        ordering = ("user", "created_at")

    def __str__(self) -> str:
        return self.name

    @property
    def persistent_id(self) -> str:
        """Return how a session names this passkey."""
        return f"{self.LABEL}/{self.pk}"

    @classmethod
    def of_session(cls, persistent_id: str) -> Passkey | None:
        """Return the passkey that a session names; None when it is gone, or no passkey is named."""
        label, _, pk = persistent_id.partition("/")
        return cls.objects.filter(pk=int(pk)).first() if label == cls.LABEL and pk.isdecimal() else None
