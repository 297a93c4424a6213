"""Things that happen at the same moment: real threads, real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from intake.models import Assessment, Intake
from intake.services.assessing import assess
from intake.services.drafts import start
from intake.services.links import mail_resume_link
from intake.services.saving import PageAnswers, save_page
from nnmkb.ledger.models import Event, Outgoing
from tests.intake import companies
from tests.intake.walking import address, begin, prefill
from tests.ledger.forging import broken

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


def together(change: Callable[[int], object]) -> None:
    """Do the same thing in several threads that start at once."""
    barrier = Barrier(THREADS)

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            change(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def test_pages_saved_at_once_are_all_kept() -> None:
    draft = start(now=timezone.now())
    codes = ("B1", "B2", "B3", "B4")
    seen = [Intake.objects.get(pk=draft.pk) for _ in codes]

    def save(number: int) -> None:
        page = PageAnswers((codes[number],), {codes[number]: number}, {}, 1)
        save_page(seen[number], page, now=timezone.now())

    together(save)
    draft.refresh_from_db()
    assert draft.answers == {"B1": 0, "B2": 1, "B3": 2, "B4": 3}
    assert draft.version == 5


def test_result_asked_for_at_once_is_made_once(client: Client) -> None:
    intake = begin(client)
    prefill(intake, companies.READY)
    together(lambda number: assess(Intake.objects.get(pk=intake.pk), now=timezone.now()))
    assert Assessment.objects.count() == 1
    assert Event.objects.filter(kind="assessment_made").count() == 1
    assert broken() == []


def test_mail_asked_for_at_once_with_one_key_is_promised_once(client: Client) -> None:
    intake = begin(client)
    together(
        lambda number: mail_resume_link(
            Intake.objects.get(pk=intake.pk), "jansen@bedrijf.example", key="k1", now=timezone.now()
        )
    )
    assert Outgoing.objects.count() == 1


def test_begin_pressed_at_once_with_one_key_makes_one_draft() -> None:
    together(lambda number: start(now=timezone.now(), key="k1"))
    assert Intake.objects.count() == 1


def test_too_many_windows_get_a_page_that_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = begin(client)
    monkeypatch.setattr("intake.services.saving.TRIES", 0)
    response = client.post(address(intake, "uw-bedrijf"), {"versie": "1", "B3": "12"})
    assert response.status_code == 409
    assert "Sluit de andere vensters" in response.content.decode()
