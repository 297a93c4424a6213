"""How the system of a partner is connected: API keys with their stored answers, webhook endpoints with their log."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from nnmkb.ledger.models import Outgoing
from referrals.models.partners import Partner


class ApiKey(models.Model):
    """A key of one partner's system. Shown once when it is made; only the digest of the secret is stored."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    # The readable part in front, by which it is found: "nnmkb_<prefix>_<secret>".
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    # Codes of what it may do: referrals.domain.api_scopes.
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # A day, not a moment: a row that changes at every request would be the busiest of the database.
    last_used_on = models.DateField(null=True, default=None)
    revoked_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "API-sleutel"
        verbose_name_plural = "API-sleutels"
        ordering = ("partner", "-created_at")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class ApiAnswer(models.Model):
    """The answer that an Idempotency-Key got, so that the same request gets it again. Holds codes, no person."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    # SHA-256 of method, path and body: the same key with another request is refused.
    request_digest = models.CharField(max_length=64)
    # Empty while the first request is being carried out.
    status = models.PositiveSmallIntegerField(null=True, default=None)
    body = models.JSONField(default=dict)
    etag = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "antwoord van de API"
        verbose_name_plural = "antwoorden van de API"
        constraints = (models.UniqueConstraint(fields=("partner", "key"), name="api_answer_once"),)

    def __str__(self) -> str:
        return f"{self.partner_id} {self.status or 'bezig'}"


class WebhookEndpoint(models.Model):
    """An address at a partner's system that wants to hear what happens. Its secret is derived from the nonce."""

    class State(models.TextChoices):
        """Whether it is used."""

        PENDING = "pending", "nog niet bevestigd"
        ACTIVE = "active", "aan"
        OFF = "off", "uit"

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="endpoints")
    url = models.URLField(max_length=500)
    nonce = models.CharField(max_length=32)
    # The secret before the last rotation signs too, until then.
    old_nonce = models.CharField(max_length=32, blank=True, default="")
    old_until = models.DateTimeField(null=True, default=None)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    # gone (410), failing (ten attempts), by_partner, by_kvk
    off_reason = models.CharField(max_length=20, blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, default=None)
    last_success_at = models.DateTimeField(null=True, default=None)
    # A busy receiver (429, 502, 504, Retry-After) is left alone until then.
    rest_until = models.DateTimeField(null=True, default=None)
    # Removed by the partner; the log stays.
    removed_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "meldadres"
        verbose_name_plural = "meldadressen"
        ordering = ("partner", "created_at")
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "url"), condition=Q(removed_at__isnull=True), name="endpoint_once_per_url"
            ),
        )

    def __str__(self) -> str:
        return f"meldadres {self.pk} van {self.partner}"


class WebhookAttempt(models.Model):
    """One attempt to tell an endpoint something: what it answered, never what it said."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="attempts")
    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)
    # Empty when there was no answer; then `error` says why, by code.
    status = models.PositiveSmallIntegerField(null=True, default=None)
    error = models.CharField(max_length=40, blank=True, default="")
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "poging bij een meldadres"
        verbose_name_plural = "pogingen bij meldadressen"
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("endpoint", "-at"), name="webhook_attempt_newest"),)

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.status or self.error}"
