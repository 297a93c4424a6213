"""A message to the system of a partner: what goes out, what each answer leads to, and when an endpoint ends."""

from __future__ import annotations

import json
import logging
import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from standardwebhooks.webhooks import Webhook

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals import dispatch, mail
from referrals.dispatch import Outcome
from referrals.models import Partner, ReviewItem, WebhookAttempt, WebhookEndpoint
from referrals.services import endpoint_results, endpoints
from referrals.webhooks import delivering, sending
from referrals.webhooks.errors import NotSent
from referrals.webhooks.sending import Answer
from tests.ledger.forging import broken
from tests.referrals.services import cast
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import NOW, SOON, added, connected, deliver, message, messages, state
from tests.referrals.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db


def offered(receiver: Receiver) -> tuple[cast.Case, WebhookEndpoint]:
    """Return an offer to a partner whose system listens."""
    endpoint = connected(url=receiver.url)
    return cast.case("offered"), endpoint


def answering(monkeypatch: pytest.MonkeyPatch, *told: Answer | NotSent) -> list[bytes]:
    """Let receivers answer so, the last one for ever; return what was sent."""
    sent: list[bytes] = []

    def post(address: object, headers: object, body: bytes, **_: object) -> Answer:
        sent.append(body)
        found = told[min(len(sent), len(told)) - 1]
        if isinstance(found, NotSent):
            raise found
        return found

    monkeypatch.setattr(sending, "post", post)
    return sent


