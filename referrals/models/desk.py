"""What belongs to the people at the workbench: their settings, saved views, who looks at what, and bulk runs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.referrals import Referral


class SavedView(models.Model):
    """A list with its filters under a name: of one person, or of the team (owner empty)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    # The query string of queues.Filters; read again by read_filters, so it is never trusted.
    query = models.CharField(max_length=500)
    pinned = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "bewaarde lijst"
        verbose_name_plural = "bewaarde lijsten"
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="saved_view_name_own"),
            models.UniqueConstraint(fields=("name",), condition=Q(owner__isnull=True), name="saved_view_name_team"),
        )

    def __str__(self) -> str:
        return self.name


class DeskProfile(models.Model):
    """How one person uses the workbench."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="desk_profile"
    )
    # Single-letter keys can be switched off (WCAG 2.1.4).
    shortcuts = models.BooleanField(default=True)
    # Away up to and including this day: a colleague may go on with what came back.
    absent_until = models.DateField(null=True, blank=True, default=None)
    # The list to begin with, as a query string of queues.Filters; empty for the standard one.
    start = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "werkbakinstelling"
        verbose_name_plural = "werkbakinstellingen"

    def __str__(self) -> str:
        return f"instellingen van {self.user}"


class Presence(models.Model):
    """Who has a referral open; a hint for colleagues, never a lock."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "aanwezigheid"
        verbose_name_plural = "aanwezigheden"
        constraints = (models.UniqueConstraint(fields=("referral", "user"), name="presence_once"),)

    def __str__(self) -> str:
        return f"{self.user} bij {self.referral}"


class BulkRun(models.Model):
    """One action on many referrals at once, with what became of each."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Idempotency key of the form: a second click shows the same result.
    key = models.CharField(max_length=40, unique=True)
    act = models.CharField(max_length=20)
    at = models.DateTimeField()
    # One line per referral: {"number", "done", "text", "version"}, with "label" or "clock" (of before a claim), and
    # with "undone" and "undo_text" once it was taken back. "done" is null until the row was tried. No free text.
    lines = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "bulkhandeling"
        verbose_name_plural = "bulkhandelingen"

    def __str__(self) -> str:
        return f"{self.act} ({len(self.lines)})"
