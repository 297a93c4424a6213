"""Characters no keyboard makes, in every field of every form: a page, never a failure, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings

from tests.journeys import stage
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
ODD = {
    "nul": "a\x00b",
    "control-and-direction": "\x1b[31m\u202egnp.exe\u2028",
    "emoji-and-non-characters": "👩🏽‍🔬\U0010ffff\ufffe" * 40,
    "markup": "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}",
    "header": "a@b.example\r\nBcc: all@victim.example\r\n\r\n' OR 1=1; --",
    "digits-of-another-script": "١٢٣٤²",
    "huge-number": "9" * 6000,
    "over-64-bits": "9" * 25,
    "long": "x" * 50_000,
}


@pytest.fixture(autouse=True)
def _at_nine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "RATE_LIMITS", dict.fromkeys(settings.RATE_LIMITS, (0, 3600)))
    with time_machine.travel(cast.NOW, tick=False):
        yield


@pytest.mark.parametrize("odd", ODD)
def test_no_field_of_any_form_breaks_on(odd: str) -> None:
    wrong = []
    for target in stage.every_form():
        for name in target.form:
            page = target.post(**{name: ODD[odd]})
            if page.status_code >= 500:
                wrong.append(f"{target.name}.{name}")
    assert wrong == []
