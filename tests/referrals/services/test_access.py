"""The partner's link and codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from intake.models import Consent
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.domain.lifecycle import answer_until
from referrals.models import AccessCode
from referrals.services import access, closing, consents, offering
from referrals.services.errors import Gone, UnknownLink
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db


def sent(found: cast.Case, *, after: int = 0) -> tuple[AccessCode, str]:
    """Return a fresh code and its six digits, sent this many minutes later."""
    code = access.send_code(found.fresh_offer().pk, cast.NOW + timedelta(minutes=after))
    assert code is not None
    return code, access.code_of(code)


def wrong(digits: str) -> str:
    """Return six other digits."""
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def test_unknown_link_is_told_apart_from_an_ended_one() -> None:
    with pytest.raises(UnknownLink):
        access.offer_by_token("x" * 43)
    found = cast.case("returned")
    with pytest.raises(Gone, match="U wees dit aanbod af") as gone:
        access.offer_by_token(offering.token_of(found.fresh_offer()))
    assert gone.value.code == "declined"


def test_code_goes_to_the_outbox_and_is_not_stored() -> None:
    found = cast.case("offered")
    code, digits = sent(found)
    assert Outgoing.objects.get(kind="mail.code").recipient == f"code:{code.pk}"
    assert digits.isdigit()
    assert len(digits) == 6
    assert digits not in str(AccessCode.objects.values().get(pk=code.pk))
    assert "code_sent" in [event.kind for event in events.history(found.referral.stream)]


@pytest.mark.parametrize("why", ["used", "newer", "ended"])
def test_code_that_opens_nothing_any_more_is_not_mailed(why: str) -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    row = Outgoing.objects.get(kind="mail.code")
    assert digits in mail.WRITERS["mail.code"](row).body
    if why == "used":
        access.use_code(found.fresh_offer(), digits, cast.NOW)
    elif why == "newer":
        sent(found, after=2)
    else:
        closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    with pytest.raises(mail.Outdated):
        mail.WRITERS["mail.code"](row)


def test_right_code_opens_once() -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    assert access.use_code(found.fresh_offer(), f" {digits[:3]} {digits[3:]} ", cast.NOW)
    assert not access.use_code(found.fresh_offer(), digits, cast.NOW)


def test_after_five_wrong_codes_the_right_one_is_dead_too() -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    for left in (4, 3, 2, 1, 0):
        assert not access.use_code(found.fresh_offer(), wrong(digits), cast.NOW)
        assert access.tries_left(found.fresh_offer(), cast.NOW) == left
    assert not access.use_code(found.fresh_offer(), digits, cast.NOW)


def test_code_is_dead_after_ten_minutes() -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    assert not access.use_code(found.fresh_offer(), digits, cast.NOW + timedelta(minutes=10))


def test_only_the_newest_code_works() -> None:
    found = cast.case("offered")
    _, old = sent(found)
    _, new = sent(found, after=1)
    assert old != new
    later = cast.NOW + timedelta(minutes=2)
    assert not access.use_code(found.fresh_offer(), old, later)
    assert access.use_code(found.fresh_offer(), new, later)


def test_code_that_opens_nothing_any_more_is_replaced_at_once() -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    assert access.use_code(found.fresh_offer(), digits, cast.NOW)
    _, second = sent(found)
    for _ in range(5):
        access.use_code(found.fresh_offer(), wrong(second), cast.NOW)
    sent(found)
    assert AccessCode.objects.count() == 3


def test_fourth_code_within_an_hour_is_not_sent() -> None:
    found = cast.case("offered")
    for after in (0, 1, 2):
        sent(found, after=after)
    assert access.send_code(found.fresh_offer().pk, cast.NOW + timedelta(minutes=59)) is None
    assert AccessCode.objects.count() == 3
    assert access.send_code(found.fresh_offer().pk, cast.NOW + timedelta(minutes=61)) is not None


def test_who_guesses_on_gets_no_new_code_for_a_day() -> None:
    found = cast.case("offered")
    for hour in range(5):
        _, digits = sent(found, after=60 * hour)
        for _ in range(5):
            access.use_code(found.fresh_offer(), wrong(digits), cast.NOW + timedelta(hours=hour))
    assert access.send_code(found.fresh_offer().pk, cast.NOW + timedelta(hours=23, minutes=59)) is None
    assert access.send_code(found.fresh_offer().pk, cast.NOW + timedelta(hours=24)) is not None


def test_who_types_the_right_code_each_time_is_never_out_of_codes() -> None:
    found = cast.case("offered")
    for hour in range(12):
        for half in (0, 30):
            at = cast.NOW + timedelta(hours=hour, minutes=half)
            _, digits = sent(found, after=60 * hour + half)
            assert access.use_code(found.fresh_offer(), digits, at)
    assert AccessCode.objects.count() == 24


@pytest.mark.parametrize("look", [access.open_dossier, access.download_dossier])
def test_nothing_is_read_after_the_term_also_when_no_sweep_came_by(look: Callable[..., object]) -> None:
    found = cast.case("offered")
    late = answer_until(found.fresh_offer().respond_by)
    look(found.fresh_offer(), found.actor, late - timedelta(seconds=1))
    with pytest.raises(Gone, match="termijn"):
        look(found.fresh_offer(), found.actor, late)
    assert not access.send_link_again(found.fresh_offer().pk, late)


def test_code_of_one_offer_does_not_open_another() -> None:
    found = cast.case("offered")
    other = cast.case("offered")
    _, digits = sent(found)
    assert not access.use_code(other.fresh_offer(), digits, cast.NOW)


@pytest.mark.parametrize("typed", ["", "abc", "1" * 5000, "٣٤٥٦٧٨", "<script>"])
def test_nonsense_is_no_code(typed: str) -> None:
    found = cast.case("offered")
    sent(found)
    assert not access.use_code(found.fresh_offer(), typed, cast.NOW)


def test_code_is_worthless_after_a_withdrawal() -> None:
    found = cast.case("offered")
    _, digits = sent(found)
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=cast.NOW)
    assert not access.use_code(found.fresh_offer(), digits, cast.NOW)
    assert access.send_code(found.fresh_offer().pk, cast.NOW) is None


def test_each_look_is_an_event_and_the_first_is_kept_on_the_offer() -> None:
    found = cast.case("offered")
    access.open_dossier(found.fresh_offer(), found.actor, cast.NOW)
    access.open_dossier(found.fresh_offer(), found.actor, cast.LATER)
    access.download_dossier(found.fresh_offer(), found.actor, cast.LATER)
    kinds = [event.kind for event in events.history(found.referral.stream)]
    assert kinds[-3:] == ["dossier_opened", "dossier_opened", "dossier_downloaded"]
    assert found.fresh_offer().opened_at == cast.NOW


def test_link_is_sent_again_for_a_live_offer_only_and_at_most_twice_an_hour() -> None:
    found = cast.case("offered")
    offer = found.fresh_offer()
    assert [access.send_link_again(offer.pk, cast.NOW) for _ in range(3)] == [True, True, False]
    assert not access.send_link_again(cast.case("returned").fresh_offer().pk, cast.NOW)


def test_dossier_is_closed_from_the_moment_the_consent_row_is_there() -> None:
    found = cast.case("offered")
    consents.take_back(Consent.objects.get(intake=found.intake, organisation="water_alliance"), cast.NOW)
    for look in (access.open_dossier, access.download_dossier):
        with pytest.raises(Gone, match="trok de toestemming in"):
            look(found.fresh_offer(), found.actor, cast.NOW)
    assert found.fresh_offer().opened_at is None
