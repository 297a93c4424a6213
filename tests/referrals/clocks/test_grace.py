"""A partner has ten minutes after the term, always the same, whether or not a sweep has run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from referrals.domain.lifecycle import GRACE, OPEN_STATES, State, answer_until, grace
from referrals.models import Offer
from referrals.services import answering, timing
from referrals.services.errors import Gone
from tests.referrals.desk import making
from tests.referrals.partner.test_link import answer, enter
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
A_SECOND = timedelta(seconds=1)


def accept(found: cast.Case, late: timedelta) -> Offer:
    offer = found.fresh_offer()
    now = offer.respond_by + late
    return answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=now)


def decline(found: cast.Case, late: timedelta) -> Offer:
    offer = found.fresh_offer()
    now = offer.respond_by + late
    return answering.decline(offer.pk, actor=found.actor, reason="conflict", key=cast.key(), now=now)


Answer = Callable[[cast.Case, timedelta], Offer]


def test_only_an_offer_has_grace() -> None:
    assert [state for state in OPEN_STATES if grace(state)] == [State.OFFERED]
    assert answer_until(cast.NOW) == cast.NOW + timedelta(minutes=10)


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(("give", "state"), [(accept, "accepted"), (decline, "declined")])
def test_an_answer_within_ten_minutes_counts_also_when_the_sweep_ran(give: Answer, state: str, swept: bool) -> None:
    found = cast.case("offered")
    late = GRACE - A_SECOND
    if swept:
        timing.sweep(found.fresh_offer().respond_by + late)
    assert give(found, late).state == state


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("give", [accept, decline])
def test_an_answer_after_it_is_refused_with_the_same_words_also_when_no_sweep_ran(give: Answer, swept: bool) -> None:
    found = cast.case("offered")
    version = found.fresh().version
    if swept:
        timing.sweep(found.fresh_offer().respond_by + GRACE)
    with pytest.raises(Gone, match="De termijn van dit aanbod is voorbij") as gone:
        give(found, GRACE)
    assert gone.value.code == "expired"
    assert found.fresh().state == ("returned" if swept else "offered")
    assert found.fresh().version == version + swept


def test_who_accepted_in_time_may_give_it_back_after_the_term() -> None:
    found = cast.case("accepted")
    offer = found.fresh_offer()
    late = offer.respond_by + timedelta(days=1)
    given = answering.give_back(offer.pk, actor=found.actor, reason="conflict", key=cast.key(), now=late)
    assert given.state == "returned"


def test_the_same_form_again_after_the_term_shows_the_answer_that_was_given_in_time() -> None:
    found = cast.case("offered")
    offer, key = found.fresh_offer(), cast.key()
    for now in (offer.respond_by, offer.respond_by + GRACE):
        given = answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=key, now=now)
        assert given.state == "accepted"


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(
    ("what", "fields"), [("aannemen", {"contact_person": "Piet Jansen"}), ("afwijzen", {"reason": "region"})]
)
def test_the_partner_reads_on_the_page_that_the_term_has_passed(
    client: Client, swept: bool, what: str, fields: dict[str, str]
) -> None:
    with time_machine.travel(making.NOW, tick=False) as clock:
        offer = making.offered(making.partner("metaalunie", name="Metaalunie Noord", email="piet@metaal.example"))
        clock.move_to(offer.respond_by + timedelta(minutes=5))
        enter(client, offer)
        clock.move_to(offer.respond_by + GRACE)
        if swept:
            timing.sweep(offer.respond_by + GRACE)
        late = answer(client, offer, what, **fields)
    assert late.status_code == 410
    assert "De termijn van dit aanbod is voorbij" in late.content.decode()


def test_the_partner_can_answer_on_the_page_in_the_last_minute_of_grace(client: Client) -> None:
    with time_machine.travel(making.NOW, tick=False) as clock:
        offer = making.offered(making.partner("metaalunie", name="Metaalunie Noord", email="piet@metaal.example"))
        clock.move_to(offer.respond_by + timedelta(minutes=5))
        enter(client, offer)
        clock.move_to(offer.respond_by + GRACE - A_SECOND)
        timing.sweep(offer.respond_by + GRACE - A_SECOND)
        assert answer(client, offer, "aannemen", contact_person="Piet Jansen").status_code == 302
    assert Offer.objects.get(pk=offer.pk).state == "accepted"
