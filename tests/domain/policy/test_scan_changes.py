"""What changes for one scan, and the answers that make it so: as a policy officer reads it."""

from __future__ import annotations

from dataclasses import replace

from intake.policy import Policy, read_answers
from intake.policy.conditions import All, Always, AnyOf, ChoiceIs, Condition, Not, NumberIn, Unanswered
from intake.policy.model import Gate, Outcome, Rule, Step
from intake.policy.scan_changes import Change, change_lines, changes_of, judged
from tests.domain.policy.samples import READY
from tests.domain.policy.test_impact_lines import with_rule
from tests.domain.policy.vector_samples import registered_2013

FLIGHT = registered_2013().rules.rule("R-N4")
MOST = registered_2013().catalogue.by_code["B3"].maximum
PEOPLE = "«Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.»"
EELDE = "«Zou een directe vlucht vanaf Groningen Airport Eelde u helpen?»"


def told(new: Policy, old: Policy | None = None, **answers: object) -> list[Change]:
    """Return what changes for the ready company with these answers."""
    raw = {**READY, **answers}
    return list(changes_of(*(judged(one, read_answers(one, raw)) for one in (old or registered_2013(), new))))


def lines(new: Policy, **answers: object) -> list[str]:
    """Return only what changes, without why."""
    return [change.text for change in told(new, **answers)]


def lost(when: Condition, **answers: object) -> tuple[str, ...]:
    """Return why the flight is lost when it also asks for this."""
    (change,) = [one for one in told(with_rule("R-N4", when=when), U9="ja", **answers) if one.text.startswith("eraf: ")]
    return change.reasons


def without(code: str) -> Policy:
    """Return the policy of 2013 without a rule."""
    policy = registered_2013()
    rules = tuple(rule for rule in policy.rules.rules if rule.code != code)
    return replace(policy, rules=replace(policy.rules, rules=rules))


def with_message(code: str, **changes: object) -> Policy:
    """Return the policy of 2013 with one message changed."""
    policy = registered_2013()
    items = tuple(
        replace(item, **changes) if item.code == code else item  # type: ignore[arg-type]
        for item in policy.rules.withheld
    )
    return replace(policy, rules=replace(policy.rules, withheld=items))


def with_rules(policy: Policy, *rules: Rule) -> Policy:
    return replace(policy, rules=replace(policy.rules, rules=rules))


def test_change_for_one_scan_names_rules_that_come_and_go() -> None:
    came = lines(with_rule("R-N4", when=Always()))
    assert came == [
        "uitkomst: UT1 Laat uzelf zien in het buitenland",
        "erbij: R-N4 N4, signaal: Een vlucht vanaf Eelde zou u helpen. Dat telt mee in het overzicht.",
    ]
    went = lines(with_rule("R-N4", when=ChoiceIs("U9", ("nee",))), U9="ja")
    assert went[1].startswith("eraf: R-N4 N4, signaal: Een vlucht")


def test_change_of_form_is_told_once() -> None:
    found = lines(with_rule("R-A3i", intensity="intensief"))
    assert found[1:] == ["anders: R-A3i A3, informatie, licht → informatie, intensief"]


def test_change_of_outcome_intensity_and_message() -> None:
    policy = registered_2013()
    outcomes = tuple(replace(item, when=Always()) if item.code == "UT0" else item for item in policy.rules.outcomes)
    messages = tuple(replace(item, when=Always()) if item.code == "NN-1" else item for item in policy.rules.withheld)
    rules = replace(policy.rules, outcomes=outcomes, withheld=messages)
    found = lines(replace(policy, rules=rules))
    assert found[0] == "uitkomst: UT1 Laat uzelf zien in het buitenland → UT0 Buiten Noord-Nederland"
    assert found[1] == "intensiteit: intensief → geen"
    assert found[-1].startswith("erbij: bericht NN-1: Een handelsmissie of beurs heeft nu nog weinig zin.")


