"""The invented population: always the same one, true to the table of moves, and with histories that hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

from intake.models import Assessment, Consent, Contact, Intake
from nnmkb.ledger.models import Event, Outgoing, Tip
from referrals.domain.lifecycle import State
from referrals.models import Offer, Partner, Referral
from referrals.population import lives
from referrals.population.populating import populate
from tests.ledger.forging import broken
from tests.referrals.desk import making

END = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", State)
def test_every_life_follows_the_table_and_ends_where_it_says(state: State) -> None:
    share, chains = (lives.OPEN if state.is_open else lives.CLOSED)[state]
    assert share > 0
    for chain in chains:
        moves = [lives.MOVES[number] for number in chain.split()]
        assert [move.source for move in moves] == [None, *(move.target for move in moves[:-1])]
        assert moves[-1].target is state


def indexes() -> set[tuple[str, str]]:
    """Return every index and constraint of the database; how PostgreSQL writes the type of a list differs."""
    sql = (
        "SELECT indexname, indexdef FROM pg_indexes UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        if connection.vendor == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {(name, re.sub(r"::[a-z ]+(\[\])?|[()]", "", text or "")) for name, text in cursor.fetchall()}


@pytest.mark.django_db
def test_a_population_is_whole() -> None:
    before = indexes()
    counted = populate(2000, seed=1, end=END)
    assert indexes() == before
    connection.check_constraints()
    assert counted[Referral] == Referral.objects.count() == 2000
    assert 1.4 < 2000 / counted[Intake] < 1.8
    still_open = Referral.objects.filter(closed_at__isnull=True)
    assert 0.05 < still_open.count() / 2000 < 0.09
    assert set(still_open.values_list("state", flat=True)) == {state for state in State if state.is_open}
    assert 0.05 < still_open.filter(next_due_at__lt=END).count() / still_open.count() < 0.4
    assert not Referral.objects.filter(created_at__gt=END).exists()
    assert Partner.objects.count() == 30
    assert Contact.objects.exclude(kvk_number__startswith="9").count() == 0
    assert Contact.objects.exclude(email__endswith=".example").count() == 0


@pytest.mark.django_db
def test_every_history_holds_and_tells_of_the_row() -> None:
    populate(300, seed=2, end=END)
    assert broken() == []
    # Or the entrepreneur reads that «an organisation» was in contact.
    assert all("offer" in event.payload for event in Event.objects.filter(kind="contact_recorded"))
    newest = {event.stream: event for event in Event.objects.order_by("seq")}
    assert {tip.stream: (tip.seq, tip.digest) for tip in Tip.objects.all()} == {
        stream: (event.seq, event.digest) for stream, event in newest.items()
    }
    for row in Referral.objects.all():
        last = newest[row.stream]
        assert (last.payload["to"], last.payload["version"], last.at) == (row.state, row.version, row.entered_at)
    live = Offer.objects.filter(ended_at__isnull=True)
    assert dict(live.values_list("referral", "partner")) == dict(
        Referral.objects.filter(closed_at__isnull=True, partner__isnull=False).values_list("pk", "partner")
    )
    shared = set(Consent.objects.filter(purpose="C2", given=True).values_list("intake", "organisation"))
    assert set(Offer.objects.values_list("referral__intake", "organisation")) <= shared


TABLES: tuple[type[Model], ...] = (Intake, Contact, Assessment, Consent, Referral, Offer, Event, Outgoing)


def written(number: int, seed: int) -> list[list[tuple[Any, ...]]]:
    """Return all rows of a population, and take it back."""
    with transaction.atomic():
        populate(number, seed=seed, end=END)
        rows = [
            # Numbers of rows that have none of their own go on after a rollback, as those of people do.
            sorted(map(str, model._default_manager.values_list(*sorted(names(model)))))
            for model in TABLES
        ]
        transaction.set_rollback(True)
    return rows  # type: ignore[return-value]


def names(model: type[Model]) -> set[str]:
    """Return the columns that may not depend on what was there before."""
    others = {"owner", "partner", "recipient", "dedupe_key", "actor", "payload", "digest", "previous"}
    fields = {field.name for field in model._meta.concrete_fields}
    return fields - others - ({"id"} if model in (Contact, Consent, Outgoing) else set())


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    first, again, other = written(120, 5), written(120, 5), written(120, 6)
    assert first == again
    assert first != other


@pytest.mark.django_db
def test_the_command_refuses_what_would_spoil_something(settings: LazySettings) -> None:
    call_command("make_referrals", "30", "--seed", "3", stdout=StringIO())
    with pytest.raises(CommandError, match="--add"):
        call_command("make_referrals", "30")
    call_command("make_referrals", "30", "--seed", "4", "--add", stdout=StringIO())
    assert Referral.objects.count() == 60
    assert broken() == []
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("make_referrals", "30", "--add")


@pytest.mark.django_db
def test_every_invented_referral_opens_at_the_workbench(client: Client) -> None:
    populate(1500, seed=7, end=END)
    client.force_login(making.staff())
    numbers = {row.state: row.number for row in Referral.objects.order_by("id")}
    assert len(numbers) == len(State)
    for number in numbers.values():
        assert client.get(f"/werkbak/{number}/").status_code == 200
        assert client.get(f"/werkbak/?lijst=alles&open={number}").status_code == 200
