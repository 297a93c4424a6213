"""Who works at the workbench in these tests, and a partner."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from referrals.models import Partner
from tests.referrals.desk import making


@pytest.fixture
def anke() -> User:
    """An advisor."""
    return making.staff("anke")


@pytest.fixture
def desk(client: Client, anke: User) -> Client:
    """The browser of this advisor, signed in."""
    client.force_login(anke)
    return client


@pytest.fixture
def metaal() -> Partner:
    """A partner without limits."""
    return making.partner("metaalunie", name="Metaalunie Noord")
