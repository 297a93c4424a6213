"""What the KvK sees of the people of a partner: who answered, what they wrote, and what they changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from nnmkb.web.permissions import Role
from referrals.services import answering
from tests.referrals.desk import making
from tests.referrals.portal.making import answer, browser, said
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


@pytest.fixture
def desk(client: Client) -> Client:
    """The browser of somebody at the workbench."""
    client.force_login(making.staff("anke"))
    return client


def pane(desk: Client, case: cast.Case) -> str:
    """Return the page of the referral at the workbench."""
    return said(desk.get(f"/werkbak/{case.referral.number}/"))


def test_timeline_names_organisation_and_person(desk: Client) -> None:
    case = cast.case("offered")
    jan, _ = browser(case.partner, name="Jan de Vries")
    answer(jan, case.fresh_offer(), "aannemen")
    text = pane(desk, case)
    assert "Aanbod aangenomen ma 23 nov, 10:00 Water Alliance, Jan de Vries" in text
    assert "Beantwoord door: Jan de Vries." in text
    assert "Wil aanbod via: link per e-mail." in text


def test_timeline_names_the_system_of_a_partner(desk: Client) -> None:
    case = cast.case("offered")
    actor = f"{case.actor}/key:3"
    answering.accept(case.fresh_offer().pk, actor=actor, contact_person="Carla", key=cast.key(), now=cast.NOW)
    text = pane(desk, case)
    assert "Aanbod aangenomen ma 23 nov, 10:00 Water Alliance, via het systeem" in text
    assert "Beantwoord door: via het systeem." in text


def test_answer_by_link_names_the_organisation_alone(desk: Client) -> None:
    case = cast.case("accepted")
    text = pane(desk, case)
    assert "Aanbod aangenomen ma 23 nov, 10:00 Water Alliance" in text
    assert "Beantwoord door" not in text


def test_note_of_a_partner_stands_among_the_notes_with_who_wrote_it(desk: Client) -> None:
    case = cast.case("in_progress")
    jan, _ = browser(case.partner, name="Jan de Vries")
    answer(jan, case.fresh_offer(), "voortgang", text="Volgende week een plan.")
    text = pane(desk, case)
    assert "Volgende week een plan. Jan de Vries van Water Alliance, ma 23 nov, 10:00" in text
    assert "Nog bezig" in text


def test_advisor_reads_how_the_partner_wants_an_offer(desk: Client) -> None:
    case = cast.case("in_review")
    case.partner.channel = "portal"
    case.partner.save()
    desk.force_login(making.staff("teamlead", Role.TEAM_LEAD))
    case.referral.refresh_from_db()
    desk.force_login(case.advisor)
    case.advisor.groups.add(making.Group.objects.get_or_create(name=Role.ADVISOR)[0])
    text = said(desk.get(f"/werkbak/{case.referral.number}/aanbieden/?partner={case.partner.pk}"))
    assert "Het aanbod staat ook in het postvak van wie daar een account heeft." in text
