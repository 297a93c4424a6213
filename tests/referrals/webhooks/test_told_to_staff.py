"""What the KvK sees of the system of a partner: on its page, in the list to look at, and beside a referral."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import Role
from referrals.mail import endpoint as letters
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


def test_a_team_lead_switches_an_endpoint_off_and_the_partner_hears_of_it(client: Client) -> None:
    lead = cast.advisor("tetske", lead=True)
    client.force_login(lead)
    endpoint = connected()
    place = "/partners/water-alliance/meldadressen/"
    # The whole address is the partner's own: it may hold a key. The name of the system is enough to call about.
    assert "systeem.voorbeeld.nl" in text(client, place)
    assert endpoint.url not in text(client, place)
    assert "Zet uit" in text(client, f"{place}{endpoint.pk}/")
    endpoint.refresh_from_db()
    assert endpoint.state == "active"
    key = cast.key()
    for _ in range(2):
        client.post(f"{place}{endpoint.pk}/", {"sleutel": key})
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.off_reason) == ("off", "by_kvk")
    event = next(one for one in events.history(endpoint.partner.stream) if one.kind == "endpoint_off")
    assert (event.actor, event.payload) == (f"staff:{lead.pk}", {"endpoint": endpoint.pk, "why": "by_kvk"})
    mail = Outgoing.objects.get(kind="mail.endpoint_off")
    letter = letters.endpoint_off(mail)
    assert letter.to == [endpoint.partner.email]
    assert "De KvK heeft uw meldadres op systeem.voorbeeld.nl uitgezet" in letter.body
    assert "Uitgezet: door de KvK." in text(client, place)
    assert "Meldadres uitgezet: door de KvK" in text(client, "/partners/water-alliance/")
    # Pressed again on a page that stayed open: a word, not a second event.
    client.post(f"{place}{endpoint.pk}/", {"sleutel": cast.key()})
    assert "Dit meldadres staat al uit." in text(client, place)
    assert Outgoing.objects.filter(kind="mail.endpoint_off").count() == 1


def test_an_advisor_reads_the_endpoints_and_switches_none_off(client: Client) -> None:
    anna = cast.advisor("anna")
    anna.groups.add(Group.objects.get_or_create(name=Role.ADVISOR)[0])
    client.force_login(anna)
    endpoint = connected()
    place = "/partners/water-alliance/meldadressen/"
    assert "Vraag de teamleider" in text(client, place)
    assert client.post(f"{place}{endpoint.pk}/", {"sleutel": cast.key()}).status_code == 403
    endpoint.refresh_from_db()
    assert endpoint.state == "active"


def test_an_endpoint_of_another_partner_is_not_switched_off(client: Client) -> None:
    client.force_login(cast.advisor("tetske", lead=True))
    endpoint = connected()
    other = cast.partner("nom")
    assert (
        client.post(f"/partners/{other.code}/meldadressen/{endpoint.pk}/", {"sleutel": cast.key()}).status_code == 404
    )
    endpoint.refresh_from_db()
    assert endpoint.state == "active"


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
