"""The Celery app. Its messages are hints: the row in the database is what counts."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nnmkb.settings")
app = Celery("nnmkb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
