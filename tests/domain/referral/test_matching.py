"""Partners are proposed in fair order with reasons, and refused with every reason."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.domain.matching import Matches, Obstacle, PartnerProfile, Wanted, match

TODAY = date(2026, 11, 23)
WANTED = Wanted(
    activity="N3",
    parties=frozenset({"kennisinstellingen", "netwerken_topsectoren"}),
    province="drenthe",
    sector="industrie_metaal",
    themes=frozenset({"water"}),
    consented=frozenset({"org-a", "org-b", "org-c"}),
    outdated=frozenset({"org-y"}),
)
FITTING = PartnerProfile(
    code="a",
    organisation="org-a",
    name="Alfa",
    activities=frozenset({"N3", "A3"}),
    provinces=frozenset({"drenthe", "groningen"}),
    sectors=frozenset({"industrie_metaal"}),
    themes=frozenset({"water"}),
    capacity=4,
    open_count=1,
    parties=frozenset({"kennisinstellingen"}),
)


def matches(*partners: PartnerProfile, wanted: Wanted = WANTED) -> Matches:
    return match(wanted, partners, TODAY)


def order(*partners: PartnerProfile) -> list[str]:
    return [proposal.partner.code for proposal in matches(*partners).proposals]


def partner(code: str, **fields: object) -> PartnerProfile:
    return replace(FITTING, code=code, name=code, **fields)  # type: ignore[arg-type]


def test_a_fitting_partner_is_proposed_with_all_reasons() -> None:
    (proposal,) = matches(FITTING).proposals
    assert proposal.reasons == (
        "Doet deze activiteit.",
        "Het beleid noemt dit soort organisatie hierbij.",
        "Werkt in deze provincie (Drenthe).",
        "Werkt voor deze sector.",
        "Werkt aan het thema: water.",
        "Heeft ruimte: 1 van 4 in behandeling.",
        "De ondernemer gaf toestemming.",
    )


def test_a_partner_without_limits_fits_everywhere_and_claims_nothing() -> None:
    free = PartnerProfile("f", "org-a", "Vrij", frozenset({"N3"}), open_count=7)
    (proposal,) = matches(free).proposals
    assert proposal.reasons == (
        "Doet deze activiteit.",
        "Heeft ruimte: 7 in behandeling, geen grens.",
        "De ondernemer gaf toestemming.",
    )


@pytest.mark.parametrize(
    ("fields", "obstacle", "reason"),
    [
        ({"active": False}, Obstacle.NOT_ACTIVE, "Doet niet meer mee."),
        ({"paused_until": date(2026, 12, 1)}, Obstacle.PAUSED, "Heeft pauze tot 01-12-2026."),
        ({"open_count": 4}, Obstacle.FULL, "Is vol: 4 van 4 in behandeling."),
        ({"open_count": 9}, Obstacle.FULL, "Is vol: 9 van 4 in behandeling."),
        ({"capacity": 0, "open_count": 0}, Obstacle.FULL, "Is vol: 0 van 0 in behandeling."),
        ({"activities": frozenset({"A3"})}, Obstacle.OTHER_ACTIVITY, "Doet deze activiteit niet."),
        ({"activities": frozenset()}, Obstacle.OTHER_ACTIVITY, "Doet deze activiteit niet."),
        ({"provinces": frozenset({"friesland"})}, Obstacle.OTHER_PROVINCE, "Werkt niet in deze provincie (Drenthe)."),
        ({"sectors": frozenset({"bouw"})}, Obstacle.OTHER_SECTOR, "Werkt niet voor deze sector."),
        ({"themes": frozenset({"sensor", "energie"})}, Obstacle.OTHER_THEME, "Werkt alleen aan: energie, sensor."),
        ({"blocked": True}, Obstacle.CONFLICT, "Heeft een belangenconflict met dit bedrijf."),
        (
            {"declined_before": True},
            Obstacle.DECLINED_BEFORE,
            "Wees deze doorverwijzing eerder af. Opnieuw vragen kan met een reden.",
        ),
        (
            {"organisation": "org-z"},
            Obstacle.NO_CONSENT,
            "Vraag toestemming: de ondernemer heeft deze organisatie niet gekozen.",
        ),
        (
            {"organisation": "org-y"},
            Obstacle.OLD_CONSENT,
            "De tekst van de toestemming is veranderd. Vraag opnieuw toestemming.",
        ),
    ],
)
def test_each_obstacle_alone_refuses_with_its_reason(
    fields: dict[str, object], obstacle: Obstacle, reason: str
) -> None:
    found = matches(partner("x", **fields))
    assert found.proposals == ()
    (refusal,) = found.refusals
    assert (refusal.obstacles, refusal.reasons) == ((obstacle,), (reason,))
    assert refusal.consent_would_do == (obstacle in {Obstacle.NO_CONSENT, Obstacle.OLD_CONSENT})
    assert refusal.can_be_forced == (obstacle is Obstacle.DECLINED_BEFORE)


def test_all_obstacles_are_told_at_once() -> None:
    hopeless = PartnerProfile(
        "h", "org-z", "Hopeloos", frozenset(), frozenset({"friesland"}), frozenset({"bouw"}), frozenset({"agri"}),
        active=False, paused_until=date(2027, 1, 1), capacity=1, open_count=1, declined_before=True, blocked=True,
        ending="Hopeloos stopte.",
    )  # fmt: skip
    (refusal,) = matches(hopeless).refusals
    # Consent under old words is consent: it is never lacking at the same time.
    assert set(refusal.obstacles) == set(Obstacle) - {Obstacle.OLD_CONSENT}
    assert len(refusal.reasons) == len(Obstacle) - 1
    assert not refusal.consent_would_do
    assert not refusal.can_be_forced


@pytest.mark.parametrize(("until", "fits"), [(date(2026, 11, 24), False), (TODAY, True), (date(2026, 11, 1), True)])
def test_a_pause_ends_on_its_date(until: date, fits: bool) -> None:
    assert (order(partner("x", paused_until=until)) == ["x"]) is fits


def test_nobody_is_proposed_without_consent() -> None:
    found = matches(FITTING, wanted=replace(WANTED, consented=frozenset()))
    assert found.proposals == ()
    assert found.refusals[0].consent_would_do


def test_least_work_relative_to_capacity_comes_first() -> None:
    assert order(
        partner("half", open_count=2, capacity=4),
        partner("tenth", open_count=3, capacity=30),
        partner("third", open_count=1, capacity=3),
    ) == ["tenth", "third", "half"]


def test_equal_work_is_ordered_by_name_without_regard_to_accents_and_capitals() -> None:
    names = ["beta", "Émile", "Alfa", "zeta", "eva"]
    found = matches(*(replace(FITTING, code=name, name=name) for name in names))
    assert [proposal.partner.name for proposal in found.proposals] == ["Alfa", "beta", "Émile", "eva", "zeta"]


def test_equal_shares_tie_exactly() -> None:
    assert order(partner("b", open_count=1, capacity=3), partner("a", open_count=2, capacity=6)) == ["a", "b"]


def test_a_partner_without_a_limit_is_not_always_first() -> None:
    assert order(partner("none", open_count=9, capacity=None), partner("some", open_count=1, capacity=10)) == [
        "some",
        "none",
    ]


def test_partners_without_any_limit_are_ordered_by_their_work() -> None:
    assert order(partner("a", open_count=3, capacity=None), partner("b", open_count=1, capacity=None)) == ["b", "a"]


def test_a_partner_named_by_the_policy_table_comes_before_one_with_less_work() -> None:
    assert order(partner("free", open_count=0, parties=frozenset()), partner("named", open_count=3)) == [
        "named",
        "free",
    ]


def test_the_nearest_refusal_comes_first() -> None:
    found = matches(partner("far", active=False, organisation="org-z"), partner("near", organisation="org-z"))
    assert [refusal.partner.code for refusal in found.refusals] == ["near", "far"]


profiles = st.builds(
    PartnerProfile,
    code=st.integers(0, 10**9).map(str),
    organisation=st.sampled_from(["org-a", "org-b", "org-z"]),
    name=st.sampled_from(["Alfa", "Beta", "Gamma"]),
    activities=st.frozensets(st.sampled_from(["N3", "A3"])),
    provinces=st.frozensets(st.sampled_from(["drenthe", "friesland"])),
    sectors=st.frozensets(st.sampled_from(["industrie_metaal", "bouw"])),
    themes=st.frozensets(st.sampled_from(["water", "agri"])),
    active=st.booleans(),
    paused_until=st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 26)),
    capacity=st.none() | st.integers(0, 5),
    open_count=st.integers(0, 5),
    declined_before=st.booleans(),
    blocked=st.booleans(),
    parties=st.frozensets(st.sampled_from(["kennisinstellingen", "exportclubs"])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(profiles, max_size=6, unique_by=lambda profile: profile.code), st.randoms(use_true_random=False))
def test_everybody_gets_one_answer_and_the_order_of_the_input_does_not_matter(
    partners: list[PartnerProfile], chance: random.Random
) -> None:
    found = matches(*partners)
    answered = [proposal.partner.code for proposal in found.proposals]
    answered += [refusal.partner.code for refusal in found.refusals]
    assert sorted(answered) == sorted(partner.code for partner in partners)
    chance.shuffle(partners)
    assert matches(*partners) == found


@settings(max_examples=40, deadline=None)
@given(st.lists(profiles, max_size=6, unique_by=lambda profile: profile.code))
def test_whoever_is_proposed_is_free_to_take_it(partners: list[PartnerProfile]) -> None:
    for proposal in matches(*partners).proposals:
        chosen = proposal.partner
        assert chosen.active
        assert not chosen.blocked
        assert not chosen.declined_before
        assert "N3" in chosen.activities
        assert chosen.organisation in WANTED.consented
        assert chosen.capacity is None or chosen.open_count < chosen.capacity
