"""Mail that comes back: what it does to its row and its offer, and that nothing strange does anything."""

from __future__ import annotations

import io
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from nnmkb import mailbox
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event, Outgoing
from nnmkb.mailbox import Unreadable
from referrals.domain.bounces import LARGEST
from referrals.management.commands import read_bounces
from referrals.models import ReviewItem
from referrals.services import access, bouncing, returned, timing
from referrals.services.returned import Result
from tests.ledger.forging import broken
from tests.ledger.rows import NOW, delivery
from tests.referrals.services import cast
from tests.running.imap_box import Box
from tests.running.returned_mail import HOST, qmail, report, vacation

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _our_host(settings: Any) -> None:
    settings.SITE_URL = f"https://{HOST}"


def sent(kind: str = "mail.receipt", *, at: datetime = NOW) -> Outgoing:
    """Promise a mail, and have it go out."""
    row = delivery(kind=kind)
    outbox.finish(outbox.claim(row.pk, at), at)
    row.refresh_from_db()
    return row


def about(row: Outgoing, **more: str) -> bytes:
    return report(message_id=row.message_id, **more)


def test_mail_that_came_back_says_so_with_its_code_and_keeps_when_it_went(caplog):
    row = sent()
    assert returned.take_in(about(row), LATER) is Result.RETURNED
    row.refresh_from_db()
    assert (row.state, row.last_error, row.done_at, row.bounced_at) == ("bounced", "5.1.1", NOW, LATER)
    event = events.history("intake:1")[-1]
    assert (event.kind, event.actor) == ("delivery_bounced", "system")
    assert event.payload == {"outgoing": row.pk, "message": "mail.receipt", "status": "5.1.1"}
    assert "geertje" not in caplog.text.lower()
    assert broken() == []


def test_second_report_about_the_same_mail_changes_nothing():
    row = sent()
    returned.take_in(about(row), LATER)
    count = Event.objects.count()
    assert returned.take_in(about(row), LATER + timedelta(days=1)) is Result.NOTHING
    assert Event.objects.count() == count


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("", "4.2.2")])
def test_mail_that_is_only_delayed_stays_sent(action, status):
    row = sent()
    assert returned.take_in(about(row, action=action, status=status), LATER) is Result.DELAYED
    row.refresh_from_db()
    assert row.state == "done"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "pending"},
        {"state": "leased"},
        {"state": "dead"},
        # Closed without having gone out.
        {"last_error": "Outdated"},
        {"kind": "webhook.event"},
        {"done_at": NOW - timedelta(days=31)},
    ],
    ids=str,
)
def test_bounce_of_what_did_not_go_out_now_changes_nothing(changes):
    row = sent()
    Outgoing.objects.filter(pk=row.pk).update(**changes)
    before = Outgoing.objects.values().get(pk=row.pk)
    assert returned.take_in(about(row), NOW) is Result.NOTHING
    assert Outgoing.objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 50, vacation(), report(), qmail(), report() + b" " * LARGEST], ids=range(6)
)
def test_forged_strange_or_too_large_mail_changes_nothing(raw):
    row, count = sent(), Event.objects.count()
    assert returned.take_in(raw, LATER) is Result.NOTHING
    row.refresh_from_db()
    assert (row.state, Event.objects.count()) == ("done", count)


# --- the mail of an offer ---------------------------------------------------------------------------------------------


def offered() -> tuple[cast.Case, Outgoing]:
    """Return an offer whose mail went out."""
    found = cast.case("offered")
    Outgoing.objects.filter(kind="dossier.render").update(state=Outgoing.State.DONE)
    row = Outgoing.objects.get(kind="mail.offer", recipient=f"offer:{found.fresh_offer().pk}")
    assert outbox.finish(outbox.claim(row.pk, cast.NOW), cast.NOW)
    return found, row


def test_offer_whose_mail_came_back_ends_at_once_and_the_address_is_looked_at():
    found, row = offered()
    assert returned.take_in(about(row), cast.NOW) is Result.RETURNED
    row.refresh_from_db()
    assert (found.fresh().state, found.fresh_offer().state) == ("returned", "undeliverable")
    assert (row.state, row.last_error, row.bounced_at) == ("done", bouncing.UNDELIVERABLE, cast.NOW)
    assert ReviewItem.objects.get().reason == "undeliverable"
    assert broken() == []


def test_offer_that_was_opened_stays_and_its_mail_asks_for_a_person():
    found, row = offered()
    offer = found.fresh_offer()
    offer.opened_at = cast.NOW
    offer.save()
    returned.take_in(about(row), cast.NOW)
    row.refresh_from_db()
    assert (found.fresh().state, row.state) == ("offered", "bounced")


def test_offer_with_a_second_mail_on_its_way_stays_until_that_comes_back_too():
    found, row = offered()
    access.send_link_again(found.fresh_offer().pk, cast.NOW)
    second = Outgoing.objects.get(kind="mail.offer", state="pending")
    returned.take_in(about(row), cast.NOW)
    assert found.fresh().state == "offered"
    assert outbox.finish(outbox.claim(second.pk, cast.NOW), cast.NOW)
    returned.take_in(about(second), cast.NOW)
    assert found.fresh().state == "returned"


