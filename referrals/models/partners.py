"""Partner (an organisation that joined), its contact persons, and what has to be looked at in the directory."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Partner(models.Model):
    """An organisation that joined: what it does, where, and how to reach it."""

    class Channel(models.TextChoices):
        """The way offers reach a partner."""

        LINK = "link", "link per e-mail"
        PORTAL = "portal", "eigen account"
        API = "api", "eigen systeem (API)"

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    # Code of the organisation in the policy (partijen.yaml); consent is given to that organisation.
    organisation = models.SlugField(max_length=60, unique=True)
    # Empty list: no limit.
    activities = models.JSONField(default=list, blank=True)
    provinces = models.JSONField(default=list, blank=True)
    sectors = models.JSONField(default=list, blank=True)
    themes = models.JSONField(default=list, blank=True)
    # How offers reach it: a link by mail needs nothing; portal and API are for who works there all day.
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.LINK)
    email = models.EmailField()
    response_days = models.PositiveSmallIntegerField(default=5)
    capacity = models.PositiveSmallIntegerField(default=20)
    active = models.BooleanField(default=True)
    paused_until = models.DateField(null=True, blank=True, default=None)
    agreement_date = models.DateField(null=True, blank=True, default=None)
    last_checked = models.DateField(null=True, blank=True, default=None)
    # Since its first API key or webhook: from then on what happens to its offers is kept for its system to read.
    connected_at = models.DateTimeField(null=True, blank=True, default=None)
    # Every change by a person takes the next number; a page that was made from an older one is refused.
    version = models.PositiveIntegerField(default=1)

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

    @property
    def stream(self) -> str:
        """Return the name of this partner's history."""
        return f"partner:{self.pk}"


class PartnerContact(models.Model):
    """Somebody to call at a partner; offers go to the address of the partner itself."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=80, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        verbose_name = "contactpersoon"
        verbose_name_plural = "contactpersonen"
        ordering = ("partner", "name")

    def __str__(self) -> str:
        return self.name


class ReviewItem(models.Model):
    """Something that declines brought up and a person has to look at: a directory entry, or a rule of the policy."""

    class Kind(models.TextChoices):
        """What is to be looked at."""

        DIRECTORY = "directory", "partnerlijst nakijken"
        RULE = "rule", "regel bekijken"

    kind = models.CharField(max_length=10, choices=Kind)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="review_items"
    )
    # Code of the rule (R-P4), or of the activity when no rule led to the referral.
    rule = models.CharField(max_length=20, blank=True, default="")
    # Code of the reason that brought it up.
    reason = models.CharField(max_length=30)
    # How often, within the term that counts.
    count = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, default=None)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="+"
    )

    class Meta:
        verbose_name = "nakijkpunt"
        verbose_name_plural = "nakijkpunten"
        ordering = ("opened_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "partner", "reason"),
                condition=Q(closed_at__isnull=True, kind="directory"),
                name="review_one_open_per_partner",
            ),
            models.UniqueConstraint(
                fields=("kind", "rule"),
                condition=Q(closed_at__isnull=True, kind="rule"),
                name="review_one_open_per_rule",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.partner or self.rule}"
