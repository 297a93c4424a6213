"""What the KvK sees of the system of a partner: on its page, in the list to look at, and beside a referral."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from nnmkb.ledger.models import Outgoing
from referrals.services import endpoint_results, endpoints
from referrals.views import history
from tests.referrals.services import cast
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import NOW, connected, deliver, message
from tests.referrals.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", client.get(path).content.decode())).split())


def test_an_endpoint_that_failed_is_a_task_on_the_page_of_the_partner(client: Client) -> None:
    client.force_login(cast.advisor("tetske", lead=True))
    endpoint = connected()
    assert "Eigen systeem Meldadressen: 1 aan" in text(client, "/partners/water-alliance/")
    endpoint_results.end(endpoint, endpoints.FAILING, NOW)
    page = text(client, "/partners/water-alliance/")
    assert "Iemand moet bij deze partner iets nakijken." in page
    assert "Meldadressen: 1 uit" in page
    assert "Meldadres uitgezet: het systeem antwoordt niet" in page
    # The address is the partner's own: it may hold a key.
    assert "voorbeeld.nl" not in page
    assert "Meldadres van het systeem antwoordt niet" in text(client, "/partners/nakijken/")


def test_beside_a_referral_stands_that_the_system_took_it(receiver: Receiver) -> None:
    endpoint = connected(url=receiver.url)
    found = cast.case("offered")
    deliver(message(endpoint))
    shown = {one.name: one.state for one in history.deliveries(found.fresh())}
    assert shown["Mail aan de partner: aanbod"] == "aangekomen in het systeem van de partner"


def test_a_partner_whose_endpoint_is_off_is_not_put_off_for_another_hour(receiver: Receiver) -> None:
    receiver.answer = answers.status(410)
    endpoint = connected(url=receiver.url)
    cast.case("offered")
    deliver(message(endpoint))
    second = cast.case("offered")
    mail = Outgoing.objects.get(kind="mail.offer", recipient=f"offer:{second.fresh_offer().pk}")
    assert mail.due_at == NOW
    assert mail.due_at < NOW + timedelta(hours=1)