def test_offer_that_could_not_be_ended_is_ended_by_the_sweep(monkeypatch, caplog):
    found, row = offered()
    with monkeypatch.context() as broken_off:
        broken_off.setattr(bouncing, "bounce", lambda *_: {}["geertje@partner.example"])
        assert returned.take_in(about(row), cast.NOW) is Result.RETURNED
    assert found.fresh().state == "offered"
    assert "geertje" not in caplog.text
    assert timing.sweep(cast.NOW).bounced == 1
    assert found.fresh().state == "returned"


# --- from a mailbox and from a pipe -----------------------------------------------------------------------------------


def maildir(folder: Path, *messages: bytes) -> str:
    (folder / "new").mkdir(parents=True)
    for number, raw in enumerate(messages):
        (folder / "new" / f"{number}.host").write_bytes(raw)
    return f"maildir://{folder}"


def test_folder_is_read_once(settings, tmp_path):
    row = sent()
    settings.BOUNCES_URL = maildir(tmp_path / "box", about(row), vacation(), b"x" * (LARGEST + 5))
    assert returned.read_mailbox(LATER) == {Result.RETURNED: 1, Result.NOTHING: 2}
    assert returned.read_mailbox(LATER) == {}
    assert sorted(path.name for path in (tmp_path / "box" / "cur").iterdir()) == [f"{n}.host:2,S" for n in range(3)]


def test_folder_leads_nowhere_else(settings, tmp_path):
    settings.BOUNCES_URL = maildir(tmp_path / "box")
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "box" / "new" / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "box" / "new" / "pipe")
    assert returned.read_mailbox(LATER) == {}
    assert stat.S_ISREG((tmp_path / "secret").stat().st_mode)


def test_no_more_is_read_at_once_than_a_piece_of_work_may_take(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "AT_ONCE", 2)
    settings.BOUNCES_URL = maildir(tmp_path / "box", *[vacation()] * 3)
    assert [sum(returned.read_mailbox(LATER).values()) for _ in range(3)] == [2, 1, 0]


def test_mailbox_on_a_server_is_read_once(settings):
    row = sent()
    with Box({3: about(row), 8: vacation(), 9: b"y" * (LARGEST * 2)}) as box:
        settings.BOUNCES_URL = f"imap://post:ge%20heim@127.0.0.1:{box.port}/Terug%20gekomen"
        assert returned.read_mailbox(LATER) == {Result.RETURNED: 1, Result.NOTHING: 2}
        assert returned.read_mailbox(LATER) == {}
    assert box.seen == {3, 8, 9}
    assert 'SELECT "Terug gekomen"' in box.asked
    row.refresh_from_db()
    assert row.state == "bounced"


def test_message_is_read_again_when_the_database_went_away_in_the_middle(settings, tmp_path, monkeypatch):
    settings.BOUNCES_URL = maildir(tmp_path / "box", vacation())

    def away(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as gone:
        gone.setattr(returned, "take_in", away)
        with pytest.raises(OperationalError):
            returned.read_mailbox(LATER)
    assert sum(returned.read_mailbox(LATER).values()) == 1


@pytest.mark.parametrize(
    "url", ["imap://post:geheim@127.0.0.1:1/", "maildir:///nergens", "pop3://x", "imap://a:b@[::1"]
)
def test_mailbox_that_cannot_be_read_says_so_without_its_address(settings, url):
    settings.BOUNCES_URL = url
    with pytest.raises(Unreadable) as told:
        returned.read_mailbox(LATER)
    assert "geheim" not in str(told.value)


def test_server_that_refuses_the_password_is_told_apart_from_an_empty_box(settings):
    with Box({}, opens=False) as box:
        settings.BOUNCES_URL = f"imap://post:geheim@127.0.0.1:{box.port}/"
        with pytest.raises(Unreadable):
            returned.read_mailbox(LATER)


class Pipe:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_command_takes_one_message_from_a_pipe_and_shows_nothing_of_it(monkeypatch, capsys):
    monkeypatch.setattr(read_bounces.sys, "stdin", Pipe(vacation()))
    call_command("read_bounces")
    assert capsys.readouterr().out == "nothing\n"


def test_command_asks_the_mail_server_to_come_again_when_the_database_is_away(monkeypatch):
    def away(*_: object) -> None:
        raise OperationalError("password of the database")

    monkeypatch.setattr(read_bounces.sys, "stdin", Pipe(report()))
    monkeypatch.setattr(returned, "take_in", away)
    with pytest.raises(SystemExit) as stopped:
        call_command("read_bounces")
    assert stopped.value.code == read_bounces.LATER


def test_command_reads_the_mailbox(settings, tmp_path, capsys):
    settings.BOUNCES_URL = maildir(tmp_path / "box", vacation())
    call_command("read_bounces", "--mailbox")
    assert capsys.readouterr().out == "returned: 0, delayed: 0, nothing: 1\n"


@pytest.mark.parametrize("url", ["", "maildir:///nergens"])
def test_command_without_a_mailbox_says_what_to_do(settings, url):
    settings.BOUNCES_URL = url
    with pytest.raises(CommandError, match="BOUNCES_URL"):
        call_command("read_bounces", "--mailbox")
