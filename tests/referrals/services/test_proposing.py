"""Proposing an activity that the scan did not give: for who may be asked, and only as much as helps."""

from __future__ import annotations

import pytest

from intake.models import Consent
from intake.policies import policy
from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.services import closing, consents, directory, proposing, requests
from referrals.services.errors import Gone, Refused
from tests.referrals.services import cast
from tests.referrals.services.cast import LATER, NOW, Case

pytestmark = pytest.mark.django_db

VERSION = "2013.1"


def outside(state: str = "in_review") -> Case:
    """Return a referral at a company that chose NOM only, and not the partner of the case."""
    return cast.case(state, "nom")


def proposed(found: Case, activity: str = "N2", organisation: str = "", **more: object) -> Referral:
    known: dict[str, object] = {"advisor": found.advisor, "key": cast.key()}
    to = organisation or player(activity)
    return proposing.propose(found.intake.pk, activity, to, now=NOW, **{**known, **more})  # type: ignore[arg-type]


def player(activity: str) -> str:
    """Return a partner of an organisation that could do this activity."""
    rules = policy()
    for party in rules.activities[activity].parties:
        for code in sorted(directory.players(rules, party, NOW.date())):
            if code != "kvk":
                cast.partner(code)
                return code
    raise AssertionError(activity)


def test_advisor_proposes_an_activity_that_the_scan_did_not_give() -> None:
    found = outside()
    made = [proposed(found, key="twice") for _ in range(2)]
    assert made[0].pk == made[1].pk
    row = made[0]
    assert (row.state, row.activity, row.owner, row.rules) == (State.AWAITING_CONSENT, "N2", found.advisor, [])
    assert (row.province, row.sector) == ("friesland", "industrie_overig")
    assert row.number not in {found.referral.number}
    event = events.history(row.stream)[0]
    assert (event.kind, event.seq, event.payload["transition"]) == ("referral_proposed", 1, "R2")
    mails = Outgoing.objects.filter(event=event).values_list("kind", flat=True)
    assert set(mails) == {"mail.consent_request", "mail.consent_reminder"}
    accepted = requests.give(row.pk, text_version=VERSION, key=cast.key(), now=LATER)
    assert accepted.state == State.QUEUED


def test_no_to_a_proposal_ends_it_whoever_else_could_help() -> None:
    found = cast.case("in_review")
    row = proposed(found)
    assert requests.refuse(row.pk, key=cast.key(), now=LATER).state == State.WITHDRAWN


def test_activity_that_runs_already_does_not_exist_or_is_one_too_many() -> None:
    found = outside()
    with pytest.raises(Refused, match="loopt al"):
        proposed(found, "N3")
    with pytest.raises(Refused, match="uit de lijst"):
        proposed(found, "Z9", "nom")
    with pytest.raises(Refused, match="doet deze activiteit nu niet"):
        proposed(found, "N2", "nergens")
    still = Referral.objects.filter(intake=found.intake, closed_at__isnull=True).count()
    for activity in ("N2", "A2", "P4")[: requests.MOST_OPEN - still]:
        proposed(found, activity)
    with pytest.raises(Refused, match="Er lopen al 3"):
        proposed(found, "I1", "nom")


def test_nothing_is_proposed_without_the_consent_of_the_kvk_or_after_erasing() -> None:
    found = outside()
    consents.take_back(Consent.objects.get(intake=found.intake, purpose="C1"), NOW)
    with pytest.raises(Refused, match="toestemming voor de KvK"):
        proposed(found)
    closing.erase(found.intake.pk, actor="entrepreneur", key=cast.key(), now=LATER)
    with pytest.raises(Gone):
        proposed(found)
