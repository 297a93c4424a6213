"""The clock stands still, and somebody who keeps the partner list is signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.referrals.desk import making


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """A Tuesday, in a week without holidays."""
    with time_machine.travel(making.NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def lead(client: Client) -> Client:
    """Return the browser of a team lead."""
    client.force_login(making.staff("harm", "team_lead"))
    return client
