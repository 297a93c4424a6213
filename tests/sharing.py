"""Rows that several tests read: made once, and taken away again after the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep what is made inside for every test that runs inside: each gets it back as it was made.

    A test runs in a transaction inside this one. Not around transactional tests.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