def test_version_that_says_nothing_is_named() -> None:
    found = judged(registered_2013(), read_answers(registered_2013(), READY))
    silent = replace(found, said=None)
    assert next(change_lines(found, silent)).startswith("de nieuwe versie zegt niets over deze antwoorden")
    assert next(change_lines(silent, found)).startswith("de oude versie zegt niets")


def test_lost_rule_says_which_answers_fail_in_the_new_version() -> None:
    assert lost(All((FLIGHT.when, NumberIn("B3", 50, MOST)))) == (f"want {PEOPLE}: nodig 50 of meer, antwoord 25",)


def test_gained_rule_says_which_answers_failed_in_the_old_version() -> None:
    (came,) = [one for one in told(with_rule("R-N4", when=Always()), U9="nee") if one.text.startswith("erbij: ")]
    assert came.reasons == (f"eerst niet, want {EELDE}: nodig «Ja», antwoord «Nee»",)


def test_answer_that_is_missing_is_named_as_missing() -> None:
    answers = {code: value for code, value in READY.items() if code != "U9"}
    policy, new = registered_2013(), with_rule("R-N4", when=Always())
    came = changes_of(*(judged(one, read_answers(one, answers)) for one in (policy, new)))[1]
    assert came.reasons == (f"eerst niet, want {EELDE}: nodig «Ja», nog niet beantwoord",)


def test_that_there_must_be_an_answer_goes_without_saying_beside_which_one() -> None:
    answers = {code: value for code, value in READY.items() if code != "B3"}
    large = NumberIn("B3", 50, MOST)

    def reasons(when: Condition) -> tuple[str, ...]:
        new = with_rule("R-N4", when=All((FLIGHT.when, when)))
        both = (judged(one, read_answers(one, {**answers, "U9": "ja"})) for one in (registered_2013(), new))
        return next(change.reasons for change in changes_of(*both) if change.text.startswith("eraf: "))

    must = f"{PEOPLE}: nodig een antwoord, nog niet beantwoord"
    which = f"{PEOPLE}: nodig 50 of meer, nog niet beantwoord"
    assert reasons(All((Not(Unanswered("B3")), large))) == (f"want {which}",)
    assert reasons(Not(Unanswered("B3"))) == (f"want {must}",)
    (reason,) = reasons(AnyOf((Not(Unanswered("B3")), All((large, ChoiceIs("B1", ("friesland",)))))))
    assert reason.startswith(f"want minstens één hiervan: {must}; of {which} en «In welke provincie")


def test_rule_that_came_or_went_as_a_whole_is_said() -> None:
    (went,) = [one for one in told(without("R-N4"), U9="ja") if one.text.startswith("eraf: ")]
    assert went.reasons == ("want deze regel is er niet meer",)
    (came,) = [one for one in told(registered_2013(), without("R-N4"), U9="ja") if one.text.startswith("erbij: ")]
    assert came.reasons == ("eerst niet, want deze regel was er nog niet",)


def test_at_most_three_reasons_and_how_many_more() -> None:
    asked = [
        ChoiceIs("B7", ("vast",)),
        NumberIn("B3", 60, MOST),
        NumberIn("B3", 50, MOST),
        ChoiceIs("B1", ("friesland",)),
        Unanswered("B2"),
    ]
    reasons = lost(All((FLIGHT.when, *asked)))
    assert [reason.split(" ")[0] for reason in reasons] == ["want", "en", "en", "en"]
    assert reasons[-1] == "en nog 2"


def test_choice_of_ways_is_one_reason() -> None:
    (reason,) = lost(All((FLIGHT.when, AnyOf((NumberIn("B3", 50, MOST), ChoiceIs("B1", ("friesland",)))))))
    assert reason.startswith(
        f"want minstens één hiervan: {PEOPLE}: nodig 50 of meer, antwoord 25; of «In welke provincie"
    )


def test_closed_gate_is_named_before_what_closes_it() -> None:
    policy = with_rule("R-N4", gated=True, step=Step.EXECUTION)
    gate = Gate(Step.EXECUTION, ChoiceIs("B1", ("friesland",)), "Kom eerst naar Friesland.")
    policy = replace(policy, rules=replace(policy.rules, gates={**policy.rules.gates, Step.EXECUTION: gate}))
    went = next(one for one in told(policy, U9="ja") if one.text.startswith("eraf: R-N4"))
    assert went.reasons[0] == "want de poort van de stap is dicht (Kom eerst naar Friesland)"
    assert went.reasons[1].startswith("en «In welke provincie staat uw bedrijf?»: nodig «Friesland»")


