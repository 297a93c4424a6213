"""What a system with an old version learns: what happened with its own offer, and nothing of other partners."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from referrals.models import Offer, PartnerQuestion
from referrals.services import offering
from tests.referrals.api import cast
from tests.referrals.services import cast as services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def test_old_version_tells_nothing_of_who_was_asked_before() -> None:
    found = services.case("returned")
    second = services.partner("nom")
    version = found.fresh().version
    made = offering.offer(
        found.referral.pk, second.pk, advisor=found.advisor, version=version, key=services.key(), now=cast.NOW
    )
    answer = cast.system(second).post(f"/offers/{made.pk}/accept", {"contact_person": "Carla"}, version=1)
    told = cast.verify_problem(answer, 412, "stale_version")
    assert [one["code"] for one in told["changes"]] == ["offer_made"]
    assert Offer.objects.get(pk=made.pk).state == Offer.State.OPEN


def test_question_about_what_has_changed_meanwhile_is_not_asked() -> None:
    found, system, path = cast.case()
    old = found.fresh().version
    assert system.post(f"{path}/accept", {"contact_person": "Carla"}).status_code == 200
    cast.verify_problem(system.post(f"{path}/question", {"text": "Wat maken zij?"}, version=old), 412, "stale_version")
    assert not PartnerQuestion.objects.exists()
