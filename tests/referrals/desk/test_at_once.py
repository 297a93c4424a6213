"""Eight browsers at one moment: one wins, the others read why, and nobody gets an error page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from referrals.models import Referral
from tests.ledger.forging import broken
from tests.referrals.services import cast
from tests.referrals.services.test_races import CROWD, kinds, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _an_hour_later() -> Iterator[None]:
    with time_machine.travel(cast.LATER, tick=False):
        yield


def browser(name: str) -> Client:
    """Return the browser of an advisor who signed in."""
    user = cast.advisor(name)
    user.groups.add(cast.Group.objects.get_or_create(name="advisor")[0])
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, referral: Referral, act: str, **fields: object) -> Callable[[], int]:
    """Return a click on a button of this referral, as the page showed it; it gives the status of the answer."""
    given = {"sleutel": cast.key(), "versie": referral.version, **fields}
    return lambda: client.post(f"/werkbak/{referral.number}/{act}/", given).status_code


def test_eight_advisors_click_one_claim() -> None:
    found = cast.case()
    row = found.fresh()
    answers = together([post(browser(f"adviseur{number}"), row, "oppakken") for number in range(CROWD)])
    assert sorted(map(int, map(str, answers))) == [302] + [409] * (CROWD - 1)
    assert kinds(row).count("referral_claimed") == 1
    assert found.fresh().version == row.version + 1


def test_eight_clicks_of_one_form_are_one_claim_and_all_see_it() -> None:
    found = cast.case()
    row, client = found.fresh(), browser("bert")
    clicks = [browser("bert") for _ in range(CROWD)]
    key = cast.key()
    answers = together([post(one, row, "oppakken", sleutel=key) for one in clicks])
    assert answers == [302] * CROWD
    assert kinds(row).count("referral_claimed") == 1
    assert "opgepakt" in client.get(f"/werkbak/{row.number}/").content.decode().lower()


def test_eight_recalls_are_one_recall() -> None:
    found = cast.case("offered")
    row = found.fresh()
    clicks = [browser("bert") for _ in range(CROWD)]
    answers = together([post(one, row, "terughalen", reason="wrong_partner") for one in clicks])
    assert sorted(map(int, map(str, answers))) == [302] + [409] * (CROWD - 1)
    assert kinds(row).count("offer_recalled") == 1
    assert broken() == []
