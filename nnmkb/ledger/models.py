"""Event: the append-only history, and Tip and Anchor, its proof. Outgoing: one row a delivery. Heartbeat, RateCount."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One thing that happened to one subject. Never changed, never deleted (triggers see to it)."""

    # "intake:12", "referral:7": the ledger lies below both apps and knows no model of theirs.
    stream = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    # "entrepreneur", "advisor:3", "partner:5", "system"
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()
    # Ids, codes and digests only; no name, address or free text.
    payload = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=80, null=True, unique=True, default=None)  # noqa: DJ001
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "gebeurtenis"
        verbose_name_plural = "gebeurtenissen"
        ordering = ("stream", "seq")
        constraints = (models.UniqueConstraint(fields=("stream", "seq"), name="event_one_per_seq"),)

    def __str__(self) -> str:
        return f"{self.stream} {self.seq} {self.kind}"


class Tip(models.Model):
    """The last number and digest of one history: an event that is missing at the end shows here."""

    stream = models.CharField(max_length=40, primary_key=True)
    seq = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "eind van een geschiedenis"
        verbose_name_plural = "einden van geschiedenissen"

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}"


class Anchor(models.Model):
    """One digest over all histories up to one event, made each night and kept outside too. Append-only."""

    at = models.DateTimeField()
    # The last event that it covers; 0 for an empty ledger.
    last_event = models.BigIntegerField()
    streams = models.PositiveIntegerField()
    # SHA-256 over the sorted (stream, seq, digest) of the last covered event of every history.
    root = models.CharField(max_length=64)

    class Meta:
        verbose_name = "anker"
        verbose_name_plural = "ankers"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.root[:12]}"


class Outgoing(models.Model):
    """One delivery that was promised. The row is the truth; a message on the broker is only a hint to look here."""

    class State(models.TextChoices):
        """Where the delivery stands."""

        PENDING = "pending", "klaargezet"
        LEASED = "leased", "wordt verzonden"
        DONE = "done", "verzonden"
        DEAD = "dead", "mislukt"
        # Went out, and a mail server on the way sent it back.
        BOUNCED = "bounced", "teruggekomen"

    kind = models.CharField(max_length=60)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="outgoing")
    # Who gets it, as a reference: "partner:5", "intake:12", "advisor:3", "offer:9".
    recipient = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=120, unique=True)
    # A delivery that must come first, such as the PDF before the mail that points to it.
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="next")
    # Stands by: needless once any delivery of this event has arrived, such as the mail beside a webhook.
    unless = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, default=None, related_name="standing_by", db_index=False
    )
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How many attempts its kind gets (terms.plan_of).
    attempts_allowed = models.PositiveSmallIntegerField(default=7)
    # When to try (pending) or when the lease ends (leased).
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True, default=None)
    hinted_at = models.DateTimeField(null=True, default=None)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, default=None)
    bounced_at = models.DateTimeField(null=True, default=None)
    last_error = models.CharField(max_length=200, blank=True, default="")
    # Fixed when the row is made, so that a message sent twice is recognisable as one.
    message_id = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        verbose_name = "verzending"
        verbose_name_plural = "verzendingen"
        ordering = ("due_at", "id")
        indexes = (
            models.Index(fields=("due_at", "id"), name="outgoing_open", condition=Q(state__in=("pending", "leased"))),
            models.Index(fields=("recipient",), name="outgoing_recipient"),
            models.Index(fields=("created_at",), name="outgoing_dead", condition=Q(state__in=("dead", "bounced"))),
            models.Index(fields=("unless",), name="outgoing_standing_by", condition=Q(unless__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}: {self.get_state_display()}"


class Heartbeat(models.Model):
    """The last sign of life of something that must keep running."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "levensteken"
        verbose_name_plural = "levenstekens"

    def __str__(self) -> str:
        return self.name


class RateCount(models.Model):
    """How often a thing was asked for in a window of time; the key is a digest, never an address."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "teller"
        verbose_name_plural = "tellers"

    def __str__(self) -> str:
        return f"{self.count}"
