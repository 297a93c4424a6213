"""The mail of an offer for a partner that works with accounts: the inbox first, and the link for who cannot sign in."""

from __future__ import annotations

import pytest
from django.conf import settings

from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.models import Membership
from tests.referrals.accounts import cast as people
from tests.referrals.portal.making import page
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


def body(case: cast.Case) -> str:
    """Return the text of the mail with the offer."""
    outgoing = Outgoing.objects.select_related("event").get(
        kind="mail.offer", recipient=f"offer:{case.fresh_offer().pk}"
    )
    return str(mail.WRITERS["mail.offer"](outgoing).body)


def case_with(channel: str) -> cast.Case:
    """Return an offer at a partner that works along this way."""
    case = cast.case("offered")
    case.partner.channel = channel
    case.partner.save()
    return case


def test_mail_points_to_the_inbox_and_keeps_the_link_and_tells_nothing_of_the_company() -> None:
    case = case_with("portal")
    people.member(case.partner)
    text = body(case)
    inbox, link = text.index(settings.SITE_URL + page(case.fresh_offer())), text.index("/aanbod/")
    assert inbox < text.rindex(f"{settings.SITE_URL}/aanbod/")
    assert link
    assert "Kunt u niet inloggen?" in text
    for words in ("Zilverwiek", "Leeuwarden", "Anna"):
        assert words not in text


@pytest.mark.parametrize("channel", ["link", "api"])
def test_mail_to_a_partner_that_works_another_way_has_the_link_alone(channel: str) -> None:
    case = case_with(channel)
    people.member(case.partner)
    assert "/partner/" not in body(case)


def test_mail_to_a_partner_where_nobody_has_an_account_any_more_has_the_link_alone() -> None:
    case = case_with("portal")
    assert "/partner/" not in body(case)
    people.member(case.partner)
    Membership.objects.update(ended_at=cast.NOW)
    assert "/partner/" not in body(case)
