"""Every act in every state, for owner, colleague and team lead: it does what the table says, or says why not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Action, Actor, State, actions_for
from referrals.models import Referral
from referrals.views import acts_table
from referrals.views.acts_table import ACTS, Act
from tests.referrals.services import cast
from tests.referrals.services.cast import NOW, Case
from tests.referrals.services.moving import UNTIL, WORDS, case_in

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
SAID = "Gebeld met de ondernemer"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def signed_in(user: User) -> Client:
    """Return the browser of this person, who is an advisor at least."""
    user.groups.add(cast.Group.objects.get_or_create(name="advisor")[0])
    client = Client()
    client.force_login(user)
    return client


def form(found: Case, act: Act) -> dict[str, object]:
    """Return a form that is filled in as it should be."""
    row = Referral.objects.get(pk=found.referral.pk)
    reasons = {one.action: one.reasons for one in actions_for(State(row.state), Actor.ADVISOR)}
    chosen = reasons.get(act.action) if act.action else None
    outside = act.action is Action.REQUEST_CONSENT
    return {
        "sleutel": str(uuid.uuid4()),
        "versie": row.version,
        "reason": chosen[0].code if chosen else "duplicate",
        "outcome": "plan_made",
        "on": NOW.date().isoformat(),
        "until": UNTIL.isoformat(),
        "text": WORDS,
        "force_reason": WORDS,
        "partner": cast.partner("nom" if outside else "water_alliance").pk,
        "to": cast.advisor("eva").pk,
        "proposal": f"A2:{cast.partner('exportclub_noord').organisation}",
    }


def state_after(client: Client, found: Case, act: Act) -> State | None:
    """Send the form; return the state it leads to, None when it is refused: in words, and without a trace."""
    before = Referral.objects.get(pk=found.referral.pk)
    events = Event.objects.exclude(stream__startswith="look:").count()
    with transaction.atomic():
        response = client.post(f"/werkbak/{before.number}/{act.slug}/", form(found, act))
        after = Referral.objects.get(pk=before.pk)
        left = Event.objects.exclude(stream__startswith="look:").count() - events
        transaction.set_rollback(True)
    if response.status_code == 302:
        assert left
        return State(after.state)
    assert response.status_code in {200, 409}, (act.slug, response.status_code)
    text = response.content.decode()
    assert (
        "kan nu niet" in text or "Dit is niet gedaan" in text or "nnmkb-error" in text or "utrecht-alert--error" in text
    )
    assert (left, after.version) == (0, before.version)
    return None


def expected(state: State, act: Act, *, owner: bool, lead: bool) -> State | None:
    """Return where an act leads by the table."""
    if act.slug == "overdragen":
        return state if state.is_open and state is not State.QUEUED and (owner or lead) else None
    if act.slug == "voorstellen":
        return state if owner else None
    if act.slug == "nog-bezig":
        return state if owner and state is State.IN_PROGRESS else None
    if act.action is None or (act.only is not None and state not in act.only):
        return None
    source = state
    if act.action in acts_table.TAKES_UP_FIRST and state in {State.QUEUED, State.RETURNED}:
        source = State.IN_REVIEW
    for actor in (Actor.ADVISOR, Actor.TEAM_LEAD) if lead else (Actor.ADVISOR,):
        for row in actions_for(source, actor):
            if row.action is not act.action:
                continue
            names = {guard.value for guard in row.guards_for(actor)}
            # What lies in the queue is nobody's; after a no it stays with its owner.
            mine = owner or state is State.QUEUED
            ends = lead and act.action is Action.CANCEL
            if "handled_by_kvk" in names or (not mine and not ends and names & {"is_owner", "owner_or_owner_absent"}):
                continue
            return row.target
    return None


@pytest.mark.parametrize("who", ["owner", "colleague", "lead"])
@pytest.mark.parametrize("state", State)
def test_every_act_leads_where_the_table_says_or_says_why_not(state: State, who: str) -> None:
    found = case_in(state)
    cast.partner("kvk")
    owner = Referral.objects.get(pk=found.referral.pk).owner
    # In the queue and after a withdrawal nobody owns it.
    people = {
        "owner": owner or cast.advisor("daan"),
        "colleague": cast.advisor("daan"),
        "lead": cast.advisor("leo", lead=True),
    }
    user = people[who]
    signed_in(cast.advisor("eva"))
    client = signed_in(user)
    done = {act.slug: to for act in ACTS if (to := state_after(client, found, act)) is not None}
    known = {
        act.slug: to
        for act in ACTS
        if (to := expected(state, act, owner=user == owner, lead=who == "lead")) is not None
    }
    assert done == known


@pytest.mark.parametrize("state", State)
def test_pane_asks_at_most_twelve_questions_and_has_one_first_choice(state: State) -> None:
    found = case_in(state)
    for code in ("nom", "snn", "rug"):
        cast.partner(code)
    owner = Referral.objects.get(pk=found.referral.pk).owner or cast.advisor("daan")
    client = signed_in(owner)
    address = f"/werkbak/{found.referral.number}/"
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        text = client.get(address).content.decode()
    assert len(asked) <= 12, [query["sql"][:100] for query in asked]
    assert text.count("nl-button--primary") <= 1
