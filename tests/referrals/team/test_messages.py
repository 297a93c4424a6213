"""What failed and stands beside no referral: on a page of the team lead, once more or taken care of, never for ever."""

from __future__ import annotations

import html
import re
import smtplib
from typing import Any

import pytest
import time_machine
from django.test import Client

from intake.models import Intake
from intake.services import links
from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event, Heartbeat, Outgoing
from nnmkb.web.permissions import Role
from referrals import dispatch, mail
from referrals.domain.mail_errors import told
from referrals.models import Invitation
from referrals.services import delivery, invitations, returned
from tests.referrals.accounts import cast as people
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.running import returned_mail

pytestmark = pytest.mark.django_db
PAGE = "/werkbak/team/berichten/"
UNKNOWN = smtplib.SMTPRecipientsRefused({"x@x.example": (550, b"5.1.1 unknown")})
LATER = smtplib.SMTPRecipientsRefused({"x@x.example": (450, b"4.2.2 full")})


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(making.staff("lies", "team_lead"))
    return client


def invited() -> Outgoing:
    """Return the mail of an invitation that was given up."""
    to = making.partner()
    invitations.invite(to.pk, "nieuw@metaalunie.example", Role.PARTNER_READER, by=people.kvk(), now=NOW)
    return given_up(Outgoing.objects.get(kind="mail.invitation"))


def given_up(row: Outgoing) -> Outgoing:
    claimed = outbox.claim(row.pk, NOW)
    assert claimed
    outbox.fail(claimed, NOW, told(UNKNOWN), permanent=True)
    row.refresh_from_db()
    return row


def link_asked() -> Outgoing:
    """Return the mail with the link to a scan that was not sent in."""
    draft = making.intake()
    Intake.objects.filter(pk=draft.pk).update(state=Intake.State.DRAFT)
    links.promise(draft, "resume_link_asked", "mail.resume_link", key="een", now=NOW)
    return Outgoing.objects.get(kind="mail.resume_link")


def health(client: Client) -> tuple[int, int]:
    for name in ("relay", "sweep"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": NOW})
    answer = client.get("/gezond/wachtrij/")
    return answer.status_code, answer.json()["dead"]


def said(client: Client, text: str = "") -> str:
    page = text or client.get(PAGE).content.decode().partition("<main")[2]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_an_invitation_that_did_not_arrive_is_told_with_its_partner_and_without_an_address(lead: Client) -> None:
    invited()
    text = said(lead)
    assert "Mail: uitnodiging voor een account mislukt" in text
    assert "Dit adres bestaat niet." in text
    assert "Metaalunie" in text
    assert "@" not in text
    team = lead.get("/werkbak/team/").content.decode()
    assert f'href="{PAGE}"' in team


def test_it_is_sent_once_more_and_a_second_click_does_nothing(lead: Client) -> None:
    row = invited()
    assert health(lead) == (503, 1)
    assert lead.post(PAGE, {"bericht": row.pk}, follow=True).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Outgoing.State.PENDING, 0)
    event = Event.objects.get(stream=f"outgoing:{row.pk}")
    assert (event.kind, event.payload["message"]) == ("delivery_retried", "mail.invitation")
    assert "niet meer op mislukt" in said(lead, lead.post(PAGE, {"bericht": row.pk}, follow=True).content.decode())
    assert Event.objects.filter(stream=f"outgoing:{row.pk}").count() == 1


def test_it_is_taken_care_of_and_health_is_green_again(lead: Client) -> None:
    row = invited()
    lead.post(PAGE, {"bericht": row.pk, "wat": "afgehandeld"})
    row.refresh_from_db()
    assert (row.state, row.last_error) == (Outgoing.State.DONE, delivery.TAKEN_CARE_OF)
    assert health(lead) == (200, 0)
    assert "Hier staat niets." in said(lead)


@pytest.mark.parametrize("act", [invitations.again, invitations.take_back])
def test_an_invitation_that_is_sent_anew_or_taken_back_is_no_longer_a_failure(lead: Client, act: Any) -> None:
    row = invited()
    made = Invitation.objects.get()
    act(made.partner_id, made.pk, by=people.kvk(), now=NOW)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (Outgoing.State.DONE, invitations.CLOSED)
    assert health(lead) == (200, 0)


def test_one_that_came_back_goes_again_in_a_row_of_its_own(lead: Client) -> None:
    row = link_asked()
    Outgoing.objects.filter(pk=row.pk).update(state="bounced", done_at=NOW, bounced_at=NOW, last_error="5.2.2")
    assert "De mailbox is vol." in said(lead)
    lead.post(PAGE, {"bericht": row.pk})
    assert sorted(Outgoing.objects.filter(kind="mail.resume_link").values_list("state", "last_error")) == [
        ("done", delivery.SENT_ANEW),
        ("pending", ""),
    ]


def test_what_stands_beside_a_referral_is_not_here_and_cannot_be_touched_from_here(lead: Client) -> None:
    offer = making.offered(making.partner())
    case = Intake.objects.get(pk=offer.referral.intake_id)
    links.promise(case, "follow_link_asked", "mail.follow_link", key="twee", now=NOW)
    rows = [Outgoing.objects.get(kind=kind) for kind in ("mail.offer", "mail.follow_link")]
    for row in rows:
        Outgoing.objects.filter(pk=row.pk).update(state="dead", after=None, last_error="x")
        lead.post(PAGE, {"bericht": row.pk, "wat": "afgehandeld"})
        row.refresh_from_db()
        assert row.state == Outgoing.State.DEAD
    assert "Hier staat niets." in said(lead)


@pytest.mark.parametrize("given", ["", "x", "0", "-1", "9" * 30, "1\x00", "٣"])
def test_a_message_that_is_none_does_nothing(lead: Client, given: str) -> None:
    row = invited()
    assert lead.post(PAGE, {"bericht": given}, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.state == Outgoing.State.DEAD


def test_work_of_the_house_closes_by_itself_and_is_not_here(lead: Client) -> None:
    row = invited()
    Outgoing.objects.filter(pk=row.pk).update(kind="work.lapse")
    assert delivery.elsewhere() == []


@pytest.mark.parametrize(("error", "state", "dead"), [(UNKNOWN, "done", 0), (LATER, "pending", 0)])
def test_a_visitor_who_mistypes_the_own_address_turns_nothing_red(
    lead: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str, dead: int
) -> None:
    row = link_asked()

    def refuse(_: Outgoing) -> None:
        raise error

    monkeypatch.setitem(mail.WRITERS, "mail.resume_link", refuse)
    dispatch.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == state
    assert (row.last_error == delivery.WRONG_ADDRESS) == (state == "done")
    assert health(lead) == (200, dead)
    assert "Hier staat niets." in said(lead)


def test_one_that_comes_back_to_a_visitor_asks_for_nobody_either(lead: Client, settings: Any) -> None:
    settings.SITE_URL = f"https://{returned_mail.HOST}"
    row = link_asked()
    claimed = outbox.claim(row.pk, NOW)
    assert claimed
    assert outbox.finish(claimed, NOW)
    assert returned.take_in(returned_mail.report(message_id=row.message_id), NOW) is returned.Result.RETURNED
    row.refresh_from_db()
    assert (row.state, row.last_error, row.bounced_at) == (Outgoing.State.DONE, delivery.WRONG_ADDRESS, NOW)
    assert "Hier staat niets." in said(lead)
