"""Staff who end up at a page that is not there, or not theirs, are led back to their own work."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.referrals.desk import making

pytestmark = pytest.mark.django_db

BACK = 'href="/inloggen/">Terug naar uw werk</a>'


@pytest.mark.parametrize("address", ["/werkbak/NN-0000-0000-1/", "/werkbak/onzin/", "/partners/onzin/", "/nergens/"])
def test_advisor_is_led_back_from_an_address_that_is_not_there(client: Client, address: str) -> None:
    client.force_login(making.staff("anke"))
    found = client.get(address)
    assert found.status_code == 404
    text = found.content.decode()
    assert BACK in text
    assert "zelfscan?" not in text
    assert client.get("/inloggen/")["Location"] == "/werkbak/"


def test_policy_officer_is_led_back_from_the_work_of_an_advisor(client: Client) -> None:
    client.force_login(making.staff("pim", "policy_author"))
    found = client.get("/werkbak/")
    assert found.status_code == 403
    assert BACK in found.content.decode()
    assert client.get("/inloggen/")["Location"].startswith("/beleid/")


def test_entrepreneur_is_led_to_the_beginning(client: Client) -> None:
    text = client.get("/nergens/").content.decode()
    assert "Was u bezig met de zelfscan?" in text
    assert BACK not in text
    assert 'href="/">Naar het begin</a>' in text