def fresh(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def test_the_message_says_where_to_look_and_nothing_about_the_company(receiver: Receiver) -> None:
    found, endpoint = offered(receiver)
    assert deliver(message(endpoint)) is Outcome.DONE
    (request,) = receiver.requests
    offer = found.fresh_offer()
    assert json.loads(request.body) == {
        "type": "offer.created",
        "timestamp": "2026-11-23T09:00:00.000Z",
        "data": {"offer_id": offer.pk, "referral_number": found.referral.number, "version": 3},
    }
    assert len(request.body) < 200
    assert b" " not in request.body
    assert request.body.startswith(b'{"data":{"offer_id":')
    attempt = WebhookAttempt.objects.get()
    assert (attempt.endpoint, attempt.number, attempt.status, attempt.error, attempt.at) == (endpoint, 1, 200, "", SOON)
    assert fresh(endpoint).last_success_at == SOON


def test_the_public_library_accepts_it_and_the_id_stays_the_same_on_the_next_attempt(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    row = message(endpoint)
    receiver.answer = answers.status(500)
    assert deliver(row) is Outcome.RETRY
    receiver.answer = answers.status(204)
    assert deliver(row, SOON + timedelta(minutes=1)) is Outcome.DONE
    first, second = receiver.requests
    (secret,) = endpoints.secrets_of(endpoint, SOON)
    for request, at in ((first, SOON), (second, SOON + timedelta(minutes=1))):
        with time_machine.travel(at, tick=False):
            assert Webhook(secret).verify(request.body, request.headers)["type"] == "offer.created"
        assert request.headers["webhook-timestamp"] == str(int(at.timestamp()))
        assert request.headers["webhook-id"] == f"msg_{row.message_id.hex}"
    assert first.body == second.body
    assert [one.number for one in WebhookAttempt.objects.order_by("id")] == [1, 2]


def test_a_process_that_dies_between_the_answer_and_the_note_sends_the_same_id_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, endpoint = offered(receiver)
    row = message(endpoint)

    def killed(*_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(endpoint_results, "arrived", killed)
        with pytest.raises(SystemExit):
            deliver(row)
    assert state(row)[0] == "leased"
    assert deliver(row, SOON + timedelta(hours=1)) is Outcome.DONE
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_the_waits_between_ten_attempts_are_those_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = connected()
    cast.case("offered")
    answering(monkeypatch, Answer(500, "", b""))
    row, at, waits = message(endpoint), SOON, []
    for _ in range(9):
        assert deliver(row, at) is Outcome.RETRY
        row.refresh_from_db()
        waits.append((row.due_at - at).total_seconds())
        at = row.due_at
    plan = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert all(0.9 * wait <= found <= 1.1 * wait for found, wait in zip(waits, plan, strict=True))


@pytest.mark.parametrize("told", [Answer(301, "", b""), Answer(400, "", b""), NotSent("tls"), NotSent("private")])
def test_anything_but_success_is_tried_again(monkeypatch: pytest.MonkeyPatch, told: Answer | NotSent) -> None:
    endpoint = connected()
    cast.case("offered")
    answering(monkeypatch, told)
    assert deliver(message(endpoint)) is Outcome.RETRY
    attempt = WebhookAttempt.objects.get()
    expected = (None, told.code) if isinstance(told, NotSent) else (told.status, "")
    assert (attempt.status, attempt.error) == expected
    assert fresh(endpoint).rest_until is None


# --- the end of an endpoint -------------------------------------------------------------------------------------------


def exhausted(endpoint: WebhookEndpoint) -> tuple[Outgoing, datetime]:
    """Make all attempts but the last; return the message and the moment of the last."""
    row, at = message(endpoint), SOON
    for _ in range(row.attempts_allowed - 1):
        assert deliver(row, at) is Outcome.RETRY
        at += timedelta(hours=27)
    return row, at


def test_after_the_tenth_attempt_the_endpoint_is_off_and_partner_and_kvk_hear_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead = cast.advisor("tetske", lead=True)
    lead.email = "tetske@kvk.example"
    lead.save()
    endpoint = connected()
    cast.case("offered")
    sent = answering(monkeypatch, Answer(500, "", b""))
    row, at = exhausted(endpoint)
    assert deliver(row, at) is Outcome.DEAD
    assert len(sent) == WebhookAttempt.objects.count() == 10
    assert (fresh(endpoint).state, fresh(endpoint).off_reason) == ("off", "failing")
    event = events.history(f"partner:{endpoint.partner_id}")[-1]
    off = next(one for one in events.history(f"partner:{endpoint.partner_id}") if one.kind == "endpoint_off")
    assert (off.actor, off.payload) == ("system", {"endpoint": endpoint.pk, "why": "failing"})
    assert event.kind == "review_opened"
    told = {one.kind: one for one in Outgoing.objects.filter(event=off)}
    assert {one.recipient for one in told.values()} == {f"partner:{endpoint.partner_id}", f"advisor:{lead.pk}"}
    letters = {kind: mail.WRITERS[kind](one) for kind, one in told.items()}
    assert letters["mail.endpoint_off"].to == [endpoint.partner.email]
    assert "systeem.voorbeeld.nl" in letters["mail.endpoint_off"].body
    assert letters["mail.endpoint_off_to_lead"].to == ["tetske@kvk.example"]
    assert "Water Alliance" in letters["mail.endpoint_off_to_lead"].subject
    item = ReviewItem.objects.get()
    assert (item.kind, item.partner_id, item.reason) == ("directory", endpoint.partner_id, "endpoint_failing")
    # Nobody has to look at the row itself any more.
    assert state(row) == ("done", endpoints.NOBODY_LISTENS)
    assert broken() == []


def test_a_process_that_died_at_the_tenth_attempt_is_found_by_the_housework() -> None:
    endpoint = connected()
    cast.case("offered")
    row = message(endpoint)
    Outgoing.objects.filter(pk=row.pk).update(attempts=row.attempts_allowed, state="leased", due_at=NOW)
    assert outbox.bury(SOON) == 1
    Outgoing.objects.create(
        kind="webhook.event",
        event=row.event,
        recipient="endpoint:niets",
        dedupe_key="vreemd",
        state="dead",
        due_at=NOW,
        created_at=NOW,
    )
    assert endpoint_results.end_given_up(SOON) == 1
    assert fresh(endpoint).off_reason == "failing"
    assert endpoint_results.end_given_up(SOON) == 0


def test_a_receiver_that_is_gone_is_switched_off_at_once(receiver: Receiver) -> None:
    receiver.answer = answers.status(410)
    _, endpoint = offered(receiver)
    row = message(endpoint)
    assert deliver(row) is Outcome.DEAD
    assert (fresh(endpoint).state, fresh(endpoint).off_reason) == ("off", "gone")
    assert state(row) == ("done", endpoints.NOBODY_LISTENS)
    told = Outgoing.objects.get(kind="mail.endpoint_off")
    assert "niet meer bestaat" in mail.WRITERS[told.kind](told).body
    # It said so itself: there is nothing for the KvK to find out.
    assert not ReviewItem.objects.exists()


def test_two_messages_at_once_end_an_endpoint_once(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    cast.case("offered")
    claims = [outbox.claim(row.pk, SOON) for row in messages(endpoint)]
    gone = endpoint_results.Result(410, "", "", 5)
    for claimed in claims:
        assert claimed is not None
        assert endpoint_results.failed(claimed, endpoint, gone, SOON) == Outgoing.State.DEAD
    assert Outgoing.objects.filter(kind="mail.endpoint_off").count() == 1
    assert {state(row) for row in messages(endpoint)} == {("done", endpoints.NOBODY_LISTENS)}


def test_what_waits_for_an_endpoint_that_was_switched_off_or_removed_goes_nowhere(
    receiver: Receiver,
) -> None:
    _, endpoint = offered(receiver)
    row = message(endpoint)
    for change in ({"state": WebhookEndpoint.State.OFF}, {"state": WebhookEndpoint.State.ACTIVE, "removed_at": NOW}):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**change)
        Outgoing.objects.filter(pk=row.pk).update(state="pending", due_at=NOW)
        assert deliver(row) is Outcome.DONE
        assert state(row) == ("done", endpoints.NOBODY_LISTENS)
    assert receiver.requests == []
    assert not WebhookAttempt.objects.exists()


def test_other_endpoints_of_the_partner_go_on(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    first = connected(url=receiver.url)
    second = added(first.partner, f"{receiver.url}&tweede=ja")
    cast.case("offered")
    endpoints.remove(first.partner_id, first.pk, actor="partner:1", key=cast.key(), now=NOW)
    assert deliver(message(second)) is Outcome.DONE


# --- busy receivers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "asked", "rest"), [(429, "7200", 7200), (503, "7200", 7200), (502, "999999", 86400)])
def test_a_busy_receiver_is_left_alone_with_everything_that_waits_for_it(
    receiver: Receiver, code: int, asked: str, rest: int
) -> None:
    _, endpoint = offered(receiver)
    cast.case("offered")
    first, second = messages(endpoint)
    receiver.answer = answers.status(code, Retry_After=asked)
    assert deliver(first) is Outcome.RETRY
    until = SOON + timedelta(seconds=rest)
    assert fresh(endpoint).rest_until == until
    assert {one.due_at for one in messages(endpoint)} == {until}
    # What comes meanwhile waits too, and that is no attempt.
    cast.case("offered")
    third = messages(endpoint)[-1]
    assert deliver(third, SOON) is Outcome.RETRY
    third.refresh_from_db()
    assert (third.due_at, third.attempts, len(receiver.requests)) == (until, 0, 1)
    receiver.answer = answers.status(200)
    assert deliver(second, until) is Outcome.DONE
    assert fresh(endpoint).rest_until is None


def test_a_busy_receiver_that_does_not_say_how_long_gets_a_minute(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    receiver.answer = answers.status(504)
    deliver(message(endpoint))
    assert fresh(endpoint).rest_until == SOON + timedelta(minutes=1)


# --- rotation, workers, strange rows ----------------------------------------------------------------------------------


def test_during_a_rotation_both_secrets_work_and_a_day_later_the_new_one_only(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    (old,) = endpoints.secrets_of(endpoint, NOW)
    new = endpoints.rotate(endpoint.partner_id, endpoint.pk, actor="partner:1", key=cast.key(), now=NOW).secret
    assert old != new
    deliver(message(endpoint))
    (request,) = receiver.requests
    for known in (old, new):
        with time_machine.travel(SOON, tick=False):
            Webhook(known).verify(request.body, request.headers)
    later = fresh(endpoint)
    assert endpoints.secrets_of(later, NOW + timedelta(hours=24)) == [new]
    assert endpoints.secrets_of(later, NOW + timedelta(hours=24) - timedelta(seconds=1)) == [new, old]


def test_a_lease_that_was_lost_settles_nothing(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    row = message(endpoint)
    claimed = outbox.claim(row.pk, SOON)
    assert claimed is not None
    Outgoing.objects.filter(pk=row.pk).update(lease=None)
    assert delivering.deliver(claimed, lambda: SOON) is None
    receiver.answer = answers.status(500)
    assert delivering.deliver(claimed, lambda: SOON) is None
    assert not WebhookAttempt.objects.exists()
    assert state(row)[0] == "leased"


def test_an_endpoint_that_is_no_more_is_given_up_and_nothing_else_stops(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    row = message(endpoint)
    Outgoing.objects.filter(pk=row.pk).update(recipient="endpoint:999999")
    assert deliver(row) is Outcome.DEAD


def test_the_log_of_the_site_names_no_address_and_no_answer(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda request, line: line.sendall(b"HTTP/1.1 500 Anna\r\nAnna Zilverwiek\r\n\r\n")
    _, endpoint = offered(receiver)
    with caplog.at_level(logging.DEBUG):
        deliver(message(endpoint))
    assert "Zilverwiek" not in caplog.text
    assert "voorbeeld.nl" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_makes_the_attempt(receiver: Receiver) -> None:
    _, endpoint = offered(receiver)
    row, start, outcomes = message(endpoint), threading.Barrier(2), []

    def work() -> None:
        start.wait()
        outcomes.append(dispatch.deliver(row.pk, now=lambda: SOON))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcome.value for outcome in outcomes) == ["done", "not_ours"]
    assert len(receiver.requests) == WebhookAttempt.objects.count() == 1


def test_a_partner_that_works_another_way_hears_by_webhook_as_well(receiver: Receiver) -> None:
    endpoint = connected(Partner.Channel.LINK, receiver.url)
    cast.case("offered")
    assert deliver(message(endpoint)) is Outcome.DONE
