"""Sending twice is doing once: replay, another body, a crash half-way, and two systems at one moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals import housework
from referrals.models import ApiAnswer, Offer
from referrals.services import answering, api_answers
from referrals.services.api_answers import Stored
from tests.referrals.api import cast
from tests.referrals.api.cast import System

KEY = "2f1b1a52-6c0e-4f0e-9d57-0a1b2c3d4e5f"
ACCEPT = {"contact_person": "Carla de Boer"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(cast.NOW, tick=False) as travelled:
        yield travelled


def counted() -> tuple[int, int]:
    return Event.objects.count(), Outgoing.objects.count()


@pytest.mark.django_db
def test_same_request_gets_the_same_answer_and_happens_once() -> None:
    _, system, path = cast.case()
    first = system.post(f"{path}/accept", ACCEPT, version=3, key=KEY)
    before = counted()
    again = system.post(f"{path}/accept", ACCEPT, version=3, key=f'"{KEY}"')
    assert (first.status_code, first.content, first["ETag"]) == (again.status_code, again.content, again["ETag"])
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert counted() == before


@pytest.mark.django_db
def test_answer_that_ended_the_offer_is_repeated_too() -> None:
    _, system, path = cast.case()
    first = system.post(f"{path}/decline", {"reason": "region"}, version=3, key=KEY)
    assert system.post(f"{path}/decline", {"reason": "region"}, version=3, key=KEY).content == first.content
    cast.verify_problem(system.post(f"{path}/decline", {"reason": "region"}, version=3), 410, "offer_ended")


@pytest.mark.django_db
def test_order_of_the_fields_does_not_matter_but_their_content_does() -> None:
    _, system, path = cast.case()
    body = {"reason": "capacity", "until": "2026-12-24"}
    first = system.post(f"{path}/decline", body, version=3, key=KEY)
    turned = json.dumps(dict(reversed(body.items())), indent=2).encode()
    assert system.post(f"{path}/decline", raw=turned, version=3, key=KEY).content == first.content
    cast.verify_problem(system.post(f"{path}/decline", {"reason": "region"}, version=3, key=KEY), 422, "key_reused")
    cast.verify_problem(system.post(f"{path}/question", {"text": "Wat?"}, version=3, key=KEY), 422, "key_reused")


@pytest.mark.django_db
def test_key_is_good_again_after_a_refusal_because_nothing_was_done() -> None:
    _, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/accept", ACCEPT, version=2, key=KEY), 412, "stale_version")
    assert not ApiAnswer.objects.exists()
    assert system.post(f"{path}/accept", ACCEPT, version=3, key=KEY).status_code == 200


@pytest.mark.django_db
def test_stored_answer_holds_no_person() -> None:
    _, system, path = cast.case()
    system.post(f"{path}/accept", ACCEPT, key=KEY)
    assert "Carla" not in json.dumps(list(ApiAnswer.objects.values("body", "etag", "key", "request_digest")))


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["kort", "x" * 65, "met spatie erin", "ééééééééé", '"dubbel"punt', "a;b;c;d;e"])
def test_key_that_is_none_is_refused(key: str) -> None:
    _, system, path = cast.case()
    header = key.encode().decode("latin-1")
    cast.verify_problem(system.post(f"{path}/accept", ACCEPT, key=header), 400, "bad_idempotency_key")


@pytest.mark.django_db
def test_change_without_a_key_is_refused() -> None:
    _, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/accept", ACCEPT, **{"Idempotency-Key": ""}), 400, "no_idempotency_key")


@pytest.mark.django_db
def test_same_key_of_two_partners_are_two_keys() -> None:
    _, system, path = cast.case()
    assert system.post(f"{path}/accept", ACCEPT, key=KEY).status_code == 200
    other = cast.system(cast.cast.partner("nom"))
    cast.verify_problem(other.post(f"{path}/accept", ACCEPT, key=KEY), 404, "unknown_offer")


@pytest.mark.django_db
def test_first_request_that_still_runs_makes_the_second_wait(clock: time_machine.Coordinates) -> None:
    found, system, path = cast.case()
    _hold_key(system, path)
    answer = system.post(f"{path}/accept", ACCEPT, version=3, key=KEY)
    cast.verify_problem(answer, 409, "in_progress")
    assert 0 < int(answer["Retry-After"]) <= settings.API_REQUEST_LIMIT_S + 1
    assert found.fresh_offer().state == Offer.State.OPEN


@pytest.mark.django_db
def test_request_that_died_before_the_change_is_carried_out_by_its_repeat(clock: time_machine.Coordinates) -> None:
    found, system, path = cast.case()
    _hold_key(system, path)
    clock.shift(timedelta(seconds=settings.API_REQUEST_LIMIT_S + 1))
    assert system.post(f"{path}/accept", ACCEPT, version=3, key=KEY).status_code == 200
    assert found.fresh_offer().state == Offer.State.ACCEPTED


@pytest.mark.django_db
@pytest.mark.parametrize(("word", "body"), [("accept", ACCEPT), ("decline", {"reason": "region"})])
def test_request_that_died_after_the_change_gets_its_answer_and_nothing_happens_twice(
    word: str, body: dict[str, str], clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, system, path = cast.case()

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(api_answers, "keep", die)
        dying.setattr(api_answers, "release", lambda *_: None)
        with pytest.raises(SystemExit):
            system.post(f"{path}/{word}", body, version=3, key=KEY)
    before = counted()
    cast.verify_problem(system.post(f"{path}/{word}", body, version=3, key=KEY), 409, "in_progress")
    clock.shift(timedelta(seconds=settings.API_REQUEST_LIMIT_S + 1))
    answer = system.post(f"{path}/{word}", body, version=3, key=KEY)
    assert (answer.status_code, json.loads(answer.content)["version"]) == (200, 4)
    assert counted() == before
    assert system.post(f"{path}/{word}", body, version=3, key=KEY).content == answer.content


@pytest.mark.django_db
def test_after_seven_days_the_answer_is_forgotten_but_nothing_happens_twice(
    clock: time_machine.Coordinates,
) -> None:
    _, system, path = cast.case()
    first = system.post(f"{path}/accept", ACCEPT, version=3, key=KEY)
    clock.shift(api_answers.KEPT)
    before = counted()
    assert system.post(f"{path}/accept", ACCEPT, version=3, key=KEY).content == first.content
    assert counted() == before
    clock.shift(api_answers.KEPT + timedelta(seconds=1))
    housework.drop_api_answers(cast.NOW + 2 * api_answers.KEPT + timedelta(seconds=1))
    assert not ApiAnswer.objects.exists()
    assert housework.ANSWERS_KEPT == api_answers.KEPT


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["refused", "done"])
def test_request_that_lost_its_key_by_running_too_long_leaves_the_key_to_who_took_it_over(ends: str) -> None:
    partner, begun = cast.cast.partner().pk, cast.NOW
    later = begun + timedelta(seconds=settings.API_REQUEST_LIMIT_S + 1)
    assert api_answers.begin(partner, KEY, "one", begun) is None
    assert api_answers.begin(partner, KEY, "one", later) is None
    if ends == "refused":
        api_answers.release(partner, KEY, begun)
    else:
        api_answers.keep(partner, KEY, begun, Stored(200, {"of": "the first"}, ""))
    with pytest.raises(api_answers.InProgress):
        api_answers.begin(partner, KEY, "one", later)
    api_answers.keep(partner, KEY, later, Stored(200, {"of": "the second"}, ""))
    assert api_answers.begin(partner, KEY, "one", later) == Stored(200, {"of": "the second"}, "")


def _hold_key(system: System, path: str) -> None:
    """Let a request with this key begin and never end."""
    answered = answering.accept

    def hang(*_: object, **__: object) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answering, "accept", hang)
        patch.setattr(api_answers, "release", lambda *_: None)
        with pytest.raises(SystemExit):
            system.post(f"{path}/accept", ACCEPT, version=3, key=KEY)
    assert answering.accept is answered


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_key", [False, True])
def test_two_systems_at_one_moment_accept_once(same_key: bool) -> None:
    found, one, path = cast.case()
    two = System(one.secret, Client(raise_request_exception=False))
    gate, answers = threading.Barrier(2), []

    def accept(system: System, key: str | None) -> None:
        try:
            gate.wait()
            answers.append(system.post(f"{path}/accept", ACCEPT, version=3, key=key))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(one, KEY if same_key else None)) for one in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen: list[Any] = sorted(answer.status_code for answer in answers)
    assert seen[0] == 200
    assert seen[1] in ({200, 409} if same_key else {409, 410, 412}), [answer.content for answer in answers]
    assert Event.objects.filter(stream=found.referral.stream, kind="offer_accepted").count() == 1
