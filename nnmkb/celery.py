"""The Celery app. Its messages are hints: the row in the database is what counts."""

import os

from celery import Celery
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nnmkb.settings")
app = Celery("nnmkb")
app.config_from_object("django.conf:settings", namespace="CELERY")


def queues() -> list[Queue]:
    """Return the queues; a worker that is told none (-Q) serves them all."""
    # Here and not at the top: terms.py reads the settings, which need the line above.
    from nnmkb.ledger.terms import QUEUES

    return [Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUES]


app.conf.task_queues = queues()
app.autodiscover_tasks()
