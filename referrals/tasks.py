"""The one Celery task. Its message holds an id and is worth nothing: the row in the database decides."""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import worker_process_init
from django.conf import settings

from nnmkb.celery import app
from nnmkb.ledger.terms import PDF_QUEUE, limits_of, queue_of
from referrals import dispatch
from referrals.dossier import render

log = logging.getLogger("nnmkb.delivery")


@app.task(name="referrals.deliver")
def deliver(outgoing_id: int) -> None:
    """Carry out one delivery; a second message for the same row finds nothing to claim."""
    dispatch.deliver(outgoing_id)


def hint(outgoing_id: int, kind: str) -> None:
    """Tell the workers of the queue of this kind that a row is due. Not retried here: the relay looks again."""
    limits = limits_of(kind)
    deliver.apply_async(
        (outgoing_id,),
        queue=queue_of(kind),
        soft_time_limit=limits.soft_s,
        time_limit=limits.hard_s,
        retry=False,
        expires=settings.OUTGOING_REQUEUE_S,
    )


@worker_process_init.connect
def warm(**told: Any) -> None:
    """Get the renderer ready in each process of a worker that makes dossiers, so that the first is not a slow one."""
    if PDF_QUEUE not in app.amqp.queues.consume_from:
        return
    try:
        if not render.warm():
            log.warning("renderer not ready: this machine makes no PDFs")
    except Exception as error:  # without it the worker works all the same, and each row says what was missing
        log.warning("renderer not ready: %s", type(error).__name__)
