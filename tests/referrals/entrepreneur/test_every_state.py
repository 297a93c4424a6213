"""The follow page in every state and both languages: what it is, and when something will happen."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from intake.models import Contact, Intake
from referrals.domain.lifecycle import OPEN_STATES, State
from referrals.domain.reasons import CANCEL_REASONS
from referrals.models import Referral
from referrals.services import refer
from referrals.views import status
from tests.referrals.services import cast
from tests.referrals.services.moving import case_in

pytestmark = pytest.mark.django_db

DAY = {
    "nl": re.compile(r"(maan|dins|woens|donder|vrij|zater|zon)dag \d+ (november|december)"),
    "en": re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+ (November|December)"),
}
PANEL = re.compile(r'class="nnmkb-standing">(.*?)</div></div>', re.DOTALL)
# Words of the other language, of which none may slip in.
FOREIGN = {"nl": r"\b(the|your|will|by|until)\b", "en": r"\b(de|uw|wij|uiterlijk|tot|niet)\b"}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("state", State)
def test_every_state_says_what_it_is_and_when_something_happens(client: Client, state: State, language: str) -> None:
    found = case_in(state)
    Intake.objects.update(language=language)
    with time_machine.travel(cast.LATER, tick=False):
        page = client.get(refer.follow_path(found.intake)).content.decode()
    panels = [re.sub(r"<[^>]+>", " ", panel) for panel in PANEL.findall(page)]
    with_words = next(panel for panel in panels if words_of(found.referral, language) in panel)
    assert bool(DAY[language].search(with_words)) == (state in OPEN_STATES)
    assert not re.search(FOREIGN[language], with_words.replace("Water Alliance", ""))
    assert not re.search(r"[{}]|:\s*$", with_words.strip())


def words_of(referral: Referral, language: str) -> str:
    """Return the beginning of what this state is called."""
    state = State(Referral.objects.get(pk=referral.pk).state)
    text = status.SEEN_IN_ENGLISH[state] if language == "en" else state.facts.entrepreneur_sees
    return text.replace("{partner}", "Water Alliance").partition("{")[0].strip()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reason", CANCEL_REASONS)
def test_every_reason_to_go_no_further_is_told_to_the_entrepreneur(client: Client, reason: str, language: str) -> None:
    found = case_in(State.CANCELLED)
    Intake.objects.update(language=language)
    Referral.objects.filter(pk=found.referral.pk).update(reason=reason)
    page = client.get(refer.follow_path(found.intake)).content.decode()
    told = re.search(r"(?:Niet doorgezet|Not continued): ([^<]*)</p>", page)
    assert told
    assert len(told[1]) > 10
    assert "ndernemer" not in told[1]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_name_that_ends_in_a_full_stop_gets_no_second_one(client: Client, language: str) -> None:
    found = case_in(State.QUEUED)
    Intake.objects.update(language=language)
    Contact.objects.update(company="Zilverwiek B.V.")
    page = client.get(refer.follow_path(found.intake)).content.decode()
    assert "Zilverwiek B.V., " in page
    assert "B.V.." not in page
