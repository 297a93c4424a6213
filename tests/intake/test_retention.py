"""A scan that is not sent is erased by itself, and not a day before its owner could do without it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone

from intake.models import AnswerVector, Assessment, Intake
from intake.retention import lapse
from intake.services.drafts import resume_path
from nnmkb.ledger.events import history
from tests.intake import companies
from tests.intake.walking import address, begin, finish

pytestmark = pytest.mark.django_db
GRACE = timedelta(days=settings.DRAFT_GRACE_DAYS)


@pytest.fixture
def unsent(client: Client) -> Intake:
    """A scan whose result was seen, with an address to go on later, and never sent."""
    intake = begin(client)
    finish(client, intake, companies.READY)
    Intake.objects.update(
        resume_email="jansen@bedrijf.example", postcode="9711 LX", typed={"contact": {"company": "Jansen"}}
    )
    return Intake.objects.get()


def test_scan_is_erased_when_term_and_grace_have_passed(unsent: Intake) -> None:
    assert lapse(unsent.expires_at + GRACE) == 1
    row = Intake.objects.get()
    assert (row.state, row.answers, row.typed, row.postcode, row.resume_email) == ("erased", {}, {}, "", "")
    assert list(Assessment.objects.values_list("answers", "result")) == [({}, {})]
    assert not AnswerVector.objects.exists()
    kept = json.dumps([model_to_dict(row), [event.payload for event in history(row.stream)]], default=str)
    assert "jansen" not in kept.lower()
    assert history(row.stream)[-1].kind == "intake_lapsed"


def test_scan_stays_during_the_grace(unsent: Intake) -> None:
    assert lapse(unsent.expires_at + GRACE - timedelta(seconds=1)) == 0
    assert Intake.objects.get().answers == unsent.answers


def test_scan_that_was_sent_or_erased_is_left_alone(unsent: Intake) -> None:
    for state in (Intake.State.SUBMITTED, Intake.State.ERASED):
        Intake.objects.update(state=state)
        assert lapse(unsent.expires_at + GRACE) == 0
        assert Intake.objects.get().answers == unsent.answers


def test_scan_is_erased_once(unsent: Intake) -> None:
    for _ in range(2):
        lapse(unsent.expires_at + GRACE)
    assert [event.kind for event in history(unsent.stream)].count("intake_lapsed") == 1


def test_no_link_and_no_browser_opens_an_erased_scan(client: Client, unsent: Intake) -> None:
    link = resume_path(unsent)
    Intake.objects.update(expires_at=timezone.now() - GRACE)
    lapse(timezone.now())
    assert client.get(address(unsent, "uitslag")).status_code == 403
    assert client.get(link).status_code == 404
