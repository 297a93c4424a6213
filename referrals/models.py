"""Partner, Referral (the need), Offer (one attempt at one partner), Dossier (frozen), and what belongs to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from intake.models import Assessment, Intake

OPEN_STATES = (
    "awaiting_consent",
    "queued",
    "in_review",
    "needs_info",
    "offered",
    "returned",
    "accepted",
    "in_progress",
    "on_hold",
)


class Partner(models.Model):
    """An organisation that joined: what it does, where, and how to reach it."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    # Code of the organisation in the policy (partijen.yaml); consent is given to that organisation.
    organisation = models.SlugField(max_length=60, unique=True)
    # Empty list: no limit.
    activities = models.JSONField(default=list, blank=True)
    provinces = models.JSONField(default=list, blank=True)
    sectors = models.JSONField(default=list, blank=True)
    themes = models.JSONField(default=list, blank=True)
    email = models.EmailField()
    contact_person = models.CharField(max_length=120, blank=True, default="")
    response_days = models.PositiveSmallIntegerField(default=5)
    capacity = models.PositiveSmallIntegerField(default=20)
    active = models.BooleanField(default=True)
    paused_until = models.DateField(null=True, blank=True, default=None)
    agreement_date = models.DateField(null=True, blank=True, default=None)
    last_checked = models.DateField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = "partner"
        verbose_name_plural = "partners"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(response_days__gte=2, response_days__lte=15), name="partner_response_term"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Referral(models.Model):
    """What one company needs: one activity. The state is on the row; the history is in the events."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="referrals")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="referrals", null=True)
    number = models.CharField(max_length=20, unique=True)
    activity = models.CharField(max_length=4)
    rules = models.JSONField(default=list)
    step = models.CharField(max_length=1)
    way = models.CharField(max_length=1, blank=True, default="")
    intensity = models.CharField(max_length=12)
    province = models.CharField(max_length=12, blank=True, default="")
    sector = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(max_length=16, default="queued")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    # The partner of the live or accepted offer, with its organisation and name as they were when it was asked.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    organisation = models.SlugField(max_length=60, blank=True, default="", db_index=False)
    partner_name = models.CharField(max_length=120, blank=True, default="")
    entered_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, default=None)
    due_kind = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=30, blank=True, default="")
    outcome = models.CharField(max_length=30, blank=True, default="")
    closed_at = models.DateTimeField(null=True, default=None)
    attempts = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    # No organisation plays the party today: the KvK finds a way.
    no_partner = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "doorverwijzing"
        verbose_name_plural = "doorverwijzingen"
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, state__in=OPEN_STATES)
                | (Q(closed_at__isnull=False) & ~Q(state__in=OPEN_STATES)),
                name="referral_closed_means_closed",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(next_due_at__isnull=False), name="referral_open_has_clock"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(outcome__gt=""), name="referral_closed_has_outcome"
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=True, organisation="", partner_name="")
                | Q(partner__isnull=False, organisation__gt="", partner_name__gt=""),
                name="referral_partner_as_asked",
            ),
            models.UniqueConstraint(
                fields=("intake", "activity"),
                condition=Q(closed_at__isnull=True),
                name="referral_one_open_per_activity",
            ),
        )
        indexes = (
            models.Index(fields=("next_due_at", "id"), name="referral_due", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=("partner", "next_due_at", "id"),
                name="referral_partner_due",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=("owner", "next_due_at", "id"), name="referral_owner_due", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=("-created_at", "-id"), name="referral_newest"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the name of this referral's history."""
        return f"referral:{self.pk}"


class Dossier(models.Model):
    """What a partner may see, frozen at the moment of the offer."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="dossiers")
    number = models.PositiveSmallIntegerField()
    # Canonical content (referrals.domain.dossier); emptied by erasure, the digest stays.
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    # PDF/A of this content, made by the worker exactly once; empty until then.
    pdf = models.BinaryField(null=True, default=None)
    pdf_digest = models.CharField(max_length=64, blank=True, default="")
    pdf_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"
        constraints = (models.UniqueConstraint(fields=("referral", "number"), name="dossier_number"),)

    def __str__(self) -> str:
        return f"{self.referral} dossier {self.number}"


class Offer(models.Model):
    """One attempt at one partner. At most one is live; its link dies with it."""

    class State(models.TextChoices):
        """How the attempt stands."""

        OPEN = "open", "voorgelegd"
        ACCEPTED = "accepted", "aangenomen"
        DECLINED = "declined", "afgewezen"
        RECALLED = "recalled", "teruggehaald"
        EXPIRED = "expired", "verlopen"
        UNDELIVERABLE = "undeliverable", "niet bezorgd"
        RETURNED = "returned", "teruggegeven"
        WITHDRAWN = "withdrawn", "ingetrokken"
        CLOSED = "closed", "afgesloten"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="offers")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="offers")
    # The organisation that consent was given to and its name, as they were: for old dossiers and reports.
    organisation = models.SlugField(max_length=60, db_index=False)
    partner_name = models.CharField(max_length=120)
    attempt = models.PositiveSmallIntegerField()
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    offered_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, default=None)
    answered_at = models.DateTimeField(null=True, default=None)
    # Live until this is set: recall, withdrawal, expiry, decline, or the end of the work.
    ended_at = models.DateTimeField(null=True, default=None)
    reason = models.CharField(max_length=30, blank=True, default="")
    reason_text = models.CharField(max_length=500, blank=True, default="")
    contact_person = models.CharField(max_length=120, blank=True, default="")
    nonce = models.CharField(max_length=32)
    link_digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "aanbod"
        verbose_name_plural = "aanbiedingen"
        ordering = ("referral", "attempt")
        constraints = (
            models.UniqueConstraint(fields=("referral", "attempt"), name="offer_attempt"),
            models.UniqueConstraint(
                fields=("referral",), condition=Q(ended_at__isnull=True), name="offer_one_live_per_referral"
            ),
        )

    def __str__(self) -> str:
        return f"{self.referral} → {self.partner_name} ({self.get_state_display()})"


class AccessCode(models.Model):
    """Six digits to the registered address of a partner. Derived from the nonce, so never stored."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="codes")
    nonce = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "toegangscode"
        verbose_name_plural = "toegangscodes"
        ordering = ("offer", "-id")

    def __str__(self) -> str:
        return f"code voor {self.offer_id}"


class Note(models.Model):
    """What an advisor wrote down. Not part of the dossier; erased with the personal data."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "notitie"
        verbose_name_plural = "notities"
        ordering = ("referral", "at")

    def __str__(self) -> str:
        return f"notitie bij {self.referral}"


class PolicySignal(models.Model):
    """A count for the policy makers, without any company: only with consent C4."""

    activity = models.CharField(max_length=4)
    province = models.CharField(max_length=12)
    sector = models.CharField(max_length=20)
    month = models.DateField()

    class Meta:
        verbose_name = "signaal"
        verbose_name_plural = "signalen"
        indexes = (models.Index(fields=("month", "activity"), name="signal_month"),)

    def __str__(self) -> str:
        return f"{self.activity} {self.province} {self.month:%Y-%m}"
