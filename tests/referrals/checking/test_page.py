"""The public page of a dossier: says whether it counts, to anyone who has the code, and names nobody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.dossier import check_code
from referrals.models import Dossier, Offer, Referral
from referrals.services import answering, checking, closing, offering, queue
from referrals.services.checking import Standing
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db
PDF_DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def code_of(found: Case) -> str:
    """Return the code on the dossier of this offer."""
    return check_code(found.fresh_offer().dossier.digest)


def page(code: str, client: Client | None = None) -> HttpResponse:
    """Return the page of a code."""
    return (client or Client()).get(f"/c/{code}/")


def stands(found: Case) -> Standing:
    """Return how the dossier of this offer stands."""
    known = checking.find(code_of(found))
    assert known
    return known.standing


def again(found: Case) -> Offer:
    """Offer the referral to the same partner once more."""
    row = found.fresh()
    if row.state == "returned":
        row = queue.reconsider(row.pk, advisor=found.advisor, version=row.version, key=cast.key(), now=LATER)
    return offering.offer(
        row.pk, found.partner.pk, advisor=found.advisor, version=row.version, key=cast.key(), now=LATER,
        force_reason="De partner belde zelf terug.",
    )  # fmt: skip


def test_page_shows_number_date_version_status_and_both_digests_in_groups() -> None:
    found = cast.case("offered")
    Dossier.objects.update(pdf_digest=PDF_DIGEST)
    text = page(code_of(found)).content.decode()
    for words in (found.referral.number, "23 november 2026", "Versie", "Geldig", " ".join(["abababab"] * 8)):
        assert words in text
    digest = found.fresh_offer().dossier.digest
    assert f'data-json="{digest}"' in text
    assert f'data-pdf="{PDF_DIGEST}"' in text
    assert 'data-standing="valid"' in text
    assert f"{digest[:8]} {digest[8:16]}" in text
    for command in ("sha256sum", "Get-FileHash"):
        assert command in text


@pytest.mark.parametrize("state", ["offered", "returned", "accepted", "completed"])
def test_page_names_no_company_no_person_no_partner_and_no_advisor(state: str) -> None:
    found = cast.case(state)
    text = page(code_of(found)).content.decode()
    for secret in ("Zilverwiek", "Anna", "058 123", "Leeuwarden", "90000749", "Water Alliance", "Carla", "Bert"):
        assert secret.casefold() not in text.casefold(), secret


def test_page_is_kept_by_nobody_and_changes_nothing() -> None:
    found = cast.case("offered")
    before = (Event.objects.count(), Outgoing.objects.count(), Offer.objects.values().get())
    for method in ("get", "head"):
        for path in ("/c/", f"/c/{code_of(found)}/"):
            response = getattr(Client(), method)(path)
            assert response.status_code == 200
            assert "no-store" in response["Cache-Control"]
            assert response["X-Robots-Tag"] == "noindex"
            assert not response.cookies
    assert Client().post(f"/c/{code_of(found)}/").status_code == 405
    assert (Event.objects.count(), Outgoing.objects.count(), Offer.objects.values().get()) == before


# --- the code -------------------------------------------------------------------------------------------------------


def test_code_is_read_in_any_spelling() -> None:
    found = cast.case("offered")
    code = code_of(found)
    for spelling in (code.lower(), code.replace("-", ""), code.replace("-", " "), code.replace("0", "O")):
        assert found.referral.number in page(spelling).content.decode()
        assert Client().get("/c/", {"code": f" {spelling} "})["Location"] == f"/c/{code}/"


def plain(answer: HttpResponse) -> str:
    return re.sub(r"Noem dan dit nummer: \w+", "", answer.content.decode())


def test_every_unknown_code_gets_the_same_page_in_whatever_spelling() -> None:
    found = cast.case("offered")
    near = f"{code_of(found)[:-1]}{'1' if code_of(found)[-1] == '0' else '0'}"
    answers = [
        page(code)
        for code in (
            near, near.lower(), near.replace("-", ""), "0000-0000-0000", "ZZZZ-ZZZZ-ZZZZ", "x", "UUUU-UUUU-UUUU",
            "<script>", "%00", "١٢٣٤٥٦٧٨٩٠١٢", "A" * 3000, code_of(found)[:-1], f"{code_of(found)}0", "' OR 1=1",
        )
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({plain(answer) for answer in answers}) == 1
    assert "Deze code kennen wij niet" in plain(answers[0])
    assert 'name="code"' in plain(answers[0])


@pytest.mark.parametrize("typed", ["", " ", "7QK4", "UUUU-UUUU-UUUU", "x" * 49, "a\x00b", "١٢٣٤٥٦٧٨٩٠١٢", "💥" * 12])
def test_typed_text_that_is_no_code_says_what_a_code_is_and_stays(typed: str) -> None:
    text = Client().get("/c/", {"code": typed}).content.decode()
    assert "twaalf letters en cijfers, zoals 7QK4-M2XD-9RTA" in text
    assert "nnmkb-errors" in text
    assert f'value="{typed}"' in text or not typed.strip()


def test_looking_is_limited_by_address(settings: object) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "verify": (2, 3600)}  # type: ignore[attr-defined]
    assert [page("0000-0000-0000").status_code for _ in range(3)] == [404, 404, 429]
    other = Client(REMOTE_ADDR="203.0.113.9")
    assert page("0000-0000-0000", other).status_code == 404


def test_dossier_is_found_by_the_index_on_its_digest() -> None:
    found = cast.case("offered")
    # Many of one referral, and counted: else a planner that knows nothing may begin at the referral.
    Dossier.objects.bulk_create(
        Dossier(
            referral=found.referral,
            number=number,
            content={},
            digest=hashlib.sha256(str(number).encode()).hexdigest(),
            created_at=NOW,
        )
        for number in range(2, 302)
    )
    looked = checking.with_code(code_of(found))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE referrals_dossier, referrals_referral")
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "dossier_digest" in looked.explain()
    assert '"pdf",' not in str(looked.query)


# --- whether it counts ----------------------------------------------------------------------------------------------


def test_dossier_that_has_no_pdf_yet_says_so() -> None:
    found = cast.case("offered")
    text = page(code_of(found)).content.decode()
    assert "nog geen PDF gemaakt" in text
    assert 'data-pdf=""' in text


@pytest.mark.parametrize("state", ["offered", "accepted", "in_progress"])
def test_dossier_counts_while_its_offer_runs(state: str) -> None:
    assert stands(cast.case(state)) is Standing.VALID


def recall(found: Case) -> None:
    offering.recall(found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=LATER)


def decline(found: Case) -> None:
    answering.decline(found.fresh_offer().pk, actor=found.actor, reason="region", key=cast.key(), now=LATER)


@pytest.mark.parametrize("end", [recall, decline])
def test_dossier_of_an_offer_that_ended_does_not_count(end: Callable[[Case], None]) -> None:
    found = cast.case("offered")
    end(found)
    assert stands(found) is Standing.ENDED
    text = page(code_of(found)).content.decode()
    assert "Aanbod afgelopen" in text
    assert 'data-standing="ended"' in text


def test_dossier_of_which_the_partner_got_a_newer_one_is_superseded() -> None:
    found = cast.case("offered")
    recall(found)
    newer = again(found)
    assert stands(found) is Standing.SUPERSEDED
    known = checking.find(check_code(newer.dossier.digest))
    assert known
    assert (known.standing, known.version) == (Standing.VALID, 2)
    assert "Gebruik die." in page(code_of(found)).content.decode()


def test_dossier_for_another_partner_supersedes_nothing() -> None:
    found = cast.case("returned")
    row = queue.reconsider(
        found.referral.pk, advisor=found.advisor, version=found.fresh().version, key=cast.key(), now=LATER
    )
    other = cast.partner("nhl_stenden")
    offering.offer(row.pk, other.pk, advisor=found.advisor, version=row.version, key=cast.key(), now=LATER)
    assert stands(found) is Standing.ENDED


@pytest.mark.parametrize("what", [None, ("C2", "water_alliance")])
def test_dossier_is_withdrawn_at_once_with_the_consent(what: tuple[str, str] | None) -> None:
    found = cast.case("offered")
    closing.withdraw(found.intake.pk, what, actor="entrepreneur", key=cast.key(), now=LATER)
    assert stands(found) is Standing.WITHDRAWN
    assert "Verwijder het dan." in page(code_of(found)).content.decode()


def test_old_dossier_is_withdrawn_too_when_consent_goes_after_the_offer_ended() -> None:
    found = cast.case("completed")
    assert stands(found) is Standing.ENDED
    closing.withdraw(
        found.intake.pk, ("C2", "water_alliance"), actor="entrepreneur", key=cast.key(), now=LATER + timedelta(days=1)
    )
    assert stands(found) is Standing.WITHDRAWN


def test_withdrawal_of_one_referral_withdraws_its_dossier() -> None:
    found = cast.case("offered")
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    assert stands(found) is Standing.WITHDRAWN


def test_erased_dossier_is_still_recognised_by_its_digests_and_asked_to_be_deleted() -> None:
    found = cast.case("offered")
    Dossier.objects.update(pdf_digest=PDF_DIGEST)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    assert stands(found) is Standing.ERASED
    text = page(code_of(found)).content.decode()
    assert "liet alle gegevens wissen" in text
    assert f'data-pdf="{PDF_DIGEST}"' in text


def test_two_dossiers_of_one_company_have_two_codes() -> None:
    found = cast.case("offered")
    recall(found)
    Referral.objects.filter(pk=found.referral.pk).update(entered_at=NOW + timedelta(days=1))
    assert code_of(found) != check_code(again(found).dossier.digest)
