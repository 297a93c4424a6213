"""Intake (one filled-in scan), Contact, Assessment (never recomputed), its AnswerVector, and Consent (append-only)."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper


class Intake(models.Model):
    """One company's way through the questions, from the first answer to its erasure."""

    class Kind(models.TextChoices):
        """Which path was taken."""

        SCAN = "scan", "zelfscan"
        FOREIGN = "foreign", "buitenlands bedrijf"

    class State(models.TextChoices):
        """How far it came."""

        DRAFT = "draft", "bezig"
        ASSESSED = "assessed", "uitslag gezien"
        SUBMITTED = "submitted", "verstuurd"
        ERASED = "erased", "gewist"

    # Public, readable and not to be guessed from another: NN-7K3F-92QD. Gives no access by itself.
    reference = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SCAN)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=2, default="nl")
    # Links are derived from this; a new nonce kills every old link.
    nonce = models.CharField(max_length=32)
    resume_digest = models.CharField(max_length=64, unique=True)
    follow_digest = models.CharField(max_length=64, unique=True)
    # An intake finishes on the policy it started with.
    policy = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    # What was typed but is not a valid answer (yet), by form field: nothing typed is ever lost.
    typed = models.JSONField(default=dict)
    postcode = models.CharField(max_length=7, blank=True, default="")
    municipality = models.CharField(max_length=60, blank=True, default="")
    sbi_code = models.CharField(max_length=6, blank=True, default="")
    sbi_version = models.CharField(max_length=4, blank=True, default="")
    # Only for "save and go on later"; emptied when the intake is submitted or lapses.
    resume_email = models.EmailField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True, default=None)
    erased_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = "zelfscan"
        verbose_name_plural = "zelfscans"
        indexes = (
            models.Index(fields=("expires_at",), name="intake_unsent", condition=Q(state__in=("draft", "assessed"))),
            # iexact on PostgreSQL compares capitals; with another condition than that of the search it is not used.
            models.Index(
                Upper("resume_email"), name="intake_resume_email", condition=Q(state__in=("draft", "assessed"))
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def stream(self) -> str:
        """Return the name of this intake's history."""
        return f"intake:{self.pk}"

    def expired(self, now: datetime) -> bool:
        """Say whether the term for going on with it has passed."""
        return self.state in {self.State.DRAFT, self.State.ASSESSED} and now >= self.expires_at


class Contact(models.Model):
    """Who the company is and how to reach it: asked only after the result, erased on request."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="contact")
    company = models.CharField(max_length=120)
    kvk_number = models.CharField(max_length=8, blank=True, default="", db_index=True)
    person = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=30, blank=True, default="")
    place = models.CharField(max_length=80, blank=True, default="")
    country = models.CharField(max_length=2, default="NL")
    website = models.CharField(max_length=200, blank=True, default="")
    message = models.TextField(max_length=1000, blank=True, default="")

    class Meta:
        indexes = (models.Index(Upper("email"), name="contact_email"),)
        verbose_name = "contact"
        verbose_name_plural = "contacten"

    def __str__(self) -> str:
        return self.company


class Assessment(models.Model):
    """What the rules said about one set of answers, at one moment. A new set of answers makes a new row."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    policy = models.CharField(max_length=20)
    answers = models.JSONField()
    outcome = models.CharField(max_length=8)
    intensity = models.CharField(max_length=12)
    # intake.policy.Assessment.to_json(): derived values, fired rules with reasons, not yet, receipt.
    result = models.JSONField()
    receipt = models.JSONField()

    class Meta:
        verbose_name = "uitslag"
        verbose_name_plural = "uitslagen"
        ordering = ("intake", "number")
        constraints = (models.UniqueConstraint(fields=("intake", "number"), name="assessment_number"),)

    def __str__(self) -> str:
        return f"{self.intake} uitslag {self.number}"


class AnswerVector(models.Model):
    """The newest answers that were assessed, as a few bytes: written with the assessment, erased with the answers.

    A new version of the policy is tried on these, so that trying it reads no name and no address.
    """

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # By the register of the policy (register.yaml); intake.policy.vectors reads and writes it.
    vector = models.BinaryField()

    class Meta:
        verbose_name = "antwoordvector"
        verbose_name_plural = "antwoordvectoren"

    def __str__(self) -> str:
        return f"antwoorden van {self.intake_id}"


class Consent(models.Model):
    """One yes or no to one purpose, for one organisation. Append-only: the newest row counts."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="consents")
    # C1 view by KvK, C2 dossier to an organisation, C3 example, C4 figures, C5 question later (toestemming.yaml)
    purpose = models.CharField(max_length=4)
    organisation = models.CharField(max_length=60, blank=True, default="")
    given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    # SHA-256 of the exact sentence that was on the screen.
    text_digest = models.CharField(max_length=64)
    source = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "toestemming"
        verbose_name_plural = "toestemmingen"
        ordering = ("intake", "id")
        indexes = (
            models.Index(fields=("intake", "purpose", "organisation"), name="consent_newest"),
            # A search passes over the few that took back this consent.
            models.Index(fields=("intake",), name="consent_view_refused", condition=Q(purpose="C1", given=False)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose="C2", organisation__gt="") | (~Q(purpose="C2") & Q(organisation="")),
                name="consent_names_organisation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.intake} {self.purpose} {self.organisation} {'ja' if self.given else 'nee'}"
