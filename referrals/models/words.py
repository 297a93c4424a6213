"""What people wrote about a referral: notes, questions with answers, feedback; and the counts for policy makers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.partners import Partner
from referrals.models.referrals import Offer, Referral


class Note(models.Model):
    """What an advisor wrote down, or a partner at work on it. Not part of the dossier; erased with the personal data.

    With a partner it is of that partner: of a person there, or of its system when there is no author.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    # Of the digest of the text in the history; erased with the text.
    salt = models.CharField(max_length=32, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "notitie"
        verbose_name_plural = "notities"
        ordering = ("referral", "at")

    def __str__(self) -> str:
        return f"notitie bij {self.referral}"


class Question(models.Model):
    """One question of the KvK to the entrepreneur, answered by the follow link, closed, or never answered."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField(max_length=1000)
    answer = models.TextField(max_length=4000, blank=True, default="")
    # Of the digests of both texts in the history; erased with them.
    salt = models.CharField(max_length=32, blank=True, default="")
    answered_at = models.DateTimeField(null=True, default=None)
    # Set when it is answered, withdrawn by the advisor, or overdue.
    closed_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "vraag aan de ondernemer"
        verbose_name_plural = "vragen aan de ondernemer"
        ordering = ("referral", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("referral",), condition=Q(closed_at__isnull=True), name="question_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"vraag bij {self.referral}"


class PartnerQuestion(models.Model):
    """One question of a partner to the KvK about an offer, and what the KvK answered."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="questions")
    # "partner:5", "partner:5/person:12", "partner:5/key:3"
    asked_as = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    text = models.TextField(max_length=1000)
    answer = models.TextField(max_length=2000, blank=True, default="")
    # Of the digests of both texts in the history; erased with them.
    salt = models.CharField(max_length=32, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, default=None, related_name="+"
    )
    # Set when it is answered, or when the offer ends without an answer.
    closed_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "vraag van een partner"
        verbose_name_plural = "vragen van partners"
        ordering = ("offer", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("offer",), condition=Q(closed_at__isnull=True), name="partner_question_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"vraag bij {self.offer_id}"


class Feedback(models.Model):
    """What the entrepreneur thought of it, once after the first contact and once at the end."""

    class Moment(models.TextChoices):
        """When it was asked."""

        CONTACT = "contact", "na het eerste contact"
        END = "end", "na afloop"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="feedback")
    moment = models.CharField(max_length=8, choices=Moment)
    happy = models.BooleanField()
    # Code of a standing answer; empty when none was chosen.
    reason = models.CharField(max_length=30, blank=True, default="")
    text = models.TextField(max_length=1000, blank=True, default="")
    salt = models.CharField(max_length=32, blank=True, default="")
    # Unhappy, and asks the KvK to look again; an advisor decides.
    asks_reopening = models.BooleanField(default=False)
    given_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, default=None)

    class Meta:
        verbose_name = "terugkoppeling"
        verbose_name_plural = "terugkoppelingen"
        ordering = ("referral", "id")
        indexes = (
            models.Index(
                fields=("given_at",),
                name="feedback_asks_reopening",
                condition=Q(asks_reopening=True, handled_at__isnull=True),
            ),
        )
        constraints = (models.UniqueConstraint(fields=("referral", "moment"), name="feedback_once_per_moment"),)

    def __str__(self) -> str:
        return f"terugkoppeling bij {self.referral}"


class Label(models.Model):
    """A word that the team hung on a referral, to find it again."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=30)

    class Meta:
        verbose_name = "label"
        verbose_name_plural = "labels"
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("name", "referral"), name="label_once_per_referral"),)

    def __str__(self) -> str:
        return self.name


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
