"""Changing: through the doors of the pages, on the version that was read, with an answer that holds no person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import Offer, PartnerQuestion
from referrals.services import notes, progress_notes
from referrals.views.desk_words import words_of
from tests.referrals.api import cast
from tests.referrals.desk import making
from tests.referrals.portal.making import browser
from tests.referrals.portal.making import page as portal_page
from tests.referrals.services import cast as services

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23"


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


CHANGES: list[tuple[str, str, dict[str, Any], str]] = [
    ("offered", "accept", {"contact_person": "Carla de Boer"}, State.ACCEPTED),
    ("offered", "decline", {"reason": "region"}, State.RETURNED),
    ("offered", "decline", {"reason": "capacity", "until": "2026-12-24"}, State.RETURNED),
    ("accepted", "contact", {"on": TODAY}, State.IN_PROGRESS),
    ("accepted", "return", {"reason": "other", "reason_text": "Dit past toch niet."}, State.RETURNED),
    ("in_progress", "return", {"reason": "other_partner_needed"}, State.RETURNED),
    ("in_progress", "progress", {}, State.IN_PROGRESS),
    ("in_progress", "progress", {"note": "Wij maken een plan met Carla."}, State.IN_PROGRESS),
    ("in_progress", "close", {"outcome": "advice_given", "on": TODAY}, State.COMPLETED),
    ("in_progress", "stop", {"reason": "other", "reason_text": "Het bedrijf stopt ermee."}, State.STOPPED),
    ("in_progress", "hold", {"until": "2026-12-24"}, State.ON_HOLD),
]


@pytest.mark.parametrize(("state", "word", "body", "target"), CHANGES)
def test_each_change_does_what_its_page_does_and_says_so(
    state: str, word: str, body: dict[str, Any], target: State
) -> None:
    found, system, path = cast.case(state)
    before = found.fresh().version
    answer = system.post(f"{path}/{word}", body)
    assert answer.status_code == 200, answer.content
    told = json.loads(answer.content)
    assert (told["state"], told["version"], answer["ETag"]) == (target, before + 1, f'"v{before + 1}"')
    assert found.fresh().state == target
    last = Event.objects.filter(stream=found.referral.stream).latest("seq")
    assert (last.kind, last.actor) == (
        told["event"],
        f"partner:{found.partner.pk}/key:{found.partner.api_keys.get().pk}",
    )
    assert "Carla" not in answer.content.decode()


def test_work_that_was_put_off_goes_on() -> None:
    found, system, path = cast.case("in_progress")
    assert system.post(f"{path}/hold", {"until": "2026-12-24"}).status_code == 200
    assert system.post(f"{path}/resume").status_code == 200
    assert found.fresh().state == State.IN_PROGRESS


def test_change_without_a_body_needs_none() -> None:
    _, system, path = cast.case("in_progress")
    assert system.post(f"{path}/progress", raw=b"", content_type="").status_code == 200


@pytest.mark.parametrize(
    ("state", "kind", "more"), [("accepted", "progress_noted", 0), ("in_progress", "progress_reported", 1)]
)
def test_how_it_goes_is_read_by_the_kvk_and_by_people_of_the_partner(state: str, kind: str, more: int) -> None:
    found, system, path = cast.case(state)
    before = found.fresh().version
    body = {"note": "Wij maken een plan.\nVolgende week meer."}
    answer = system.post(f"{path}/progress", body, key="een-sleutel")
    told = json.loads(answer.content)
    assert (answer.status_code, told["event"], told["version"]) == (200, kind, before + more)
    assert system.post(f"{path}/progress", body, version=before, key="een-sleutel").content == answer.content
    (note,) = progress_notes.of(found.fresh_offer())
    assert (note.author, note.text) == (None, body["note"])
    assert [(one.text, one.partner) for one in words_of(found.fresh(), str).notes] == [(note.text, found.partner.name)]
    assert "plan" not in str(Event.objects.get(kind=kind).payload)
    page = browser(found.partner)[0].get(portal_page(found.fresh_offer())).content.decode()
    assert "Volgende week meer." in page
    assert "Uw eigen systeem" in page


def test_note_before_accepting_is_refused_and_one_of_spaces_is_none() -> None:
    found, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/progress", {"note": "Wij kijken ernaar."}), 409, "refused")
    cast.verify_problem(system.post(f"{path}/progress", {"note": "x" * 2001}), 422, "invalid")
    found, system, path = cast.case("in_progress")
    assert system.post(f"{path}/progress", {"note": " \n "}).status_code == 200
    assert not progress_notes.of(found.fresh_offer())


def test_question_leaves_state_and_version_as_they_are_and_is_read_back() -> None:
    found, system, path = cast.case()
    before = found.fresh().version
    answer = system.post(f"{path}/question", {"text": "Gaat het om een eigen product?"})
    assert (answer.status_code, json.loads(answer.content)["version"]) == (200, before)
    assert json.loads(system.get(f"{path}/question").content)["questions"][0]["text"].startswith("Gaat het")
    cast.verify_problem(system.post(f"{path}/question", {"text": "En nog een?"}), 409, "refused")
    assert PartnerQuestion.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "word", "body"),
    [
        ("offered", "contact", {"on": TODAY}),
        ("offered", "close", {"outcome": "advice_given", "on": TODAY}),
        ("offered", "resume", {}),
        ("accepted", "accept", {"contact_person": "Carla"}),
        ("accepted", "decline", {"reason": "region"}),
        ("in_progress", "contact", {"on": TODAY}),
        ("in_progress", "resume", {}),
    ],
)
def test_what_the_table_of_states_does_not_allow_changes_nothing(state: str, word: str, body: dict[str, Any]) -> None:
    found, system, path = cast.case(state)
    before = found.fresh().version
    cast.verify_problem(system.post(f"{path}/{word}", body), 409, "not_now")
    assert (found.fresh().state, found.fresh().version) == (state, before)


@pytest.mark.parametrize(
    ("state", "word", "body", "field"),
    [
        ("offered", "accept", {}, "contact_person"),
        ("offered", "accept", {"contact_person": "x"}, "contact_person"),
        ("offered", "accept", {"contact_person": "   "}, "contact_person"),
        ("offered", "accept", {"contact_person": "x" * 121}, "contact_person"),
        ("offered", "accept", {"contact_person": "Carla\r\nBcc: x@y.example"}, "contact_person"),
        ("offered", "accept", {"contact_person": 7}, "contact_person"),
        ("offered", "accept", {"contact_person": None}, "contact_person"),
        ("offered", "accept", {"contact_person": "Carla", "extra": 1}, "extra"),
        ("offered", "accept", [], "body"),
        ("offered", "accept", 1, "body"),
        ("offered", "decline", {"reason": "zomaar"}, "reason"),
        ("offered", "decline", {"reason": "other"}, "reason_text"),
        ("offered", "decline", {"reason": "other", "reason_text": "x" * 501}, "reason_text"),
        ("offered", "decline", {"reason": "capacity", "until": TODAY}, "until"),
        ("offered", "decline", {"reason": "capacity", "until": "31-12-2026"}, "until"),
        ("offered", "decline", {"reason": "capacity", "until": 1_800_000_000}, "until"),
        ("offered", "question", {"text": "  "}, "text"),
        ("offered", "question", {"text": "x" * 1001}, "text"),
        ("accepted", "contact", {"on": "2026-11-24"}, "on"),
        ("accepted", "contact", {"on": "2026-02-30"}, "on"),
        ("accepted", "contact", {"on": "2020-01-01"}, "on"),
        ("in_progress", "hold", {"until": "2028-01-01"}, "until"),
        ("in_progress", "close", {"outcome": "wie weet", "on": TODAY}, "outcome"),
    ],
)
def test_each_mistake_names_its_field_and_repeats_nothing_of_it(state: str, word: str, body: Any, field: str) -> None:
    _, system, path = cast.case(state)
    before = Event.objects.count()
    answer = system.post(f"{path}/{word}", body)
    told = cast.verify_problem(answer, 422, "invalid")
    assert [one["field"] for one in told["errors"]] == [field]
    assert all(one["message"].endswith(".") for one in told["errors"])
    assert "Bcc" not in answer.content.decode()
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[1,",
        b'{"contact_person": "Carla", "contact_person": "Piet"}',
        b'{"contact_person": "Car\\u0000la"}',
        b'{"contact_person": "Car\\ud800la"}',
        b'{"contact_person": "Carla\xff"}',
        b'{"contact_person": NaN}',
        b'{"contact_person": ' + b"9" * 5000 + b"}",
        b"[" * 15_000 + b"]" * 15_000,
        b'{"a":' * 21 + b"1" + b"}" * 21,
        "\ufeff{}".encode(),
        '{"contact_person": "Carla"}'.encode("utf-16"),
    ],
)
def test_json_that_is_none_is_refused_before_anything_else(raw: bytes) -> None:
    _, system, path = cast.case()
    before = Event.objects.count()
    cast.verify_problem(system.post(f"{path}/accept", raw=raw), 400, "unreadable_json")
    assert Event.objects.count() == before


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800"])
def test_character_that_no_database_keeps_is_refused_in_every_field(odd: str) -> None:
    _, system, path = cast.case()
    raw = f'{{"text": "Gaat het om {odd} een licentie?"}}'.encode()
    cast.verify_problem(system.post(f"{path}/question", raw=raw), 400, "unreadable_json")


def test_change_that_needs_a_body_says_so() -> None:
    _, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/accept", raw=b""), 422, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(kind: str) -> None:
    _, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/accept", {"contact_person": "Carla"}, content_type=kind), 415, "not_json")


def test_body_that_is_too_large_is_not_read() -> None:
    _, system, path = cast.case()
    large = json.dumps({"contact_person": "x" * settings.LARGEST_BODIES["/api/"]}).encode()
    cast.verify_problem(system.post(f"{path}/accept", raw=large), 413, "too_large")


# --- versions -------------------------------------------------------------------------------------------------------


def test_change_on_an_older_version_tells_by_code_what_happened_since() -> None:
    found, system, path = cast.case()
    old = found.fresh().version
    notes.add(found.referral.pk, author=found.advisor, text="Zij bellen morgen.", key=services.key(), now=cast.NOW)
    system.post(f"{path}/accept", {"contact_person": "Carla"})
    answer = system.post(f"{path}/contact", {"on": TODAY}, version=old)
    told = cast.verify_problem(answer, 412, "stale_version")
    assert told["version"] == found.fresh().version == old + 1
    assert answer["ETag"] == f'"v{old + 1}"'
    assert [(one["code"], one["version"]) for one in told["changes"]] == [("offer_accepted", old + 1)]
    assert "Zij bellen" not in answer.content.decode()
    assert found.fresh().state == State.ACCEPTED


@pytest.mark.parametrize("tag", ["v3", '"3"', "*", '"v3", "v4"', '"v0"', '"v"', "\"v3'", '"v99999999999"', 'W/"v"'])
def test_version_that_is_none_is_refused(tag: str) -> None:
    _, system, path = cast.case()
    cast.verify_problem(system.post(f"{path}/accept", {"contact_person": "Carla"}, version=tag), 400, "bad_version")


def test_change_without_a_version_is_refused_and_a_weakened_one_counts() -> None:
    found, system, path = cast.case()
    accept = {"contact_person": "Carla"}
    cast.verify_problem(system.post(f"{path}/accept", accept, **{"If-Match": ""}), 428, "no_version")
    # Asked for before the body is read: whoever learns the API meets one thing at a time.
    cast.verify_problem(system.post(f"{path}/accept", raw=b"{", **{"If-Match": ""}), 428, "no_version")
    cast.verify_problem(system.post(f"{path}/accept", accept, version='"v999"'), 412, "stale_version")
    assert system.post(f"{path}/accept", accept, version=f'W/"v{found.fresh().version}"').status_code == 200


# --- whose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", sorted({word for _, word, _, _ in CHANGES} | {"question", "resume"}))
def test_nothing_can_be_done_with_an_offer_of_another_partner(word: str) -> None:
    found, _, path = cast.case()
    body = next((body for _, one, body, _ in CHANGES if one == word), {"text": "Wat?"} if word == "question" else {})
    other, before = cast.system(making.partner("nom")), Event.objects.count()
    foreign = other.post(f"{path}/{word}", body)
    unknown = other.post(f"/offers/99999999/{word}", body, version=1)
    assert cast.verify_problem(foreign, 404, "unknown_offer") == cast.verify_problem(unknown, 404, "unknown_offer")
    assert Event.objects.count() == before
    assert Offer.objects.get().state == Offer.State.OPEN
    assert found.fresh().state == State.OFFERED
