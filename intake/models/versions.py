"""PolicyVersion (one version of the policy as text, from draft to retired) and SourceText (append-only)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

# As long as Intake.policy and Assessment.policy.
NAME_LENGTH = 20


class PolicyVersion(models.Model):
    """One version of the policy: its files, where it stands, and who did what to it.

    The files only change while it is a draft. People are named by the actor of the ledger ("staff:3").
    """

    class State(models.TextChoices):
        """How far it came."""

        DRAFT = "draft", "concept"
        REVIEW = "review", "in beoordeling"
        PUBLISHED = "published", "in gebruik"
        RETIRED = "retired", "vervallen"
        DROPPED = "dropped", "weggegooid"

    # Also the name in Intake.policy and in the address: "2013", "2026-1".
    name = models.SlugField(max_length=NAME_LENGTH, unique=True)
    title = models.CharField(max_length=120)
    # The version it was begun from; empty for one that came with the program.
    base = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # {file name: text}
    files = models.JSONField()
    # intake.policies.digest_of(files): whoever judged this text judged no other.
    digest = models.CharField(max_length=64)
    # Every change by a person takes the next number; a page that was made from an older one is refused.
    lock = models.PositiveIntegerField(default=1)
    author = models.CharField(max_length=40, blank=True, default="")
    # Everybody who put text in it or submitted it: none of them can publish it.
    editors = models.JSONField(default=list)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=40, blank=True, default="")
    submitted_at = models.DateTimeField(null=True, blank=True, default=None)
    published_by = models.CharField(max_length=40, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True, default=None)
    # The version that was in force before this one.
    replaced = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    retired_by = models.CharField(max_length=40, blank=True, default="")
    retired_at = models.DateTimeField(null=True, blank=True, default=None)
    # Why a warning of the analysis may stay, by Finding.key.
    notes = models.JSONField(default=dict)
    # What was said with an event of the history, by its number: the ledger itself keeps no free text.
    words = models.JSONField(default=dict)
    # intake.services.replaying.StoredImpact, and of which two texts it is the impact.
    impact = models.JSONField(null=True, blank=True, default=None)
    impact_digest = models.CharField(max_length=130, blank=True, default="")

    class Meta:
        verbose_name = "versie van het beleid"
        verbose_name_plural = "versies van het beleid"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("state",), condition=Q(state="published"), name="policy_one_version_in_force"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """Return the name of this version's history."""
        return f"policy:{self.name}"


class SourceText(models.Model):
    """The text of a document that rules lean on, so that a citation can be looked up. The newest of a code counts."""

    # As in `bronnen` of the catalogue: "001".
    code = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    registered_by = models.CharField(max_length=40)
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name = "brontekst"
        verbose_name_plural = "bronteksten"
        ordering = ("code", "-id")
        indexes = (models.Index(fields=("code", "-id"), name="source_newest"),)

    def __str__(self) -> str:
        return self.code

    @property
    def stream(self) -> str:
        """Return the name of this document's history."""
        return f"source:{self.code}"
