"""An offer that cannot be delivered comes back to the KvK at once, once, and never under the hands of who answered."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals import dispatch, mail
from referrals.dispatch import Outcome
from referrals.models import Offer, ReviewItem, TimerFailure
from referrals.services import access, answering, bouncing, closing, delivery, offering, timing
from referrals.services.errors import Refused
from referrals.views import history
from tests.ledger.forging import broken
from tests.referrals.clocks.making import promised
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
SOON = cast.NOW + timedelta(minutes=1)
NO_SUCH_BOX = smtplib.SMTPRecipientsRefused({"x@partner.example": (550, b"no such mailbox")})
Writes = Callable[[Exception | None], None]


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Return a way to say how the mail server takes the mail of an offer; None for well."""

    def set_to(error: Exception | None) -> None:
        def write(outgoing: Outgoing) -> EmailMultiAlternatives:
            if error is not None:
                raise error
            return EmailMultiAlternatives("Onderwerp", "Tekst", to=["x@partner.example"])

        monkeypatch.setitem(mail.WRITERS, "mail.offer", write)

    return set_to


def offered() -> tuple[cast.Case, Outgoing]:
    """Return an offer, whose dossier is ready, with the mail that waits."""
    found = cast.case("offered")
    Outgoing.objects.filter(kind="dossier.render").update(state=Outgoing.State.DONE)
    return found, Outgoing.objects.get(kind="mail.offer", recipient=f"offer:{found.fresh_offer().pk}")


def dead(row: Outgoing) -> None:
    """Give a delivery up behind everybody's back, as a process does that dies."""
    Outgoing.objects.filter(pk=row.pk).update(state=Outgoing.State.DEAD)


def deliver(row: Outgoing, at: datetime = SOON) -> Outcome:
    return dispatch.deliver(row.pk, now=lambda: at)


def test_an_address_that_does_not_exist_brings_the_referral_back_at_once(writes: Writes) -> None:
    found, row = offered()
    writes(NO_SUCH_BOX)
    assert deliver(row) is Outcome.DEAD
    offer, referral, event = found.fresh_offer(), found.fresh(), events.history(found.referral.stream)[-1]
    assert (referral.state, referral.reason, referral.partner_id, referral.version) == (
        "returned",
        "undeliverable",
        None,
        4,
    )
    assert (offer.state, offer.reason, offer.ended_at) == ("undeliverable", "undeliverable", SOON)
    assert (event.kind, event.actor, event.payload["transition"]) == ("offer_undeliverable", "system", "O5")
    assert (event.payload["offer"], event.payload["reason"]) == (offer.pk, "undeliverable")
    assert promised(found, event) == {("offer_undeliverable_to_advisor", f"advisor:{found.advisor.pk}")}
    assert Outgoing.objects.get(kind="mail.offer_reminder").state == Outgoing.State.DONE
    item = ReviewItem.objects.get()
    assert (item.kind, item.partner_id, item.reason) == ("directory", found.partner.pk, "undeliverable")
    assert broken() == []


def test_an_offer_that_may_still_go_out_stays(writes: Writes) -> None:
    found, row = offered()
    writes(smtplib.SMTPServerDisconnected())
    assert deliver(row) is Outcome.RETRY
    assert found.fresh().state == "offered"


def test_the_last_of_all_attempts_ends_it_too(writes: Writes) -> None:
    found, row = offered()
    writes(smtplib.SMTPServerDisconnected())
    at = SOON
    for _ in range(row.attempts_allowed - 1):
        assert deliver(row, at) is Outcome.RETRY
        at += timedelta(hours=27)
    assert deliver(row, at) is Outcome.DEAD
    assert found.fresh().state == "returned"


def test_another_mail_that_is_given_up_ends_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = offered()

    def refused(outgoing: Outgoing) -> EmailMultiAlternatives:
        raise NO_SUCH_BOX

    monkeypatch.setitem(mail.WRITERS, "mail.offer_to_entrepreneur", refused)
    row = Outgoing.objects.get(kind="mail.offer_to_entrepreneur")
    assert deliver(row) is Outcome.DEAD
    assert found.fresh().state == "offered"
    assert Outgoing.objects.get(pk=row.pk).state == Outgoing.State.DEAD


def test_a_mail_that_was_given_up_without_a_word_is_found_by_the_sweep() -> None:
    found, row = offered()
    Outgoing.objects.filter(pk=row.pk).update(attempts=row.attempts_allowed, state="leased")
    assert outbox.bury(SOON) == 1
    assert timing.sweep(SOON).bounced == 1
    assert (found.fresh().state, found.fresh_offer().state) == ("returned", "undeliverable")
    assert timing.sweep(SOON).bounced == 0


