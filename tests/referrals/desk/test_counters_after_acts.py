"""Who does something sees it in the counters at once, not after half a minute."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from referrals.models import BulkRun, Referral
from tests.referrals.desk import making
from tests.referrals.desk.many import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(making.staff("anke"))
    for number in range(3):
        making.referral(f"Bedrijf {number}")
    return client


def tabs(client: Client) -> dict[str, str]:
    """Return the counter of each list above the table."""
    page = client.get("/werkbak/?lijst=alles").content.decode()
    return dict(re.findall(r">(Mijn werk|Nog niet opgepakt|Alles) <span[^>]*>(\d+)<", page))


def test_claim_shows_in_the_counters_at_once(desk: Client) -> None:
    assert tabs(desk) == {"Mijn werk": "0", "Nog niet opgepakt": "3", "Alles": "3"}
    row = making.referral("Vierde")
    # Of a colleague, or from outside: that may take half a minute.
    assert tabs(desk)["Alles"] == "3"
    desk.post(f"/werkbak/{row.number}/oppakken/", {"sleutel": str(uuid.uuid4()), "versie": row.version})
    assert tabs(desk) == {"Mijn werk": "1", "Nog niet opgepakt": "3", "Alles": "4"}


def test_the_next_one_shows_in_the_counters_at_once(desk: Client) -> None:
    assert tabs(desk)["Mijn werk"] == "0"
    desk.post("/werkbak/volgende/", {"sleutel": str(uuid.uuid4())})
    assert tabs(desk)["Mijn werk"] == "1"


def test_many_at_once_and_taking_it_back_show_in_the_counters_at_once(desk: Client) -> None:
    assert tabs(desk)["Mijn werk"] == "0"
    do(desk, "oppakken", *Referral.objects.all())
    assert tabs(desk)["Mijn werk"] == "3"
    desk.post(f"/werkbak/bulk/{BulkRun.objects.get().pk}/terug/", {"lijst": ""})
    assert tabs(desk)["Mijn werk"] == "0"
