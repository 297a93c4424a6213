"""The filters of the list: each one takes in and leaves out, and whatever stands in an address does no harm."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals import queues
from referrals.domain.lifecycle import State
from referrals.models import Feedback, Label, Referral
from referrals.queues import Filters, View
from referrals.queues.filters import LONGEST_QUERY, NAMES, STATE_CHOICES
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
ACTIVITIES = frozenset({"B1", "C1", "P4", "I2"})
CLOSED: dict[str, Any] = {"state": State.STOPPED, "closed_at": NOW, "next_due_at": None, "outcome": "no_need"}


def listed(filters: Filters, user_id: int = 0) -> list[str]:
    """Return the company names in the order of the list."""
    return [row.intake.contact.company for row in queues.page(filters, "", user_id=user_id, now=NOW).rows]


def read(query: str) -> queues.Reading:
    """Return what an address asks for."""
    return queues.read(QueryDict(query), activities=ACTIVITIES)


def undelivered(row: Referral, stream: str) -> None:
    """Give up a delivery about this subject."""
    with transaction.atomic():
        event = events.record(stream, "tried", actor="system", at=NOW)
        sent = outbox.enqueue(event, "mail.completed", f"intake:{row.intake_id}", at=NOW)
    Outgoing.objects.filter(pk=sent.pk).update(state=Outgoing.State.DEAD)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("provincie=friesland", {"province": "friesland"}),
        ("stap=O", {"step": "O"}),
        ("manier=I", {"way": "I"}),
        ("activiteit=I2", {"activity": "I2"}),
        ("activiteit=I", {"activity": "I3"}),
        ("sector=bouw", {"sector": "bouw"}),
        ("status=in_review", {"state": State.IN_REVIEW}),
        ("status=gesloten", CLOSED),
        ("status=stopped", CLOSED),
        ("termijn=laat", {"due": -timedelta(minutes=1)}),
        ("termijn=vandaag", {"due": timedelta(hours=7)}),
        ("termijn=week", {"due": timedelta(days=5)}),
        ("reden=capacity", {"state": State.RETURNED, "reason": "capacity"}),
        ("poging=3", {"attempts": 2}),
        ("toestemming=ontbreekt", {"state": State.AWAITING_CONSENT}),
        ("binnen_van=2026-11-25", {"created_at": NOW + timedelta(days=1)}),
        ("binnen_tot=2026-11-23", {"created_at": NOW - timedelta(days=1)}),
    ],
)
def test_filter_takes_in_what_it_asks_for_and_leaves_out_the_rest(query: str, fields: dict[str, Any]) -> None:
    making.referral("that one", **fields)
    making.referral("other", due=timedelta(days=40), attempts=1)
    making.referral("other reason", due=timedelta(days=40), state=State.RETURNED, reason="region", attempts=0)
    found = read(f"lijst=alles&{query}")
    assert found.ignored == ()
    assert listed(found.filters) == ["that one"]


def test_terms_end_where_the_day_and_the_week_end_in_amsterdam() -> None:
    # NOW is Tuesday at 11 in Amsterdam; midnight there is 13 hours away, and the week ends on Sunday.
    last_minute, week = timedelta(hours=12, minutes=59), timedelta(days=5)
    for name, due in (
        ("late", -timedelta(seconds=1)),
        ("now", timedelta(0)),
        ("tonight", last_minute),
        ("tomorrow", last_minute + timedelta(minutes=1)),
        ("sunday", week + last_minute),
        ("monday", week + last_minute + timedelta(minutes=1)),
    ):
        making.referral(name, due=due)
    assert listed(read("lijst=alles&termijn=laat").filters) == listed(Filters(view=View.LATE)) == ["late"]
    assert listed(read("lijst=alles&termijn=vandaag").filters) == ["now", "tonight"]
    assert listed(read("lijst=alles&termijn=week").filters) == ["now", "tonight", "tomorrow", "sunday"]


def test_filter_on_people_and_partner() -> None:
    anke, nom = making.staff("anke"), making.partner("nom")
    making.referral("hers", owner=anke, state=State.OFFERED, partner=nom)
    making.referral("free")
    assert listed(read(f"lijst=alles&wie={anke.pk}").filters) == ["hers"]
    assert listed(read("lijst=alles&wie=niemand").filters) == ["free"]
    assert listed(read(f"lijst=alles&partner={nom.pk}").filters) == ["hers"]
    assert listed(read("lijst=alles&partner=987654321").filters) == []


def test_filter_on_label_and_failed_delivery() -> None:
    own, case, other = making.referral("own"), making.referral("whole case"), making.referral("fine")
    Label.objects.create(referral=own, name="beurs 2027")
    Label.objects.create(referral=other, name="spoed")
    undelivered(own, own.stream)
    undelivered(case, case.intake.stream)
    assert listed(read("lijst=alles&label=beurs+2027").filters) == ["own"]
    assert sorted(listed(read("lijst=alles&bezorging=mislukt").filters)) == ["own", "whole case"]


def test_several_states_are_one_list() -> None:
    for state in (State.QUEUED, State.IN_REVIEW, State.OFFERED):
        making.referral(state.value, state=state)
    making.referral("stopped", **CLOSED)
    assert sorted(listed(read("lijst=alles&status=queued&status=offered").filters)) == ["offered", "queued"]
    assert sorted(listed(read("lijst=alles&status=queued&status=stopped").filters)) == ["queued", "stopped"]
    assert len(listed(read("lijst=alles&status=open&status=gesloten").filters)) == 4


def test_general_word_makes_the_states_under_it_superfluous() -> None:
    assert read("lijst=alles&status=open&status=queued").filters.states == ()
    assert read("status=gesloten&status=stopped&status=queued").filters.states == ("gesloten", "queued")
    # These two lists hold closed work too, so there «open» narrows.
    assert read("lijst=mislukt&status=open").filters.states == ("open",)


def test_lists_of_everybody_show_what_their_name_says() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    making.referral("mine", owner=anke, state=State.IN_REVIEW)
    making.referral("his", owner=bram, state=State.OFFERED)
    making.referral("free", due=-timedelta(days=1))
    making.referral("back", owner=bram, state=State.RETURNED)
    making.referral("asked", owner=bram, state=State.NEEDS_INFO)
    unhappy = making.referral("unhappy", owner=anke, **CLOSED)
    content = making.referral("content again", owner=anke, **CLOSED)
    for row, handled in ((unhappy, None), (content, NOW)):
        Feedback.objects.create(
            referral=row, moment="end", happy=False, asks_reopening=True, given_at=NOW, handled_at=handled
        )
    undelivered(content, content.stream)
    assert {view: sorted(listed(Filters(view=view), anke.pk)) for view in View} == {
        View.MINE: ["mine"],
        View.UNCLAIMED: ["free"],
        View.LATE: ["free"],
        View.RETURNED: ["back"],
        View.PARTNER: ["his"],
        View.ENTREPRENEUR: ["asked"],
        View.FAILED: ["content again"],
        View.REOPEN: ["unhappy"],
        View.ALL: ["asked", "back", "free", "his", "mine"],
    }


@pytest.mark.parametrize(
    "typed", ["hunze", "12345678", "1234 56 78", "POST@HUNZE.EXAMPLE", "{number}", "{case}", "{low}"]
)
def test_search_finds_a_case_by_name_kvk_number_email_or_number(typed: str) -> None:
    case = making.intake("Hunze Sensoren", kvk_number="12345678", email="post@hunze.example")
    row = making.referral(of=case)
    making.referral("Andere")
    text = typed.format(number=row.number, case=case.reference, low=row.number.lower().replace("-", " "))
    assert listed(Filters(view=View.ALL, search=text)) == ["Hunze Sensoren"]


def test_filters_in_the_address_survive_a_round_trip() -> None:
    filters = Filters(
        view=View.LATE, states=("queued", "offered"), search="x&y é", province="drenthe", step="S", way="N",
        activity="B", sector="bouw", owner="4", partner="9", due="week", reason="region", attempts="2",
        consent="ontbreekt", delivery="mislukt", since="2026-01-31", until="2026-02-28", label="a b", order="oudste",
    )  # fmt: skip
    assert read(filters.query()).filters == filters
    assert read(filters.query()).ignored == ()
    assert Filters().query(open="NN-1", vanaf="") == "lijst=mijn&open=NN-1"


@pytest.mark.parametrize(
    ("query", "ignored"),
    [
        ("lijst=weg", ("Lijst",)),
        ("status=x&status=queued", ("Status",)),
        ("provincie=zeeland&stap=Z&manier=X", ("Provincie", "Stap", "Manier")),
        ("activiteit=Q9&sector=A%20B", ("Advies", "Sector")),
        ("wie=1;drop&partner=-1", ("Van wie", "Partner")),
        ("wie=%C2%B2&partner=%D9%A3", ("Van wie", "Partner")),
        ("wie=99999999999999999999", ("Van wie",)),
        ("termijn=ooit&reden=x&poging=99", ("Termijn", "Reden van teruggaan", "Poging")),
        ("toestemming=ja&bezorging=1", ("Toestemming ontbreekt", "Bezorging mislukt")),
        ("binnen_van=31-02-2026&binnen_tot=0001-01-01", ("Binnen vanaf", "Binnen tot en met")),
        ("binnen_van=9999-12-31", ("Binnen vanaf",)),
        ("label=" + "x" * 31, ("Label",)),
        ("volgorde=naam", ("Volgorde",)),
        ("zoek=%00%00&provincie=", ()),
    ],
)
def test_meaningless_value_is_left_out_and_named(query: str, ignored: tuple[str, ...]) -> None:
    found = read(query)
    assert found.ignored == ignored
    assert found.filters in {Filters(), Filters(states=("queued",))}


def test_very_long_search_is_cut_off() -> None:
    assert len(read("zoek=" + "x" * 50_000).filters.search) == 100


def test_days_may_be_typed_the_dutch_way() -> None:
    assert read("binnen_van=1-2-2026&binnen_tot=28/02/2026").filters == Filters(since="2026-02-01", until="2026-02-28")


def test_last_day_before_the_first_is_told() -> None:
    assert "ligt vóór" in read("binnen_van=2026-02-02&binnen_tot=2026-02-01").problem
    assert read("binnen_van=2026-02-02&binnen_tot=2026-02-02").problem == ""


def test_kept_address_fits_and_loses_the_search_first() -> None:
    filters = Filters(view=View.ALL, search="é" * 100, province="drenthe")
    assert len(filters.query()) > LONGEST_QUERY
    assert read(filters.kept).filters == Filters(view=View.ALL, province="drenthe")
    assert read(Filters(search="kort").kept).filters.search == "kort"


# --- hostile addresses ----------------------------------------------------------------------------------------------

ODD = ("", "\x00", "é" * 200, "'", '"><script>', "%", "-1", "0", "²", "9" * 30, "😀", "a:b", "../..", "null")
ALSO = ("open", "vanaf", "naar", "sinds", "onbekend")


def odd_address(chance: random.Random, known: Callable[[], str]) -> str:
    """Return an address of the workbench with a handful of senseless, contrary or hostile values."""
    query = QueryDict(mutable=True)
    for _ in range(chance.randint(1, 8)):
        name = chance.choice([*NAMES.values(), *ALSO])
        query.appendlist(name, chance.choice([known(), chance.choice(ODD), chance.choice(ODD) + known()]))
    # Bytes that are no text, now and then.
    return query.urlencode() + chance.choice(["", "", "&zoek=%ED%A0%80%FF", "&label=%00%C3"])


@pytest.mark.parametrize("seed", range(10))
def test_no_address_whatever_gives_an_error(client: Client, seed: int) -> None:
    anke: User = making.staff("anke")
    client.force_login(anke)
    row = making.referral("Hunze", owner=anke)
    making.referral("Ander", **CLOSED)
    chance = random.Random(seed)
    values = [row.number, str(anke.pk), *View, *STATE_CHOICES, "P", "P4", "2026-11-24", "week", "3", "oudste", "I", "S"]
    with time_machine.travel(NOW, tick=False):
        for _ in range(30):
            address = odd_address(chance, lambda: str(chance.choice(values)))
            assert client.get(f"/werkbak/?{address}").status_code == 200, address
