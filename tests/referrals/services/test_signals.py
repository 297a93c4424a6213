"""What is only a signal for policy makers is counted, and never becomes the work of somebody."""

from __future__ import annotations

import pytest

from intake.policies import policy
from referrals.models import Referral
from referrals.services import asking, directory, proposing
from referrals.services.errors import Refused
from tests.referrals.services import cast
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db


def test_activities_to_which_only_signals_lead_are_for_policy_makers() -> None:
    assert asking.only_signals(policy()) == {"A1", "N4", "P1", "P5", "V3"}


def test_signal_is_not_proposed_to_a_company_either() -> None:
    # Promotion of the themes of the North: a partner plays its party, but no company gets help by it.
    found = cast.case("in_review", "nom")
    rules = policy()
    players = sorted(directory.players(rules, rules.activities["P1"].parties[0], NOW.date()))
    for code in players:
        cast.partner(code)
    assert "P3" in proposing.proposable(found.intake, NOW)
    assert not asking.only_signals(rules) & set(proposing.proposable(found.intake, NOW))
    for code in players:
        with pytest.raises(Refused, match="doet deze activiteit nu niet"):
            proposing.propose(found.intake.pk, "P1", code, advisor=found.advisor, key=cast.key(), now=NOW)
    assert not Referral.objects.filter(activity="P1").exists()
