"""A stored assessment stays as it was made, whoever writes to the table; only erasing takes away what was said."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from intake.models import Assessment
from intake.retention import forget_answers
from tests.intake import companies
from tests.intake.walking import begin, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(client: Client) -> Assessment:
    intake = begin(client)
    finish(client, intake, companies.NO_NETWORK)
    return Assessment.objects.get(intake=intake)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "UT1"},
        {"intensity": "geen"},
        {"policy": "2014"},
        {"number": 2},
        {"receipt": {}},
        {"answers": {"S1": "nee"}},
        {"result": {"outcome": "UT1"}},
        {"answers": {}, "result": {"outcome": "UT1"}},
        {"answers": {}, "result": {}, "receipt": {}},
    ],
)
def test_a_stored_assessment_never_changes_in_its_place(stored: Assessment, changes: dict[str, Any]) -> None:
    before = Assessment.objects.filter(pk=stored.pk).values().get()
    with pytest.raises(DatabaseError, match="only-emptied"), transaction.atomic():
        Assessment.objects.filter(pk=stored.pk).update(**changes)
    assert Assessment.objects.filter(pk=stored.pk).values().get() == before


def test_erasing_takes_answers_and_result_away_for_good(stored: Assessment) -> None:
    kept = stored.receipt
    forget_answers(stored.intake_id)
    stored.refresh_from_db()
    assert (stored.answers, stored.result, stored.receipt) == ({}, {}, kept)
    with pytest.raises(DatabaseError, match="only-emptied"), transaction.atomic():
        Assessment.objects.filter(pk=stored.pk).update(answers={"S1": "nee"})
