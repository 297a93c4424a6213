"""The mail beside a webhook: it stands by for an hour, and needs nobody to send it when the system does not hear."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event, Outgoing
from referrals import mail
from referrals.dispatch import Outcome
from referrals.models import Offer, Partner, WebhookEndpoint
from referrals.services import answering, bouncing, closing, endpoints, offering, partner_questions, reminding, timing
from referrals.services.feed import STANDING_BY
from tests.ledger.forging import broken
from tests.referrals.services import cast
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import NOW, SOON, added, connected, deliver, messages, state
from tests.referrals.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
HOUR = NOW + STANDING_BY


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return connected(url=receiver.url)


def to_partner(kind: str) -> Outgoing:
    """Return the mail of this kind, with its dossier made."""
    Outgoing.objects.filter(kind="dossier.render").update(state=Outgoing.State.DONE)
    return Outgoing.objects.get(kind=f"mail.{kind}")


def feed_of(partner: Partner) -> list[Event]:
    return events.history(f"feed:{partner.pk}")


def kinds(partner: Partner) -> list[str]:
    return [line.kind for line in feed_of(partner)]


def heard(endpoint: WebhookEndpoint, at: datetime = SOON) -> None:
    """Let the system hear everything that waits."""
    for row in messages(endpoint):
        if row.state == Outgoing.State.PENDING:
            assert deliver(row, max(at, row.due_at)) is Outcome.DONE


def failing(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    """Let the system refuse the first message until its endpoint is off."""
    receiver.answer = answers.status(500)
    row, at = messages(endpoint)[0], SOON
    while row.state == Outgoing.State.PENDING:
        deliver(row, at)
        row.refresh_from_db()
        at = row.due_at


# --- the offer itself -------------------------------------------------------------------------------------------------


def test_the_mail_of_an_offer_waits_an_hour_and_is_taken_back_when_the_system_heard(endpoint: WebhookEndpoint) -> None:
    cast.case("offered")
    row = to_partner("offer")
    assert row.due_at == HOUR
    assert row.unless == feed_of(endpoint.partner)[-1]
    assert deliver(row) is Outcome.NOT_OURS
    heard(endpoint)
    assert state(row) == ("done", outbox.ARRIVED_OTHERWISE)
    assert deliver(row, HOUR) is Outcome.NOT_OURS


def test_a_system_that_does_not_hear_costs_an_hour_and_nothing_else(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    cast.case("offered")
    receiver.answer = answers.status(500)
    (webhook,) = messages(endpoint)
    assert deliver(webhook) is Outcome.RETRY
    row = to_partner("offer")
    assert deliver(row, HOUR) is Outcome.DONE
    # What arrives later changes nothing about a mail that went out.
    receiver.answer = answers.status(200)
    Outgoing.objects.filter(pk=webhook.pk).update(due_at=NOW)
    assert deliver(webhook, HOUR + timedelta(hours=1)) is Outcome.DONE
    assert state(row) == ("done", "")


def test_one_of_two_systems_that_heard_is_enough(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    added(endpoint.partner, f"{receiver.url}&tweede=ja")
    cast.case("offered")
    heard(endpoint)
    assert state(to_partner("offer"))[1] == outbox.ARRIVED_OTHERWISE


@pytest.mark.parametrize("channel", [Partner.Channel.LINK, Partner.Channel.PORTAL])
def test_who_works_another_way_gets_the_mail_at_once_beside_the_webhook(channel: Partner.Channel) -> None:
    endpoint = connected(channel)
    cast.case("offered")
    assert to_partner("offer").due_at == NOW
    assert len(messages(endpoint)) == 1


@pytest.mark.parametrize("how", ["off", "removed", "pending", "none"])
def test_without_an_endpoint_that_is_on_the_mail_goes_at_once(how: str) -> None:
    endpoint = connected()
    changes: dict[str, dict[str, object]] = {
        "off": {"state": "off"},
        "removed": {"removed_at": NOW},
        "pending": {"state": "pending"},
    }
    if how == "none":
        WebhookEndpoint.objects.all().delete()
    else:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes[how])
    cast.case("offered")
    row = to_partner("offer")
    assert (row.due_at, row.unless) == (NOW, None)


def test_a_partner_that_is_not_connected_has_no_feed() -> None:
    cast.partner(channel="api")
    cast.case("offered")
    assert to_partner("offer").due_at == NOW
    assert not Event.objects.filter(stream__startswith="feed:").exists()


# --- heard, and not heard ---------------------------------------------------------------------------------------------


def test_a_partner_whose_system_heard_hears_of_the_end_as_well(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    heard(endpoint)
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=SOON)
    row = to_partner("recalled")
    assert (row.due_at, kinds(endpoint.partner)) == (SOON + STANDING_BY, ["offer.created", "offer.recalled"])
    heard(endpoint)
    assert state(row)[1] == outbox.ARRIVED_OTHERWISE


def test_who_never_heard_of_an_offer_gets_no_mail_about_its_end(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=SOON)
    assert not Outgoing.objects.filter(kind="mail.recalled").exists()
    # The feed keeps both: a system may have read the offer there.
    assert kinds(endpoint.partner) == ["offer.created", "offer.recalled"]


def test_who_opened_the_dossier_without_any_message_has_heard(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    Offer.objects.update(opened_at=NOW)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=SOON)
    assert to_partner("withdrawn_to_partner").due_at == SOON + STANDING_BY


@pytest.mark.parametrize("last", ["mail", "webhook"])
def test_an_offer_ends_as_undeliverable_only_when_mail_and_webhook_both_failed(
    endpoint: WebhookEndpoint, receiver: Receiver, last: str
) -> None:
    found = cast.case("offered")
    row = to_partner("offer")
    steps = [
        lambda: failing(endpoint, receiver),
        lambda: Outgoing.objects.filter(pk=row.pk).update(state=Outgoing.State.DEAD),
    ]
    first, second = steps if last == "mail" else reversed(steps)
    first()
    assert timing.sweep(SOON).bounced == 0
    assert found.fresh().state == "offered"
    second()
    assert timing.sweep(SOON).bounced == 1
    assert (found.fresh().state, found.fresh_offer().state) == ("returned", "undeliverable")
    assert broken() == []


@pytest.mark.parametrize("first", ["mail fails", "webhook arrives"])
def test_an_offer_that_the_system_heard_does_not_end_for_its_mail(endpoint: WebhookEndpoint, first: str) -> None:
    found = cast.case("offered")
    row = to_partner("offer")
    if first == "mail fails":
        Outgoing.objects.filter(pk=row.pk).update(state=Outgoing.State.DEAD)
    heard(endpoint)
    assert state(row) == ("done", outbox.ARRIVED_OTHERWISE)
    assert bouncing.bounce(found.fresh_offer().pk, SOON) is None
    assert timing.sweep(SOON).bounced == 0
    assert found.fresh().state == "offered"


# --- reminders and other messages -------------------------------------------------------------------------------------


def test_a_reminder_comes_in_the_feed_when_it_is_due_and_its_mail_stands_by(endpoint: WebhookEndpoint) -> None:
    cast.case("offered")
    heard(endpoint)
    row = to_partner("offer_reminder")
    assert kinds(endpoint.partner) == ["offer.created"]
    assert deliver(row, row.due_at) is Outcome.RETRY
    line = feed_of(endpoint.partner)[-1]
    assert (line.kind, line.actor, line.at) == ("offer.reminder", "timer", row.due_at)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due_at, row.unless) == ("pending", 0, line.at + STANDING_BY, line)
    heard(endpoint, line.at)
    assert state(row) == ("done", outbox.ARRIVED_OTHERWISE)


def test_a_reminder_that_the_system_does_not_hear_goes_by_mail_once(endpoint: WebhookEndpoint) -> None:
    cast.case("offered")
    row = to_partner("offer_reminder")
    deliver(row, row.due_at)
    assert deliver(row, row.due_at + STANDING_BY) is Outcome.DONE
    assert state(row) == ("done", "")
    assert kinds(endpoint.partner) == ["offer.created", "offer.reminder"]


@pytest.mark.parametrize("moment", ["before it is due", "while its mail stands by"])
def test_a_reminder_is_taken_back_with_its_offer(endpoint: WebhookEndpoint, moment: str) -> None:
    found = cast.case("offered")
    heard(endpoint)
    row = to_partner("offer_reminder")
    if moment != "before it is due":
        deliver(row, row.due_at)
    answering.decline(found.fresh_offer().pk, actor=found.actor, reason="conflict", key=cast.key(), now=row.due_at)
    assert state(row) == ("done", "referral moved on")
    assert kinds(endpoint.partner).count("offer.reminder") == (moment != "before it is due")


def test_a_reminder_that_is_out_of_date_tells_nobody(endpoint: WebhookEndpoint) -> None:
    cast.case("offered")
    row = to_partner("offer_reminder")
    Offer.objects.update(state=Offer.State.RECALLED, ended_at=NOW)
    assert deliver(row, row.due_at) is Outcome.DONE
    assert state(row) == ("done", "Outdated")
    assert kinds(endpoint.partner) == ["offer.created"]


def test_a_reminder_by_hand_and_one_to_call_the_company_come_in_the_feed_too(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    reminding.remind(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=SOON)
    by_hand = Outgoing.objects.filter(kind="mail.offer_reminder").order_by("-id")[0]
    assert deliver(by_hand, SOON) is Outcome.RETRY
    answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=SOON)
    to_call = to_partner("contact_reminder")
    assert deliver(to_call, to_call.due_at) is Outcome.RETRY
    assert kinds(endpoint.partner) == ["offer.created", "offer.reminder", "referral.updated", "offer.reminder"]


def test_the_reminder_of_who_works_by_mail_goes_at_once_and_stands_in_the_feed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = connected(Partner.Channel.LINK)
    cast.case("offered")
    row = to_partner("offer_reminder")
    with monkeypatch.context() as away:
        away.setitem(mail.WRITERS, row.kind, lambda _: (_ for _ in ()).throw(ConnectionError()))
        assert deliver(row, row.due_at) is Outcome.RETRY
    Outgoing.objects.filter(pk=row.pk).update(due_at=row.due_at)
    assert deliver(row, row.due_at) is Outcome.DONE
    assert kinds(endpoint.partner) == ["offer.created", "offer.reminder"]


def test_the_question_how_it_goes_comes_in_the_feed_and_its_mail_stands_by(endpoint: WebhookEndpoint) -> None:
    found = cast.case("in_progress")
    due = found.fresh().next_due_at
    assert due is not None
    timing.sweep(due + timedelta(days=1))
    row = to_partner("report_due_to_partner")
    assert kinds(endpoint.partner)[-1] == "offer.reminder"
    assert row.due_at == row.created_at + STANDING_BY
    assert feed_of(endpoint.partner)[-1].actor == "timer"


def test_the_answer_of_the_kvk_to_a_question_stands_by_for_the_system(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    heard(endpoint)
    partner_questions.ask(found.fresh_offer().pk, actor=found.actor, text="Hoe groot?", key=cast.key(), now=SOON)
    partner_questions.answer(found.referral.pk, advisor=found.advisor, text="Klein.", key=cast.key(), now=SOON)
    row = to_partner("partner_question_answered")
    assert (row.due_at, row.unless) == (SOON + STANDING_BY, feed_of(endpoint.partner)[-1])
    heard(endpoint)
    assert state(row)[1] == outbox.ARRIVED_OTHERWISE


# --- a company that takes its consent back ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", [None, ("C2", "water_alliance")])
def test_a_withdrawal_asks_the_system_to_delete_once(endpoint: WebhookEndpoint, what: tuple[str, str] | None) -> None:
    found = cast.case("offered")
    heard(endpoint)
    closing.withdraw(found.intake.pk, what, actor="entrepreneur", key=cast.key(), now=SOON)
    line = feed_of(endpoint.partner)[-1]
    assert kinds(endpoint.partner) == ["offer.created", "consent.withdrawn"]
    assert line.payload == {
        "offer": found.fresh_offer().pk,
        "number": found.referral.number,
        "version": found.fresh().version,
    }
    row = to_partner("withdrawn_to_partner")
    assert (row.due_at, row.unless) == (SOON + STANDING_BY, line)
    heard(endpoint)
    assert state(row)[1] == outbox.ARRIVED_OTHERWISE


def test_a_system_deletes_what_it_got_of_an_offer_that_ended_long_ago(endpoint: WebhookEndpoint) -> None:
    found = cast.case("returned")
    heard(endpoint)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=SOON)
    assert kinds(endpoint.partner) == ["offer.created", "referral.updated", "consent.withdrawn"]
    assert to_partner("withdrawn_to_partner").unless == feed_of(endpoint.partner)[-1]


def test_erasing_after_a_withdrawal_asks_once_more(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    heard(endpoint)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=SOON)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=HOUR)
    assert kinds(endpoint.partner).count("consent.withdrawn") == 2


def test_mail_waits_no_longer_when_the_last_endpoint_that_could_hear_goes_off(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    second = added(endpoint.partner, f"{receiver.url}&tweede=ja")
    cast.case("offered")
    row = to_partner("offer")
    endpoints.switch_off(endpoint.partner_id, endpoint.pk, actor="partner:1", key=cast.key(), now=SOON)
    row.refresh_from_db()
    assert row.due_at == HOUR
    receiver.answer = answers.status(410)
    deliver(messages(second)[0])
    row.refresh_from_db()
    assert row.due_at == SOON
    assert deliver(row) is Outcome.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leave", [closing.erase, closing.withdraw])
def test_two_companies_that_stop_at_once_do_not_wait_for_each_other(leave: Callable[..., object]) -> None:
    partners = [cast.partner(code, channel="api", connected_at=NOW) for code in ("water_alliance", "nom")]
    companies = [cast.case("offered"), cast.case("offered", organisation="nom")]
    # Each company is known to both partners, the second one in the other order.
    for company, other in zip(companies, reversed(partners), strict=True):
        old = company.fresh_offer()
        Offer.objects.create(
            referral=old.referral,
            partner=other,
            organisation=other.organisation,
            partner_name=other.name,
            attempt=2,
            dossier=old.dossier,
            offered_at=NOW,
            respond_by=NOW,
            nonce=other.code,
            link_digest=f"{company.intake.pk}",
            state=Offer.State.DECLINED,
            ended_at=NOW,
            opened_at=NOW,
        )
    start, went_wrong = threading.Barrier(2), []

    def stop(company: cast.Case) -> None:
        start.wait()
        try:
            leave(company.intake.pk, actor="entrepreneur", key=cast.key(), now=SOON)
        except Exception as error:
            went_wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=stop, args=(company,)) for company in companies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert went_wrong == []
    assert [kinds(partner).count("consent.withdrawn") for partner in partners] == [2, 2]


def test_the_feed_tells_the_end_of_an_offer_that_nobody_heard_of_by_message(endpoint: WebhookEndpoint) -> None:
    found = cast.case("offered")
    closing.withdraw(found.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=SOON)
    assert found.fresh().state == "returned"
    assert not Outgoing.objects.filter(kind="mail.withdrawn_to_partner").exists()
    assert kinds(endpoint.partner) == ["offer.created", "consent.withdrawn"]
