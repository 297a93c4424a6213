"""Each form on a page has a key of its own: going back after one of them leaves the others working."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import Label, Partner, Referral
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db

FORM = re.compile(r'<form method="post" action="([^"]+)"(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')
KEY = re.compile(r'name="sleutel"[^>]* value="([^"]+)"')


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def form_to(html: str, action: str) -> dict[str, str]:
    """Return what the first form of this act sends along."""
    rest = next(rest for address, rest in FORM.findall(html) if address.endswith(f"/{action}/"))
    return dict(FIELD.findall(rest))


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW, State.NEEDS_INFO, State.RETURNED, State.ACCEPTED])
def test_no_two_forms_of_the_pane_share_a_key(desk: Client, anke: User, state: State) -> None:
    row = making.referral(state=state, owner=None if state == State.QUEUED else anke)
    for name in ("beurs", "spoed"):
        Label.objects.create(referral=row, name=name)
    for address in (f"/werkbak/{row.number}/", f"/werkbak/?lijst=alles&open={row.number}"):
        keys = KEY.findall(page(desk, address))
        # Two labels to take off, one to hang on, a note; and the acts without a page of their own.
        assert len(keys) >= 4
        assert len(keys) == len(set(keys))


def test_claim_after_going_back_from_a_label_is_a_claim(desk: Client, anke: User) -> None:
    row = making.referral()
    Label.objects.create(referral=row, name="spoed")
    # The page as the browser still has it.
    kept = page(desk, f"/werkbak/{row.number}/")
    desk.post(f"/werkbak/{row.number}/label-weg/", form_to(kept, "label-weg"))
    assert not Label.objects.exists()
    desk.post(f"/werkbak/{row.number}/oppakken/", form_to(kept, "oppakken"))
    found = Referral.objects.get(pk=row.pk)
    assert (found.state, found.owner) == (State.IN_REVIEW, anke)


def test_buttons_on_the_page_of_a_partner_have_their_own_keys(client: Client) -> None:
    client.force_login(making.staff("lena", "team_lead"))
    partner = making.partner("metaalunie", paused_until=making.NOW.date().replace(year=2099))
    kept = page(client, f"/partners/{partner.code}/")
    client.post(f"/partners/{partner.code}/gecontroleerd/", form_to(kept, "gecontroleerd"))
    answer = client.post(f"/partners/{partner.code}/pauze-voorbij/", form_to(kept, "pauze-voorbij"), follow=True)
    # The page is an old one now, and that is said; before, the second button looked as if it had worked.
    assert Event.objects.filter(stream=f"partner:{partner.pk}").count() == 1
    assert Partner.objects.get(pk=partner.pk).paused_until is not None
    assert answer.status_code == 409
