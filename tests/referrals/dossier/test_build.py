"""From rows to content: nothing of the person, everything of the advice, and a preview that is exact."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from intake.models import Intake
from referrals.domain.dossier import canonical, digest
from referrals.dossier import build
from referrals.models import Dossier
from tests.domain.dossier.companies import READY
from tests.domain.dossier.test_content import problems
from tests.referrals import making
from tests.referrals.making import DUE, NOW, PERSONAL

pytestmark = pytest.mark.django_db
CLUB = "exportclub_noord"


def built(**answers: Any) -> dict[str, Any]:
    """Return the content for a company with these answers changed."""
    made = making.intake(CLUB, answers={**READY, **answers})
    return dict(build.content(making.referral(made, making.assessment(made)), making.partner(), now=NOW))


def test_the_content_fits_the_schema_and_names_the_company() -> None:
    content = built()
    assert problems(content) == []
    assert content["company"] == {
        "name": "Bakkerij Wiarda B.V.",
        "kvk_number": "76543210",
        "place": "Hallum",
        "province": "Groningen",
        "country": "Nederland",
        "sector": "Industrie: metaal en machines",
        "size": "25 werkzame personen",
    }


@pytest.mark.parametrize("field", ["person", "email", "phone", "website", "message"])
def test_the_content_holds_no_contact_data(field: str) -> None:
    assert PERSONAL[field] not in canonical(built()).decode()


def test_the_deadline_is_the_partners_own_term_unless_given() -> None:
    assert built()["respond_by"] == "2026-12-01T17:00:00+01:00"
    case = making.referral(made := making.intake(CLUB, reference="NN-0000-0000", nonce="n9"), making.assessment(made))
    content = build.content(case, making.partner("kvk"), now=NOW, respond_by=DUE + timedelta(days=1))
    assert content["respond_by"] == "2026-12-02T16:00:00+00:00"


def test_each_frozen_dossier_gets_the_next_version() -> None:
    made = making.intake(CLUB)
    case, club = making.referral(made, making.assessment(made)), making.partner()
    assert making.dossier(case, club).content["version"] == 1
    assert build.content(case, club, now=NOW)["version"] == 2


def test_the_reasons_are_those_that_the_entrepreneur_read() -> None:
    made = making.intake(CLUB)
    stored = making.assessment(made, **{"R-P4": "Zo stond het in de uitslag."})
    content = build.content(making.referral(made, stored), making.partner(), now=NOW)
    assert content["reasons"][0]["text"] == "Zo stond het in de uitslag."


def test_the_receipt_is_that_of_the_stored_assessment() -> None:
    made = making.intake(CLUB)
    stored = making.assessment(made)
    content = build.content(making.referral(made, stored), making.partner(), now=NOW)
    for name in ("rules", "catalogue", "answers", "engine"):
        assert content["receipt"][name] == stored.receipt[name]  # type: ignore[literal-required]


def test_the_consent_record_names_the_kvk_and_this_organisation_only() -> None:
    made = making.intake(CLUB, "nom")
    content = build.content(making.referral(made, making.assessment(made)), making.partner(), now=NOW)
    assert [(one["purpose"], one["organisation"]) for one in content["consent"]] == [("C1", ""), ("C2", CLUB)]
    assert making.partner("nom").name not in json.dumps(content["consent"])
    assert content["recipient"]["name"] in content["consent"][1]["text"]


def test_a_consent_that_was_taken_back_is_not_in_the_record() -> None:
    made = making.intake(CLUB)
    making.agree(made, "C2", CLUB, given=False)
    content = build.content(making.referral(made, making.assessment(made)), making.partner(), now=NOW)
    assert [one["purpose"] for one in content["consent"]] == ["C1"]


def test_the_preview_is_what_the_partner_gets_but_for_number_and_deadline() -> None:
    made = making.intake(CLUB)
    stored = making.assessment(made)
    real: dict[str, Any] = dict(build.content(making.referral(made, stored), making.partner(), now=NOW))
    shown: dict[str, Any] = dict(build.preview(made, CLUB, now=NOW, activities=("P4",)))
    assert {key for key in real if real[key] != shown[key]} == {"number", "respond_by"}
    assert set(real) == set(shown)


def test_the_preview_takes_the_company_as_it_is_being_typed() -> None:
    made = making.intake()
    made.contact.delete()
    made = Intake.objects.get(pk=made.pk)
    making.assessment(made)
    shown = build.preview(made, CLUB, now=NOW, company={"name": "Nieuw B.V.", "place": "", "kvk_number": "12345678"})
    assert shown["company"]["name"] == "Nieuw B.V."
    assert shown["company"]["kvk_number"] == "12345678"
    assert shown["respond_by"] == ""
    assert problems(shown) == []


def test_the_preview_asks_only_what_this_organisation_can_be_asked() -> None:
    made = making.intake(answers={**READY, "B1": "friesland", "B4": ["water"], "O6": ["geen"], "O7": "nee"})
    making.assessment(made)
    for organisation in ("kvk", "water_alliance"):
        shown = build.preview(made, organisation, now=NOW)
        assert shown["asked"]
        assert {one["activity"] for one in shown["asked"]} <= {row["activity"] for row in shown["reasons"]}


def test_a_company_from_abroad_gets_its_own_dossier() -> None:
    told = {"sector": "Energy", "looks_for": "A site", "when": "Within a year", "province": "No preference"}
    made = making.intake("nom", kind=Intake.Kind.FOREIGN, language="en", answers=told)
    made.contact.country = "DE"
    made.contact.save()
    content = build.content(making.referral(made, None, "V1"), making.partner("nom"), now=NOW)
    assert problems(content) == []
    assert content["kind"] == "foreign"
    assert content["company"]["country"] == "Duitsland"
    assert content["company"]["sector"] == "Energy"
    said = {line["code"]: line["answer"] for line in content["answers"][0]["lines"]}
    assert said["looks_for"] == ["A site"]
    assert build.preview(made, "nom", now=NOW)["asked"][0]["activity"] == "V1"


def test_what_is_stored_reads_back_to_the_same_digest() -> None:
    made = making.offered()
    stored = Dossier.objects.get(pk=made.dossier_id)
    assert digest(stored.content) == stored.digest
    assert json.loads(canonical(stored.content)) == stored.content