def test_message_that_goes_before_is_named() -> None:
    new = with_message("NN-1", when=ChoiceIs("U9", ("ja",)), beats=("R-N4",))
    found = {change.text[:15]: change.reasons for change in told(new, U9="ja")}
    assert found["eraf: R-N4 N4, "][0] == "want het bericht NN-1 gaat voor"
    assert found["eraf: R-N4 N4, "][1] == f"en {EELDE}: nodig niet «Ja», antwoord «Ja»"
    assert found["erbij: bericht "][0].startswith("eerst niet, want ")


def test_message_that_gives_way_to_a_rule_names_the_rule() -> None:
    old = with_message("NN-1", when=Always())
    rules = [replace(rule, beats=("NN-1",)) if rule.code == "R-N4" else rule for rule in old.rules.rules]
    went = next(one for one in told(with_rules(old, *rules), old, U9="ja") if one.text.startswith("eraf: bericht NN-1"))
    assert went.reasons[0] == "want regel R-N4 gaat voor"


def with_outcomes(**changed: Outcome) -> Policy:
    """Return the policy of 2013 with some of its outcomes replaced, by code."""
    policy = registered_2013()
    outcomes = tuple(changed.get(item.code, item) for item in policy.rules.outcomes)
    return replace(policy, rules=replace(policy.rules, outcomes=outcomes))


def outcome(code: str) -> Outcome:
    return next(item for item in registered_2013().rules.outcomes if item.code == code)


def test_outcome_of_a_row_further_up_says_why_not_before() -> None:
    large = with_outcomes(UT4=replace(outcome("UT4"), when=NumberIn("B3", 20, MOST)))
    first = told(large)[0]
    assert first.text.startswith("uitkomst: UT1 Laat uzelf zien in het buitenland → UT4 ")
    assert first.reasons[0].startswith("eerst niet, want «Wilt u (meer) zaken doen met het buitenland?»: nodig «Nee», ")


def test_outcome_of_a_row_further_down_says_what_the_one_of_before_lacks() -> None:
    large = with_outcomes(UT4=replace(outcome("UT4"), when=NumberIn("B3", 20, MOST)))
    first = told(registered_2013(), large)[0]
    assert first.text.startswith("uitkomst: UT4 ")
    assert first.reasons[0].startswith("want «Wilt u (meer) zaken doen met het buitenland?»: nodig «Nee», antwoord ")


def test_outcome_that_is_not_there_any_more_is_said() -> None:
    first = told(with_outcomes(UT1=replace(outcome("UT1"), code="UT99")))[0]
    assert first.reasons == ("want deze uitkomst is er niet",)


def test_other_intensity_says_why() -> None:
    policy = registered_2013()
    levels = tuple(
        replace(level, when=NumberIn("B3", 20, MOST)) if level.value == "geen" else level
        for level in policy.rules.levels
    )
    new = replace(policy, rules=replace(policy.rules, levels=levels))
    change = next(one for one in told(new) if one.text == "intensiteit: intensief → geen")
    assert change.reasons[0].startswith("eerst niet, want minstens één hiervan: «")
    change = next(one for one in told(policy, new) if one.text == "intensiteit: geen → intensief")
    assert change.reasons[0].startswith("want minstens één hiervan: «")
    assert change.reasons[0].count("; of ") == 1


def test_lines_for_a_terminal_have_the_reasons_below_them() -> None:
    old, new = registered_2013(), with_rule("R-N4", when=Not(FLIGHT.when))
    raw = {**READY, "U9": "ja"}
    found = list(change_lines(*(judged(one, read_answers(one, raw)) for one in (old, new))))
    at = next(place for place, line in enumerate(found) if line.startswith("eraf: R-N4"))
    assert found[at + 1].startswith("  want ")
