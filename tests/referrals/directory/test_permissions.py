"""Who may read the partner list, and who may change it; nothing changes for anybody else."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from nnmkb.ledger.models import Event
from nnmkb.web.permissions import STAFF_ROLES, Role
from referrals.models import Partner, PartnerContact, ReviewItem
from tests.referrals.desk import making
from tests.referrals.directory.making import button, form

pytestmark = pytest.mark.django_db
KEEPERS = {Role.TEAM_LEAD, Role.ADMINISTRATOR}
READERS = {Role.ADVISOR, *KEEPERS}
REVIEWERS = {Role.POLICY_AUTHOR, *READERS}
# Address, who may read it, who may post to it.
TABLE = [
    ("/partners/", READERS, set()),
    ("/partners/nakijken/", REVIEWERS, {Role.POLICY_AUTHOR, *KEEPERS}),
    ("/partners/nieuw/", KEEPERS, KEEPERS),
    ("/partners/nom/", READERS, set()),
    ("/partners/nom/contact/", KEEPERS, KEEPERS),
    ("/partners/nom/contact/{contact}/", KEEPERS, KEEPERS),
    ("/partners/nom/gecontroleerd/", KEEPERS, KEEPERS),
    ("/partners/nom/pauze/", KEEPERS, KEEPERS),
    ("/partners/nom/stoppen/", KEEPERS, KEEPERS),
    ("/partners/nom/weer-mee/", KEEPERS, KEEPERS),
    ("/partners/nom/wijzigen/", KEEPERS, KEEPERS),
]


def send(client: Client, method: str, address: str) -> int:
    """Ask for an address of a partner that exists, with a form that would change something."""
    partner = making.partner("nom")
    contact = PartnerContact.objects.create(partner=partner, name="Tjalling")
    typed = {**form(partner, capacity="3"), **button(partner, until="2026-12-24")}
    return int(client.generic(method, address.format(contact=contact.pk), typed_as_form(typed), FORM).status_code)


FORM = "application/x-www-form-urlencoded"


def typed_as_form(typed: dict[str, object]) -> str:
    return urlencode(typed, doseq=True)


@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("address", "readers", "changers"), TABLE)
def test_each_role_is_answered_as_the_table_says(
    client: Client, role: Role, method: str, address: str, readers: set[Role], changers: set[Role]
) -> None:
    client.force_login(making.staff("iemand", role))
    status = send(client, method, address)
    welcome = role in (readers if method == "GET" else changers)
    assert (status != 403) is welcome
    assert status < 500
    if not welcome or method == "GET":
        assert not Event.objects.exists()
        assert Partner.objects.get().version == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", [address for address, _, _ in TABLE])
def test_a_stranger_signs_in_first(client: Client, method: str, address: str) -> None:
    assert send(client, method, address) == 302
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("role", "kind", "may"),
    [
        (Role.TEAM_LEAD, "directory", True),
        (Role.ADMINISTRATOR, "directory", True),
        (Role.POLICY_AUTHOR, "directory", False),
        (Role.ADVISOR, "directory", False),
        (Role.TEAM_LEAD, "rule", True),
        (Role.ADMINISTRATOR, "rule", True),
        (Role.POLICY_AUTHOR, "rule", True),
        (Role.ADVISOR, "rule", False),
    ],
)
def test_who_writes_policy_closes_what_is_about_a_rule_and_nothing_else(
    client: Client, role: Role, kind: str, may: bool
) -> None:
    about = {"rule": "R-P4"} if kind == "rule" else {"partner": making.partner("nom")}
    item = ReviewItem.objects.create(kind=kind, reason="region", opened_at=making.NOW, last_at=making.NOW, **about)
    client.force_login(making.staff("iemand", role))
    text = client.get("/partners/nakijken/").content.decode()
    assert (f'name="punt" value="{item.pk}"' in text) is may
    response = client.post("/partners/nakijken/", {"punt": item.pk})
    assert response.status_code == (302 if may else 403)
    item.refresh_from_db()
    assert (item.closed_at is not None) is may
    assert Event.objects.filter(kind="review_closed").exists() is may
