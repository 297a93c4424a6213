"""The key of a form: it carries out its own form once, and never passes for another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnmkb.ledger import events
from referrals.models import Label
from referrals.services import closing, feedback, labels, notes, offering, queue
from referrals.services.errors import Refused
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db
KEY = "6d3c7f5e-4b0e-4f0e-9d5e-0d1c2b3a4f5e"


def claimed() -> Case:
    """Return a referral that was claimed by the form with KEY."""
    found = cast.case("queued")
    queue.claim(found.referral.pk, advisor=found.advisor, version=1, key=KEY, now=NOW)
    return found


@pytest.mark.parametrize(
    "act",
    [
        lambda one: notes.add(one.referral.pk, author=one.advisor, text="Anna belde", key=KEY, now=LATER),
        lambda one: offering.offer(one.referral.pk, one.partner.pk, advisor=one.advisor, version=2, key=KEY, now=LATER),
        lambda one: feedback.give(one.referral.pk, happy=True, key=KEY, now=LATER),
        lambda one: labels.add(one.referral.pk, "spoed", advisor=one.advisor, key=KEY, now=LATER),
    ],
    ids=["note", "offer", "opinion", "label"],
)
def test_key_that_did_something_else_is_refused_in_words(act: Callable[[Case], object]) -> None:
    found = claimed()
    with pytest.raises(Refused, match="al gebruikt"):
        act(found)
    assert [event.kind for event in events.history(found.referral.stream)] == ["referral_submitted", "referral_claimed"]


def test_second_button_of_one_page_does_not_say_that_a_label_is_gone() -> None:
    found = cast.case("in_review")
    for word in ("spoed", "water"):
        labels.add(found.referral.pk, word, advisor=found.advisor, key=cast.key(), now=NOW)
    for _ in range(2):
        labels.remove(found.referral.pk, "spoed", advisor=found.advisor, key=KEY, now=LATER)
    with pytest.raises(Refused, match="al gebruikt"):
        labels.remove(found.referral.pk, "water", advisor=found.advisor, key=KEY, now=LATER)
    assert [label.name for label in Label.objects.all()] == ["water"]


def test_second_click_on_a_note_that_was_erased_meanwhile_is_no_error_page() -> None:
    found = cast.case("in_review")
    notes.add(found.referral.pk, author=found.advisor, text="Anna belde", key=KEY, now=NOW)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    with pytest.raises(Refused, match="al gebruikt"):
        notes.add(found.referral.pk, author=found.advisor, text="Anna belde", key=KEY, now=LATER)