def test_the_delivery_is_settled_also_when_the_move_goes_wrong_and_the_sweep_makes_it(
    writes: Writes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found, row = offered()
    writes(NO_SUCH_BOX)

    def crash(*_: object) -> None:
        raise ZeroDivisionError("water_alliance@partner.example")

    with monkeypatch.context() as broken_off:
        broken_off.setattr(bouncing.door, "move", lambda *args, **more: crash())
        assert deliver(row) is Outcome.DEAD
        assert (found.fresh().state, found.fresh_offer().state) == ("offered", "open")
        assert timing.sweep(SOON).failed == 1
    assert TimerFailure.objects.get().error == "ZeroDivisionError"
    assert "@" not in caplog.text
    assert timing.sweep(SOON + timedelta(minutes=1)).bounced == 1
    assert found.fresh().state == "returned"
    assert not TimerFailure.objects.exists()


def test_the_dead_mail_no_longer_asks_for_a_person_once_its_offer_has_ended(writes: Writes) -> None:
    found, row = offered()
    writes(NO_SUCH_BOX)
    deliver(row)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("done", bouncing.UNDELIVERABLE)
    [shown] = [one for one in history.deliveries(found.fresh()) if one.pk == row.pk]
    assert (shown.state, shown.why, shown.can_send_again) == ("niet bezorgd", "Het aanbod is gestopt.", False)


@pytest.mark.parametrize("answer", ["accept", "decline", "recall", "withdraw"])
def test_who_answered_or_ended_it_meanwhile_wins(answer: str) -> None:
    found, row = offered()
    offer = found.fresh_offer()
    if answer == "accept":
        answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.NOW)
    elif answer == "decline":
        answering.decline(offer.pk, actor=found.actor, reason="conflict", key=cast.key(), now=cast.NOW)
    elif answer == "recall":
        offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW)
    else:
        closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    state = found.fresh().state
    dead(row)
    assert bouncing.bounce(offer.pk, SOON) is None
    assert timing.sweep(SOON).bounced == 0
    assert found.fresh().state == state
    assert found.fresh_offer().state != "undeliverable"


@pytest.mark.parametrize("how", ["second mail went out", "second mail waits", "opened"])
def test_an_offer_that_arrived_another_way_stays(how: str) -> None:
    found, row = offered()
    dead(row)
    if how == "opened":
        Offer.objects.update(opened_at=cast.NOW)
    else:
        access.send_link_again(found.fresh_offer().pk, cast.NOW)
        if how == "second mail went out":
            Outgoing.objects.filter(kind="mail.offer", state="pending").update(state=Outgoing.State.DONE)
    assert timing.sweep(SOON).bounced == 0
    assert found.fresh().state == "offered"


def test_a_person_may_try_a_dead_mail_again_while_the_offer_lives(writes: Writes) -> None:
    found, row = offered()
    dead(row)
    delivery.retry(found.fresh(), row.pk, advisor=found.advisor, now=SOON)
    assert timing.sweep(SOON).bounced == 0
    writes(None)
    assert deliver(row) is Outcome.DONE
    assert found.fresh().state == "offered"


def test_a_mail_of_an_offer_that_has_ended_is_not_tried_again() -> None:
    found, row = offered()
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW)
    dead(row)
    with pytest.raises(Refused, match="loopt niet meer"):
        delivery.retry(found.fresh(), row.pk, advisor=found.advisor, now=SOON)
    assert Outgoing.objects.get(pk=row.pk).state == Outgoing.State.DEAD


def test_a_strange_row_in_the_outbox_does_not_stop_the_sweep() -> None:
    found, row = offered()
    dead(row)
    strange = Outgoing.objects.get(kind="mail.offer_reminder")
    Outgoing.objects.filter(pk=strange.pk).update(kind="mail.offer", recipient="offer:niets", state="dead")
    assert timing.sweep(SOON).bounced == 1
    assert found.fresh().state == "returned"


def test_a_partner_that_the_offer_never_reached_is_not_asked_to_delete_it() -> None:
    found, row = offered()
    dead(row)
    timing.sweep(SOON)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=SOON)
    assert found.fresh().state == "withdrawn"
    assert not Outgoing.objects.filter(kind="mail.withdrawn_to_partner").exists()
