"""The one Celery task. Its message holds an id and is worth nothing: the row in the database decides."""

from __future__ import annotations

from nnmkb.celery import app
from referrals import dispatch


@app.task(name="referrals.deliver")
def deliver(outgoing_id: int) -> None:
    """Carry out one delivery; a second message for the same row finds nothing to claim."""
    dispatch.deliver(outgoing_id)
