"""Reading: only one's own, only what runs, the dossier as it was sealed, contact data after acceptance."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger.models import Event
from referrals.domain.dossier import canonical
from referrals.dossier import issue
from referrals.models import Dossier, Offer
from referrals.services import answering, closing
from tests.referrals.api import cast
from tests.referrals.desk import making
from tests.referrals.dossier.reading import opened
from tests.referrals.services import cast as services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(cast.NOW, tick=False):
        yield


def read(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def test_me_says_whose_key_it_is_and_nothing_of_a_person() -> None:
    found, system, _ = cast.case()
    told = read(system.get("/me"))
    assert told["partner"] == {"code": found.partner.code, "name": found.partner.name}
    assert told["key"]["scopes"] == list(cast.EVERYTHING)
    assert system.secret.split("_")[1] == told["key"]["prefix"]
    assert "mies" not in json.dumps(told)


def test_list_and_offer_tell_how_it_stands_without_the_company() -> None:
    found, system, path = cast.case()
    (line,) = read(system.get("/offers"))["offers"]
    answer = system.get(path)
    full = read(answer)
    assert (line["id"], line["number"], line["state"]) == (found.offer.pk, found.referral.number, "open")
    assert line["version"] == full["version"] == found.fresh().version
    assert answer["ETag"] == f'"v{full["version"]}"'
    assert full["actions"] == ["accept", "decline", "question"]
    assert full["dossier_digest"] == found.fresh_offer().dossier.digest
    for text in ("Zilverwiek", "90000749", "anna@", "Leeuwarden"):
        assert text not in json.dumps([line, full])


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        ("accepted", ["contact", "return", "question"]),
        ("in_progress", ["close", "progress", "stop", "return", "hold", "question"]),
    ],
)
def test_offer_names_what_can_be_done_now(state: str, actions: list[str]) -> None:
    _, system, path = cast.case(state)
    assert sorted(read(system.get(path))["actions"]) == sorted(actions)


def test_pages_follow_each_other_without_a_gap_or_a_double() -> None:
    partner = making.partner("water-alliance", organisation="water_alliance")
    offers = [making.offered(partner, advisor=None) for _ in range(5)]
    system, seen, cursor = cast.system(partner), [], ""
    while cursor is not None:
        told = read(system.get(f"/offers?limit=2&cursor={cursor}"))
        seen += [one["id"] for one in told["offers"]]
        cursor = told["next_cursor"]
    assert seen == [offer.pk for offer in offers]


def test_cursor_of_another_partner_or_filter_and_a_forged_one_are_refused() -> None:
    partner = making.partner("water-alliance", organisation="water_alliance")
    for _ in range(3):
        making.offered(partner)
    other = cast.system(making.partner("nom"))
    mine = cast.system(partner)
    cursor = read(mine.get("/offers?limit=1"))["next_cursor"]
    assert read(mine.get(f"/offers?limit=1&cursor={cursor}"))["offers"]
    cast.verify_problem(other.get(f"/offers?cursor={cursor}"), 400, "bad_cursor")
    cast.verify_problem(mine.get(f"/offers?state=open&cursor={cursor}"), 400, "bad_cursor")
    cast.verify_problem(mine.get(f"/offers?cursor={cursor}x"), 400, "bad_cursor")
    cast.verify_problem(mine.get("/offers?cursor=%00"), 400, "bad_cursor")
    cast.verify_problem(mine.get("/offers?cursor=" + "x" * 500), 422, "invalid")


def test_offer_that_ended_is_gone_everywhere_and_in_the_list_only_by_how_it_ended() -> None:
    found, system, path = cast.case("accepted")
    answering.give_back(found.offer.pk, actor=found.actor, reason="region", key=services.key(), now=cast.NOW)
    for address in ("", "/dossier.json", "/dossier.pdf", "/contact", "/question"):
        assert cast.verify_problem(system.get(path + address), 410, "offer_ended")["ended_as"] == "returned"
    cast.verify_problem(
        system.post(f"{path}/close", {"outcome": "advice_given", "on": "2026-11-23"}), 410, "offer_ended"
    )
    assert read(system.get("/offers"))["offers"] == []
    (line,) = read(system.get("/offers?state=ended"))["offers"]
    assert {name for name, value in line.items() if value is not None} == {
        "id", "number", "state", "offered_at", "ended_at",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["", "/dossier.json", "/dossier.pdf", "/contact", "/question"])
def test_offer_of_another_partner_is_answered_exactly_as_one_that_does_not_exist(address: str) -> None:
    found, _, path = cast.case("accepted")
    other = cast.system(making.partner("nom"))
    foreign, unknown = other.get(path + address), other.get(f"/offers/99999999{address}")
    assert cast.verify_problem(foreign, 404, "unknown_offer") == cast.verify_problem(unknown, 404, "unknown_offer")
    assert foreign.content == unknown.content
    for number in ("0", "9223372036854775807", "9223372036854775808", "9" * 60):
        cast.verify_problem(other.get(f"/offers/{number}{address}"), 404, "unknown_offer")
    assert not Event.objects.filter(stream=found.referral.stream, actor__contains="/key:").exists()


def test_dossier_is_byte_for_byte_what_was_sealed_and_each_look_is_recorded() -> None:
    found, system, path = cast.case()
    answer = system.get(f"{path}/dossier.json")
    sealed = found.fresh_offer().dossier
    assert answer.content == canonical(sealed.content)
    assert hashlib.sha256(answer.content).hexdigest() == sealed.digest == answer["ETag"].strip('"')
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer["Repr-Digest"] == f"sha-256=:{digest}:"
    assert answer["Cache-Control"] == "no-store, private"
    event = Event.objects.get(stream=found.referral.stream, kind="dossier_opened")
    assert event.actor == f"partner:{found.partner.pk}/key:{found.partner.api_keys.get().pk}"


@pytest.mark.pango
def test_dossier_is_the_one_in_the_pdf_and_the_history_has_both_digests() -> None:
    found, system, path = cast.case()
    dossier = found.fresh_offer().dossier
    with transaction.atomic():
        assert issue.keep(dossier.pk, issue.issue(dossier.pk), cast.NOW)
    answer, printed = system.get(f"{path}/dossier.json"), system.get(f"{path}/dossier.pdf")
    # The file must stay open while something of it is read.
    pdf = opened(printed.content)
    assert pdf.attachments["dossier.json"].get_file().read_bytes() == answer.content
    told = Event.objects.get(stream=found.referral.stream, kind="dossier_made").payload
    digests = [hashlib.sha256(one.content).hexdigest() for one in (answer, printed)]
    assert digests == [told["json"], told["pdf"]] == [one["ETag"].strip('"') for one in (answer, printed)]


def test_dossier_is_never_compressed_on_the_way() -> None:
    _, system, path = cast.case()
    plain = system.get(f"{path}/dossier.json")
    answer = system.get(f"{path}/dossier.json", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer
    assert (answer.content, answer["ETag"]) == (plain.content, plain["ETag"])


def test_pdf_is_given_with_its_own_digest_and_until_then_one_waits() -> None:
    found, system, path = cast.case()
    answer = system.get(f"{path}/dossier.pdf")
    cast.verify_problem(answer, 409, "dossier_not_ready")
    assert answer["Retry-After"] == "30"
    body = b"%PDF-1.7 voorbeeld"
    Dossier.objects.update(pdf=body, pdf_digest=hashlib.sha256(body).hexdigest())
    answer = system.get(f"{path}/dossier.pdf")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, body, "application/pdf")
    assert answer["ETag"].strip('"') == hashlib.sha256(body).hexdigest()
    assert Event.objects.filter(stream=found.referral.stream, kind="dossier_downloaded").count() == 1


def test_contact_data_only_after_acceptance() -> None:
    found, system, path = cast.case()
    cast.verify_problem(system.get(f"{path}/contact"), 409, "not_accepted")
    answering.accept(found.offer.pk, actor=found.actor, contact_person="Carla", key=services.key(), now=cast.NOW)
    told = read(system.get(f"{path}/contact"))
    assert told == {
        "company": "Zilverwiek Techniek",
        "person": "Anna Zilverwiek",
        "email": "anna@zilverwiek.example",
        "phone": "058 123 45 67",
        "place": "Leeuwarden",
        "country": "NL",
    }
    assert Event.objects.filter(stream=found.referral.stream, actor__contains="/key:").count() == 1


def test_head_gives_the_headers_and_looks_at_nothing() -> None:
    found, system, path = cast.case("accepted")
    body = b"%PDF-1.7 voorbeeld"
    Dossier.objects.update(pdf=body, pdf_digest=hashlib.sha256(body).hexdigest())
    for address in ("", "/dossier.json", "/dossier.pdf", "/contact"):
        full, head = system.get(path + address), system.get(path + address, "HEAD")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers.get("ETag") == full.headers.get("ETag")
    looks = Event.objects.filter(stream=found.referral.stream, actor__contains="/key:")
    assert looks.count() == 3


def test_withdrawn_consent_closes_everything_at_once() -> None:
    found, system, path = cast.case("accepted")
    closing.withdraw(found.intake.pk, actor="entrepreneur", key=services.key(), now=cast.NOW)
    for address in ("", "/dossier.json", "/dossier.pdf", "/contact", "/question"):
        assert cast.verify_problem(system.get(path + address), 410, "offer_ended")["ended_as"] == "withdrawn"


def test_feed_has_every_change_in_order_and_ends_where_it_ends() -> None:
    found = services.case("in_review")
    system = cast.system(found.partner)
    assert read(system.get("/events")) == {"events": [], "next": 0, "latest": 0}
    offer = services.offering.offer(
        found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=services.key(), now=cast.NOW
    )
    answering.accept(offer.pk, actor=found.actor, contact_person="Carla", key=services.key(), now=cast.NOW)
    told = read(system.get("/events?after=0&limit=1"))
    assert [(one["seq"], one["type"]) for one in told["events"]] == [(1, "offer.created")]
    assert (told["next"], told["latest"]) == (1, 2)
    told = read(system.get(f"/events?after={told['next']}"))
    assert [one["type"] for one in told["events"]] == ["referral.updated"]
    assert told["events"][0]["data"] == {
        "offer_id": offer.pk,
        "referral_number": found.referral.number,
        "version": found.fresh().version,
    }
    assert read(system.get("/events?after=2")) == {"events": [], "next": 2, "latest": 2}
    assert read(system.get("/events?after=9223372036854775807")) == {"events": [], "next": 2, "latest": 2}
    cast.verify_problem(system.get("/events?after=-1"), 422, "invalid")
    assert read(cast.system(making.partner("nom")).get("/events")) == {"events": [], "next": 0, "latest": 0}


@pytest.mark.parametrize(("path", "most"), [("/me", 5), ("/offers", 5), ("/events", 6)])
def test_reading_asks_a_fixed_number_of_questions(path: str, most: int, django_assert_max_num_queries: Any) -> None:
    partner = making.partner("water-alliance", organisation="water_alliance")
    system = cast.system(partner)
    for _ in range(4):
        making.offered(partner)
    system.get(path)
    with django_assert_max_num_queries(most):
        assert system.get(path).status_code == 200


def test_one_offer_asks_a_fixed_number_of_questions(django_assert_max_num_queries: Any) -> None:
    _, system, path = cast.case("accepted")
    system.get(path)
    with django_assert_max_num_queries(5) as seen:
        assert system.get(path).status_code == 200
    assert isinstance(seen, CaptureQueriesContext)
    assert Offer.objects.count() == 1
