"""What a person does about a message: once more, in a row of its own when the first went out; or taken care of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import Role
from referrals import dispatch
from referrals.dispatch import Outcome
from referrals.models import Referral
from referrals.queues.beside import marks_of
from referrals.queues.filters import Filters, View
from referrals.queues.selection import referrals
from referrals.services import delivery, offering, questions
from referrals.services.errors import Refused
from referrals.views import history
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
SOON = cast.NOW + timedelta(minutes=1)


@pytest.fixture
def found() -> cast.Case:
    return cast.case("offered")


@pytest.fixture
def receipt(found: cast.Case) -> Outgoing:
    """Return the mail to the company about its offer, that went out."""
    row = Outgoing.objects.get(kind="mail.offer_to_entrepreneur")
    outbox.finish(outbox.claim(row.pk, cast.NOW), cast.NOW)
    row.refresh_from_db()
    return row


def came_back(row: Outgoing) -> None:
    assert outbox.bounce(row.message_id, SOON, "5.1.1")


def again(found: cast.Case, row: Outgoing, minutes: int = 1) -> None:
    delivery.retry(found.fresh(), row.pk, advisor=found.advisor, now=cast.NOW + timedelta(minutes=minutes))


def failed(found: cast.Case) -> list[Referral]:
    return list(referrals(Filters(view=View.FAILED), user_id=found.advisor.pk, now=SOON))


def others(row: Outgoing) -> list[Outgoing]:
    same = Outgoing.objects.filter(event=row.event_id, kind=row.kind, recipient=row.recipient)
    return list(same.exclude(pk=row.pk).order_by("pk"))


def shown(found: cast.Case, row: Outgoing) -> history.Delivery:
    return next(one for one in history.deliveries(found.fresh()) if one.pk == row.pk)


def test_message_that_went_out_goes_again_in_a_row_of_its_own(found, receipt):
    again(found, receipt)
    [anew] = others(receipt)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.done_at, receipt.last_error) == ("done", cast.NOW, "")
    assert anew.message_id != receipt.message_id
    assert dispatch.deliver(anew.pk, now=lambda: SOON) is Outcome.DONE
    event = events.history(found.referral.stream)[-1]
    assert (event.kind, event.payload["outgoing"], event.payload["again"]) == ("delivery_retried", receipt.pk, anew.pk)
    assert (shown(found, receipt).state, shown(found, anew).state) == ("verzonden", "verzonden")


def test_message_that_came_back_goes_again_and_no_longer_asks_for_anybody(found, receipt):
    came_back(receipt)
    told = shown(found, receipt)
    assert (told.state, told.why, told.failed, told.can_send_again) == (
        "teruggekomen",
        "Dit adres bestaat niet.",
        True,
        True,
    )
    again(found, receipt)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.done_at, receipt.bounced_at) == ("done", cast.NOW, SOON)
    told = shown(found, receipt)
    assert (told.state, told.why, told.failed) == ("teruggekomen", "Opnieuw verstuurd.", False)
    assert [row.state for row in others(receipt)] == ["pending"]


def test_second_click_while_it_waits_is_refused(found, receipt):
    again(found, receipt)
    with pytest.raises(Refused, match="staat al klaar"):
        again(found, receipt)
    assert len(others(receipt)) == 1


def test_two_resends_an_hour_are_enough(found, receipt):
    for minute in (1, 2):
        again(found, receipt, minute)
        Outgoing.objects.filter(pk__in=[row.pk for row in others(receipt)]).update(state="done", done_at=SOON)
    with pytest.raises(Refused, match="Wacht een uur"):
        again(found, receipt, 3)
    again(found, receipt, 65)
    assert len(others(receipt)) == 3


@pytest.mark.parametrize(
    ("kind", "state", "note"),
    [
        ("mail.code", "done", ""),
        ("mail.code", "dead", ""),
        ("dossier.render", "done", ""),
        ("mail.receipt", "done", "Outdated"),
        ("mail.receipt", "pending", ""),
        ("mail.receipt", "leased", ""),
    ],
)
def test_what_makes_no_sense_to_send_again_is_refused(found, receipt, kind, state, note):
    Outgoing.objects.filter(pk=receipt.pk).update(kind=kind, state=state, last_error=note)
    with pytest.raises(Refused):
        again(found, receipt)
    assert others(receipt) == []


def test_link_of_an_offer_that_has_ended_does_not_go_again_when_it_came_back(found):
    row = Outgoing.objects.get(kind="mail.offer")
    Outgoing.objects.filter(pk=row.pk).update(state="bounced", done_at=cast.NOW, bounced_at=SOON)
    offering.recall(found.referral.pk, advisor=found.advisor, version=3, key=cast.key(), now=cast.NOW)
    with pytest.raises(Refused, match="loopt niet meer"):
        again(found, row)


@pytest.mark.parametrize(("state", "words"), [("dead", "niet bezorgd"), ("bounced", "teruggekomen")])
def test_message_that_somebody_took_care_of_leaves_the_list_and_says_so(found, receipt, state, words):
    bounced_at = SOON if state == "bounced" else None
    Outgoing.objects.filter(pk=receipt.pk).update(state=state, bounced_at=bounced_at)
    assert failed(found) == [found.fresh()]
    assert marks_of([found.fresh()])[found.referral.pk].undelivered
    delivery.take_care(found.fresh(), receipt.pk, advisor=found.advisor, now=SOON)
    assert failed(found) == []
    assert not marks_of([found.fresh()])[found.referral.pk].undelivered
    told = shown(found, receipt)
    assert (told.state, told.why, told.failed) == (words, "Afgehandeld.", False)
    assert events.history(found.referral.stream)[-1].kind == "delivery_taken_care_of"
    with pytest.raises(Refused, match="niet meer op mislukt"):
        delivery.take_care(found.fresh(), receipt.pk, advisor=found.advisor, now=SOON)


@pytest.mark.parametrize("then", ["left", "taken care of", "sent anew"])
def test_address_that_sent_its_newest_mail_back_is_not_known_to_work(found, receipt, then):
    intake = found.referral.intake
    # An earlier mail arrived: what came back disproves it, whatever was done about that.
    earlier = Outgoing.objects.filter(recipient=intake.stream, kind__startswith="mail.", pk__lt=receipt.pk)
    assert earlier.update(state="done", done_at=cast.NOW)
    assert questions.email_verified(intake)
    came_back(receipt)
    if then == "taken care of":
        delivery.take_care(found.fresh(), receipt.pk, advisor=found.advisor, now=SOON)
    elif then == "sent anew":
        again(found, receipt)
    assert not questions.email_verified(intake)


def test_message_of_another_referral_is_left_alone(found, receipt):
    other = cast.case("offered")
    with pytest.raises(Refused, match="hoort niet bij"):
        delivery.take_care(other.fresh(), receipt.pk, advisor=other.advisor, now=SOON)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("SMTPRecipientsRefused 550 5.1.1", "Dit adres bestaat niet."),
        ("SMTPRecipientsRefused 553", "Het adres is geweigerd."),
        ("SMTPRecipientsRefused 452 4.2.2", "De mailbox is vol."),
        ("SMTPDataError 550 5.7.26", "De mailserver van de ontvanger weigert onze mail. Meld het aan de beheerder."),
        ("TimeIsUp", "Het lukte niet."),
    ],
)
def test_advisor_reads_why_in_words(found, receipt, error, why):
    Outgoing.objects.filter(pk=receipt.pk).update(state="dead", last_error=error)
    assert shown(found, receipt).why == why


def test_message_that_is_tried_again_later_says_when(found, receipt):
    Outgoing.objects.filter(pk=receipt.pk).update(state="pending", attempts=2, last_error="X 450 4.2.2", due_at=SOON)
    assert shown(found, receipt).why.startswith("De mailbox is vol. We proberen het weer op ")


def test_both_buttons_are_on_the_workbench(found: cast.Case, receipt: Outgoing, client: Client) -> None:
    came_back(receipt)
    found.advisor.groups.add(Group.objects.get(name=Role.ADVISOR))
    client.force_login(found.advisor)
    address = f"/werkbak/{found.referral.number}/"
    text = client.get(address).content.decode()
    assert "teruggekomen" in text
    assert "Dit adres bestaat niet." in text
    assert client.post(f"{address}bezorging/", {"bericht": receipt.pk, "wat": "afgehandeld"}).status_code == 302
    assert "<br>Afgehandeld." in client.get(address).content.decode()
    assert client.post(f"{address}bezorging/", {"bericht": receipt.pk, "wat": "afgehandeld"}).status_code == 409
