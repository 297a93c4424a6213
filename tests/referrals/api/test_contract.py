"""No request, however odd, gets an answer that the document does not describe, or an error 500."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings

from tests.referrals.api import contract
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
# The long run is for by hand: NNMKB_CONTRACT=10000. What it printed stands in docs/api.md.
WANTED = int(os.environ.get("NNMKB_CONTRACT", "400"))


@pytest.fixture(autouse=True)
def _at_ten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for action in ("api", "api_key"):
        monkeypatch.setitem(settings.RATE_LIMITS, action, (0, 60))
    with time_machine.travel(making.NOW, tick=False):
        yield


def test_every_answer_is_in_the_document() -> None:
    tally = contract.run(WANTED, seeded=1)
    print(contract.told(tally))
    assert tally.failures == []
    assert tally.requests >= WANTED
    assert max(tally.statuses) < 500
    # The run means something only when it gets past the doors: changes are made, and refused in every way.
    assert {200, 400, 401, 403, 404, 409, 410, 412, 422} <= set(tally.statuses)
