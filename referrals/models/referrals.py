"""Referral (the need), Dossier (frozen), and Offer (one attempt at one partner) with its access codes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from intake.models import Assessment, Intake
from referrals.models.partners import Partner

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
WITH_PARTNER = ("offered", "accepted", "in_progress")
WITH_ENTREPRENEUR = ("awaiting_consent", "needs_info")
# The predicate of the indexes on open work, and so of every question that they should answer.
_OPEN = Q(closed_at__isnull=True)


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
    # When the sweep looks at it: the deadline and its grace; later, when a missed one is to be told once more. The
    # deadline itself stays what it was, so that what is late stays late and first in the list.
    sweep_at = models.DateTimeField(null=True, default=None)
    reason = models.CharField(max_length=30, blank=True, default="")
    outcome = models.CharField(max_length=30, blank=True, default="")
    closed_at = models.DateTimeField(null=True, default=None)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often the clock of the present state ran out while the state stayed.
    misses = models.PositiveSmallIntegerField(default=0)
    # The entrepreneur let the term of a question pass; stands until something else happens.
    no_answer = models.BooleanField(default=False)
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
                condition=Q(closed_at__isnull=False) | Q(next_due_at__isnull=False, sweep_at__isnull=False),
                name="referral_open_has_clock",
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
        # What each of these saves at a million referrals stands in docs/benchmarks.md.
        indexes = (
            # The columns after the order are conditions: PostgreSQL tries them in the index and reads no row in vain.
            models.Index(
                fields=("next_due_at", "id", "province", "step", "way", "sector", "activity", "created_at"),
                name="referral_due",
                condition=_OPEN,
            ),
            models.Index(fields=("partner", "next_due_at", "id"), name="referral_partner_due", condition=_OPEN),
            models.Index(fields=("owner", "next_due_at", "id"), name="referral_owner_due", condition=_OPEN),
            # With all that the page of the team lead counts.
            models.Index(
                fields=(
                    "state",
                    "next_due_at",
                    "id",
                    "reason",
                    "partner",
                    "owner",
                    "created_at",
                ),
                name="referral_state_due",
                condition=_OPEN,
            ),
            # Several states at once cannot be had from the index before in the order of the list.
            models.Index(
                fields=("next_due_at", "id"), name="referral_with_partner", condition=_OPEN & Q(state__in=WITH_PARTNER)
            ),
            models.Index(
                fields=("next_due_at", "id"),
                name="referral_with_entrepreneur",
                condition=_OPEN & Q(state__in=WITH_ENTREPRENEUR),
            ),
            models.Index(
                fields=("next_due_at", "id", "attempts"), name="referral_again", condition=_OPEN & Q(attempts__gte=1)
            ),
            models.Index(
                fields=("-created_at", "-id", "attempts"), name="referral_often", condition=Q(attempts__gte=2)
            ),
            models.Index(fields=("created_at", "id"), name="referral_came_in", condition=_OPEN),
            models.Index(fields=("sweep_at", "id"), name="referral_sweep", condition=_OPEN),
            models.Index(fields=("entered_at", "id"), name="referral_changed", condition=_OPEN),
            # The archive, with its conditions in the index too: closed rows lie scattered between open ones.
            models.Index(
                fields=(
                    "-created_at",
                    "-id",
                    "closed_at",
                    "state",
                    "province",
                    "sector",
                    "activity",
                    "owner",
                    "partner",
                ),
                name="referral_newest",
            ),
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
        # The verify page finds a dossier by the first 60 bits of its digest.
        indexes = (models.Index(fields=("digest",), name="dossier_digest"),)
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
    # Its index is the one below, which also tells when a partner was last asked.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="offers", db_index=False)
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
    # Of the digest of reason_text in the history; erased with the text.
    salt = models.CharField(max_length=32, blank=True, default="")
    contact_person = models.CharField(max_length=120, blank=True, default="")
    nonce = models.CharField(max_length=32)
    link_digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "aanbod"
        verbose_name_plural = "aanbiedingen"
        ordering = ("referral", "attempt")
        indexes = (
            models.Index(fields=("partner", "-offered_at"), name="offer_partner_newest"),
            # The page of the team lead counts the last 90 days from these alone.
            models.Index(
                fields=("offered_at", "partner", "answered_at", "respond_by", "state", "organisation"),
                name="offer_settled",
            ),
            # What a partner has now, and what ended, newest first; among all that it ever got.
            models.Index(fields=("partner", "ended_at", "id"), name="offer_partner_ended"),
            models.Index(
                fields=("ended_at", "reason", "state"),
                name="offer_refused",
                condition=Q(state__in=("declined", "returned")),
            ),
        )
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


class ConsentRequest(models.Model):
    """The question to the entrepreneur whether one more organisation may help; the answer is a Consent row."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="consent_requests")
    organisation = models.SlugField(max_length=60)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Set by an answer, or when the referral goes on without one.
    closed_at = models.DateTimeField(null=True, default=None)
    given = models.BooleanField(null=True, default=None)

    class Meta:
        verbose_name = "vraag om toestemming"
        verbose_name_plural = "vragen om toestemming"
        ordering = ("referral", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("referral",), condition=Q(closed_at__isnull=True), name="consent_request_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"toestemming voor {self.organisation} bij {self.referral}"


class TimerFailure(models.Model):
    """A referral whose clock could not be carried out; the sweep goes on with the others and tries again."""

    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Name of the error only; its text may quote a person.
    error = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "mislukte termijn"
        verbose_name_plural = "mislukte termijnen"
        ordering = ("first_at",)

    def __str__(self) -> str:
        return f"{self.referral_id}: {self.error}"
