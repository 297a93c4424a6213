"""Keys: shown once, two at a time, with an end; and what is no key."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.api_scopes import Scope
from referrals.models import ApiKey, Partner
from referrals.services import api_keys
from referrals.services.errors import Refused
from tests.referrals.api import cast
from tests.referrals.api.cast import ROOT, System
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(cast.NOW, tick=False) as travelled:
        yield travelled


# --- what is no key -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "no_key"),
        ("", "no_key"),
        ("Basic bWllczptaWVz", "no_key"),
        ("Bearer", "no_key"),
        ("Bearer ", "no_key"),
        ("Bearer nnmkb_abcdefgh_" + "x" * 43, "unknown_key"),
        ("Bearer nnmkb__", "unknown_key"),
        ("Bearer " + "x" * 9000, "unknown_key"),
        ("Bearer \x01\xe9", "unknown_key"),
    ],
)
def test_what_is_no_key_opens_nothing_and_says_how(header: str | None, code: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = Client().get(f"{ROOT}/me", headers=headers)
    cast.verify_problem(answer, 401, code)
    assert answer["WWW-Authenticate"].startswith('Bearer realm="partner"')


def test_key_with_the_right_beginning_and_a_wrong_end_opens_nothing() -> None:
    _, secret = cast.made(making.partner())
    other = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    cast.verify_problem(System(other, Client()).get("/me"), 401, "unknown_key")


def test_key_in_an_address_opens_nothing() -> None:
    _, secret = cast.made(making.partner())
    cast.verify_problem(Client().get(f"{ROOT}/me?key={secret}&access_token={secret}"), 401, "no_key")


def test_revoked_and_expired_keys_say_so_to_who_holds_them(clock: time_machine.Coordinates) -> None:
    partner = making.partner()
    key, secret = cast.made(partner, days=10)
    assert System(secret, Client()).get("/me").status_code == 200
    clock.shift(timedelta(days=10))
    cast.verify_problem(System(secret, Client()).get("/me"), 401, "key_expired")
    api_keys.revoke(partner.pk, key.pk, actor="staff:1", now=cast.NOW)
    cast.verify_problem(System(secret, Client()).get("/me"), 401, "key_revoked")


def test_guessing_is_slowed_down_and_the_right_key_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.RATE_LIMITS, "api_key", (3, 900))
    _, secret = cast.made(making.partner())
    seen = [Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(5)]
    assert seen == [401, 401, 401, 429, 429]
    assert System(secret, Client()).get("/me").status_code == 200


def test_key_may_ask_sixty_times_a_minute_and_hears_what_is_left(clock: time_machine.Coordinates) -> None:
    partner = making.partner()
    system, other = cast.system(partner), cast.system(partner)
    answers = [system.get("/me") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[0]["RateLimit-Policy"] == '"sleutel";q=60;w=60'
    assert [answers[number]["RateLimit"].split(";")[1] for number in (0, 59)] == ["r=59", "r=0"]
    cast.verify_problem(answers[-1], 429, "too_many_requests")
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    assert other.get("/me").status_code == 200
    clock.shift(timedelta(seconds=int(answers[-1]["Retry-After"])))
    assert system.get("/me").status_code == 200


# --- the life of a key ----------------------------------------------------------------------------------------------


def test_only_a_digest_is_kept_and_the_history_holds_numbers() -> None:
    partner = making.partner()
    key, secret = cast.made(partner, Scope.OFFERS)
    assert key.digest == hashlib.sha256(secret.encode()).hexdigest()
    end = secret.split("_", 2)[2]
    assert end not in json.dumps([str(row) for row in ApiKey.objects.values_list()])
    event = Event.objects.get(stream=partner.stream)
    assert (event.kind, event.payload["key"], event.payload["scopes"]) == ("api_key_made", key.pk, ["offers:read"])
    assert "CRM" not in json.dumps(event.payload)
    partner.refresh_from_db()
    assert partner.connected_at == cast.NOW


def test_secret_never_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    _, secret = cast.made(making.partner())
    with caplog.at_level(logging.DEBUG):
        System(secret, Client()).get("/me")
        System(secret + "x", Client()).get("/me")
    assert secret.split("_", 2)[2] not in caplog.text


def test_no_more_than_two_keys_work_at_once_so_that_one_can_follow_the_other(clock: time_machine.Coordinates) -> None:
    partner = making.partner()
    first, _ = cast.made(partner)
    cast.made(partner, days=5)
    with pytest.raises(Refused, match="al 2 sleutels"):
        cast.made(partner)
    api_keys.revoke(partner.pk, first.pk, actor="staff:1", now=cast.NOW)
    cast.made(partner, days=5)
    clock.shift(timedelta(days=5))
    cast.made(partner, now=cast.NOW + timedelta(days=5))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": " "}), ("name", {"name": "x"}), ("name", {"name": "x" * 61}), ("name", {"name": "C\x00RM"}),
        ("scopes", {"scopes": []}), ("scopes", {"scopes": ["alles"]}),
        ("days", {"days": 0}), ("days", {"days": 401}),
    ],
)  # fmt: skip
def test_key_that_makes_no_sense_is_refused(field: str, wrong: dict[str, Any]) -> None:
    partner = making.partner()
    asked: dict[str, Any] = {"name": "CRM", "scopes": ["offers:read"], "days": 30, **wrong}
    with pytest.raises(Refused) as refused:
        api_keys.make(partner.pk, actor="partner:1/person:1", by=cast.maker(), key="k", now=cast.NOW, **asked)
    assert refused.value.field == field
    assert not ApiKey.objects.exists()


def test_same_form_twice_makes_one_key_and_shows_its_secret_once() -> None:
    partner, form = making.partner(), str(uuid.uuid4())
    asked = {"actor": "partner:1/person:1", "by": cast.maker(), "name": "CRM", "scopes": ["offers:read"], "days": 30}
    first, second = (api_keys.make(partner.pk, key=form, now=cast.NOW, **asked) for _ in range(2))  # type: ignore[arg-type]
    assert (bool(first.secret), second.secret, first.key.pk) == (True, "", second.key.pk)


def test_key_of_another_partner_cannot_be_revoked() -> None:
    key, _ = cast.made(making.partner())
    with pytest.raises(Refused, match="kennen wij niet"):
        api_keys.revoke(making.partner("nom").pk, key.pk, actor="staff:1", now=cast.NOW)
    key.refresh_from_db()
    assert key.revoked_at is None


def test_day_of_last_use_is_written_once_a_day(clock: time_machine.Coordinates, django_assert_num_queries: Any) -> None:
    key, secret = cast.made(making.partner())
    system = System(secret, Client())
    for _ in range(2):
        system.get("/me")
    key.refresh_from_db()
    assert str(key.last_used_on) == "2026-11-23"
    clock.shift(timedelta(days=1))
    system.get("/me")
    key.refresh_from_db()
    assert str(key.last_used_on) == "2026-11-24"


def test_warning_is_promised_for_a_month_before_the_end() -> None:
    key, _ = cast.made(making.partner(), days=365)
    row = Outgoing.objects.get(kind="mail.api_key_expires")
    assert (row.recipient, row.due_at) == (f"api_key:{key.pk}", key.expires_at - timedelta(days=30))
    short, _ = cast.made(Partner.objects.get(), days=10)
    assert Outgoing.objects.get(recipient=f"api_key:{short.pk}").due_at == cast.NOW + timedelta(days=5)


def test_maker_of_a_key_is_a_person_of_the_partner() -> None:
    key, _ = cast.made(making.partner())
    assert key.created_by == User.objects.get(username="mies")
