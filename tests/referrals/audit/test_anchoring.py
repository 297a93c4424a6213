"""Each night: an anchor for who leads the team, and a look at the whole history. Once, whoever runs it how often."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User

from nnmkb.ledger import anchors, events
from nnmkb.ledger.models import Anchor, Event, Outgoing
from nnmkb.web.permissions import Role
from referrals import mail
from referrals.management.commands.relay import begin_beside
from referrals.services import anchoring
from tests.ledger.forging import chain_anew, forge
from tests.ledger.rows import event

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 28, 1, 30, tzinfo=UTC)  # half past two in Amsterdam
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _report_file(settings, tmp_path):
    settings.ANCHORS_FILE = tmp_path / "anchors.txt"


@pytest.fixture
def lead() -> User:
    return made("lidewij", "lidewij@kvk.example", Role.TEAM_LEAD)


def made(name: str, email: str, role: Role, **more: object) -> User:
    user = User.objects.create_user(name, email, **more)
    user.groups.add(Group.objects.get(name=role))
    return user


def checks() -> list[dict[str, int]]:
    return [found.payload for found in events.history("audit") if found.kind == "history_checked"]


def test_night_leaves_one_anchor_one_look_and_one_mail(lead):
    event()
    for minutes in (0, 1, 60, 600):
        anchoring.nightly(NIGHT + timedelta(minutes=minutes))
    assert Anchor.objects.count() == 1
    assert checks() == [{"events": 2, "streams": 2, "texts": 0, "breaks": 0}]
    assert [(row.kind, row.recipient) for row in Outgoing.objects.all()] == [("mail.anchor", f"advisor:{lead.pk}")]


def test_every_night_has_its_own():
    for day in range(3):
        anchoring.nightly(NIGHT + day * DAY)
    assert Anchor.objects.count() == len(checks()) == 3


def test_evening_before_does_nothing():
    anchoring.nightly(NIGHT - timedelta(hours=1))
    assert not Anchor.objects.exists()
    assert not Event.objects.exists()


def test_anchor_of_another_relay_in_the_same_night_is_enough(monkeypatch):
    measure = anchors.measure

    def overtaken() -> anchors.Measured:
        monkeypatch.setattr(anchors, "measure", measure)
        anchoring.anchor(NIGHT)
        return measure()

    monkeypatch.setattr(anchors, "measure", overtaken)
    assert anchoring.anchor(NIGHT) is None
    assert Anchor.objects.count() == 1


def test_mail_carries_the_anchor_out_of_the_house(lead):
    event()
    anchoring.anchor(NIGHT)
    letter = mail.WRITERS["mail.anchor"](Outgoing.objects.get())
    anchor = Anchor.objects.get()
    assert letter.to == ["lidewij@kvk.example"]
    assert anchor.root in str(letter.body)
    assert "28 november 2026" in letter.subject


@pytest.mark.parametrize(("email", "active"), [("", True), ("weg@kvk.example", False)])
def test_who_left_or_has_no_address_gets_no_mail(email, active):
    made("weg", email, Role.TEAM_LEAD, is_active=active)
    made("adviseur", "adviseur@kvk.example", Role.ADVISOR)
    anchoring.nightly(NIGHT)
    assert Anchor.objects.exists()
    assert not Outgoing.objects.exists()


def test_break_is_logged_mailed_and_kept(lead, caplog):
    forged = event()
    anchoring.nightly(NIGHT)
    forge("UPDATE ledger_event SET kind = 'forged' WHERE id = %s", forged.pk)
    anchoring.nightly(NIGHT + DAY)
    assert [found["breaks"] for found in checks()] == [0, 1]
    assert "breaks: 1" in caplog.text
    alarm = Outgoing.objects.get(kind="mail.history_broken")
    assert alarm.recipient == f"advisor:{lead.pk}"
    assert "niet klopt: 1." in str(mail.WRITERS[alarm.kind](alarm).body)


def test_history_made_anew_after_an_anchor_shows_the_next_night(lead):
    forged = event()
    anchoring.nightly(NIGHT)
    forge("UPDATE ledger_event SET kind = 'forged' WHERE id = %s", forged.pk)
    chain_anew("intake:1")
    anchoring.nightly(NIGHT + DAY)
    assert checks()[-1]["breaks"] == 1


def test_anchor_whose_transaction_failed_leaves_no_event_and_is_made_again(monkeypatch):
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(anchoring, "_mail_leads", fails)
    with pytest.raises(RuntimeError):
        anchoring.anchor(NIGHT)
    assert not Anchor.objects.exists()
    assert not Event.objects.exists()
    monkeypatch.undo()
    assert anchoring.anchor(NIGHT)


def test_night_that_cannot_be_anchored_yet_is_looked_at_and_tried_again(monkeypatch):
    def busy() -> anchors.Measured:
        raise anchors.StillWriting

    event()
    monkeypatch.setattr(anchors, "measure", busy)
    with pytest.raises(anchors.StillWriting):
        anchoring.nightly(NIGHT)
    assert (Anchor.objects.count(), len(checks())) == (0, 1)
    monkeypatch.undo()
    anchoring.nightly(NIGHT + timedelta(minutes=1))
    assert (Anchor.objects.count(), len(checks())) == (1, 1)


def test_long_work_beside_the_deliveries_says_what_failed_without_its_text(caplog):
    def fails(outgoing_id: int) -> None:
        raise ValueError("Sjoukje Wiarda")

    with caplog.at_level(logging.ERROR):
        begin_beside(7, fails).join()
    assert "delivery 7 broke off: ValueError" in caplog.text
    assert "Sjoukje" not in caplog.text


def test_long_work_that_is_still_busy_is_not_begun_again():
    begun: list[int] = []
    done = threading.Event()

    def slow(outgoing_id: int) -> None:
        begun.append(outgoing_id)
        done.wait(20)

    first = begin_beside(1, slow)
    assert begin_beside(2, slow) is first
    done.set()
    first.join()
    begin_beside(2, slow).join()
    assert begun == [1, 2]
