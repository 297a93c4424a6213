"""Requests at random against the document of the API: valid and broken, with real keys, offers and versions mixed in.

By hand: `python -m pytest tests/referrals/api/test_contract.py` runs a few hundred; NNMKB_CONTRACT=10000 runs as many.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from referrals.domain.worktime import local_date
from referrals.models import Dossier, Offer
from referrals.services import answering, holding
from tests.referrals.api import cast
from tests.referrals.desk import making
from tests.referrals.services import cast as services

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
TODAY = "2026-11-24"
# So many requests at most see the same rows; then every offer stands where it stood.
BATCH = 40


@dataclass
class World:
    """The keys and offers that requests are about."""

    dice: random.Random
    keys: list[str] = field(default_factory=list)
    offers: list[int] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


@dataclass
class Tally:
    """What was asked and answered."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_operation: dict[str, Counter[int]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, status: int) -> None:
        """Count one answer."""
        self.requests += 1
        self.statuses[status] += 1
        self.by_operation.setdefault(name, Counter())[status] += 1


def world(dice: random.Random) -> World:
    """Make offers of one partner in every state, one of another partner, and keys that may do much or little."""
    partner, other = making.partner("metaalunie"), making.partner("nom")
    offers = []
    for state in ("open", "open", "accepted", "accepted", "in_progress", "in_progress", "on_hold", "returned"):
        offer = making.offered(partner)
        _bring(offer, state)
        offers.append(offer.pk)
    offers.append(making.offered(other).pk)
    Dossier.objects.filter(offers__pk__in=offers[::2]).update(pdf=b"%PDF-1.7", pdf_digest="0" * 64)
    keys = [cast.made(partner, now=making.NOW)[1], cast.made(partner, "offers:read", now=making.NOW)[1]]
    keys.append(cast.made(other, now=making.NOW)[1])
    return World(dice, keys, offers)


def _bring(offer: Offer, state: str) -> None:
    actor, now = f"partner:{offer.partner_id}", making.NOW
    if state == "returned":
        answering.decline(offer.pk, actor=actor, reason="region", key=services.key(), now=now)
    if state in {"accepted", "in_progress", "on_hold"}:
        answering.accept(offer.pk, actor=actor, contact_person="Carla", key=services.key(), now=now)
    if state in {"in_progress", "on_hold"}:
        answering.first_contact(offer.pk, actor=actor, on=now.date(), key=services.key(), now=now)
    if state == "on_hold":
        until = local_date(now).replace(year=2027, month=1)
        holding.postpone(offer.referral_id, actor=actor, until=until, key=services.key(), now=now)


def run(wanted: int, seeded: int) -> Tally:
    """Send at least so many requests; every one is held against the document. The same seed sends the same."""
    for signal in (request_started, request_finished):
        # The rows of a test live in its open connection.
        signal.disconnect(close_old_connections)
    try:
        return _run(wanted, seeded)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _run(wanted: int, seeded: int) -> Tally:
    schema = schemathesis.openapi.from_wsgi("/api/partner/v1/openapi.json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations()]
    tally, around = Tally(), world(random.Random(seeded))
    turn, batch = 0, max(1, min(BATCH, wanted // (2 * len(operations))))
    while tally.requests < wanted and not tally.failures:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                with untouched():
                    _ask(operation, mode, around, tally, seeded + turn, batch)
                turn += 1
                if tally.requests >= wanted or tally.failures:
                    return tally
    return tally


@contextmanager
def untouched() -> Iterator[None]:
    """Put every row back afterwards."""
    with transaction.atomic():
        place = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(place)


def _ask(operation: Any, mode: GenerationMode, around: World, tally: Tally, turn: int, batch: int) -> None:
    @seed(turn)
    @settings(
        max_examples=batch,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        _make_real(case, around)
        response = case.call()
        tally.add(operation.definition.raw["operationId"], response.status_code)
        try:
            case.validate_response(response, checks=CHECKS)
        except BaseException as failure:
            tally.failures.append(f"{case.method} {case.formatted_path} {response.status_code}: {failure}")

    try:
        send()
    except BaseException as failure:
        # Some broken requests cannot be made for some addresses: one without parameters is never wrong.
        if type(failure).__name__ not in {"Unsatisfiable", "FailedHealthCheck"}:
            raise


def _make_real(case: Any, around: World) -> None:
    """Put what a working system sends in the place of some of what was made up."""
    dice = around.dice
    if dice.random() < 0.95:
        case.headers["Authorization"] = f"Bearer {around.keys[0] if dice.random() < 0.85 else dice.choice(around.keys)}"
    if "offer_id" in case.path_parameters and dice.random() < 0.85:
        case.path_parameters["offer_id"] = dice.choice(around.offers)
    if case.method != "POST":
        return
    if dice.random() < 0.75:
        case.headers["If-Match"] = f'"v{_version(case.path_parameters.get("offer_id"))}"'
    chance = dice.random()
    if chance < 0.6:
        case.headers["Idempotency-Key"] = str(uuid.UUID(int=dice.getrandbits(128)))
        around.used.append(case.headers["Idempotency-Key"])
    elif chance < 0.75 and around.used:
        case.headers["Idempotency-Key"] = dice.choice(around.used[-5:])
    if isinstance(case.body, dict):
        for name in {"on", "until"} & case.body.keys():
            if dice.random() < 0.5:
                case.body[name] = TODAY if name == "on" else "2027-01-15"


def _version(offer_id: object) -> int:
    found = Offer.objects.filter(pk=offer_id).first() if isinstance(offer_id, int) and offer_id < 10**9 else None
    return found.referral.version if found else 1


def told(tally: Tally) -> str:
    """Return the numbers as lines."""
    lines = [f"{tally.requests} requests, {len(tally.failures)} outside the document"]
    lines += [f"  {status}: {number}" for status, number in sorted(tally.statuses.items())]
    return "\n".join(lines)
