"""The history names the rule and the sides of it that changed, and keeps no words of anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.policy import Policy
from intake.policy.conditions import All
from intake.policy.model import Example, Rule
from intake.services.governing import drafting, rules, telling
from intake.services.governing.checking import check
from intake.services.governing.rules import Seen
from intake.views.policy.history import shown
from nnmkb.ledger.models import Event
from tests.intake.governing import cast
from tests.intake.governing.pages import browser, fresh, post, save, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def version(author: User) -> PolicyVersion:
    return cast.draft(author)


def policy_of(version: PolicyVersion) -> Policy:
    found = check(version).policy
    assert found is not None
    return found


def save_rule(author: User, rule: Rule, *, after: str | None = None, known: str = "") -> PolicyVersion:
    """Save a rule as its page does; `known` is the rule that it was."""
    version = fresh()
    policy = policy_of(version)
    seen = Seen(rule.code, rules.seal(policy, rules.find(policy, known or rule.code)))
    return rules.save_rule(version, rule, seen, after=after, by=author, now=cast.NOW)


def last() -> dict[str, object]:
    """Return what the ledger keeps of the last thing that was done, without what it keeps of every save."""
    event = Event.objects.filter(stream="policy:2026-1").latest("seq")
    assert {"files", "digest"} <= {*event.payload}
    return {key: value for key, value in event.payload.items() if key not in {"files", "digest"}}


def told(author: User) -> str:
    """Return the newest line of the history."""
    page = text(browser(author).get("/beleid/2026-1/geschiedenis/"))
    return page[page.rindex("Geschiedenis") :]


def test_sides_of_a_rule_that_changed_are_named(author: User, version: PolicyVersion) -> None:
    rule = policy_of(version).rules.rule("R-P4")
    parts = rule.when.parts if isinstance(rule.when, All) else (rule.when,)
    save_rule(author, replace(rule, reason="Iemand schrijft iets.", when=All(parts[:-1])))
    assert last() == {"rule": "R-P4", "happened": "changed", "sides": ["Voorwaarden", "Reden"]}
    assert "Regel R-P4: Voorwaarden en Reden veranderd" in told(author)
    assert "schrijft" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_rule_that_only_moved_is_said_to_be(author: User, version: PolicyVersion) -> None:
    rule = policy_of(version).rules.rule("R-P4")
    save_rule(author, rule, after="")
    assert last() == {"rule": "R-P4", "happened": "moved", "sides": ["Volgorde"]}
    assert "Regel R-P4 verplaatst" in told(author)
    save_rule(author, replace(rule, reason="Anders."), after="R-P1")
    assert last() == {"rule": "R-P4", "happened": "changed", "sides": ["Reden", "Volgorde"]}
    assert "Regel R-P4: Reden en Volgorde veranderd" in told(author)


def test_rule_that_came_and_went_is_named(author: User, version: PolicyVersion) -> None:
    rule = replace(policy_of(version).rules.rule("R-P4"), code="R-P9")
    rules.save_rule(version, rule, Seen("R-P9", ""), by=author, now=cast.NOW)
    assert last() == {"rule": "R-P9", "happened": "added", "sides": []}
    assert "Regel R-P9 toegevoegd" in told(author)
    seal = rules.seal(policy_of(fresh()), rule)
    rules.remove_rule(fresh(), Seen("R-P9", seal), by=author, now=cast.NOW)
    assert last() == {"rule": "R-P9", "happened": "removed", "sides": []}
    assert "Regel R-P9 weggehaald" in told(author)


def test_examples_of_a_rule_are_a_side_of_it(author: User, version: PolicyVersion) -> None:
    policy = policy_of(version)
    seen = Seen("R-N4", rules.seal(policy, policy.rules.rule("R-N4")))
    rules.confirm_examples(version, seen, [Example(False, {"B1": "anders"})], [], by=author, now=cast.NOW)
    assert last() == {"rule": "R-N4", "happened": "changed", "sides": ["Voorbeelden"]}
    assert "Regel R-N4: Voorbeelden veranderd" in told(author)


def test_text_that_is_saved_whole_says_how_many_rules_changed(author: User, version: PolicyVersion) -> None:
    policy_of(version)
    typed = version.files[cast.RULES].replace("Een vlucht vanaf", "Vliegen vanaf").replace("U wilt", "U wil")
    client = browser(author)
    save(client, typed, version.lock)
    count = last()["rules"]
    assert isinstance(count, int)
    assert count > 1
    assert f"Tekst bewaard: regels.yaml ({count} beleidsregels veranderd)" in told(author)
    save(client, typed.replace("Vliegen vanaf", "Vlieg vanaf"), version.lock + 1)
    assert "Tekst bewaard: regels.yaml (1 beleidsregel veranderd)" in told(author)


def test_text_that_cannot_be_read_or_was_not_at_hand_says_only_which_file(author: User, version: PolicyVersion) -> None:
    policy_of(version)
    client = browser(author)
    save(client, "regels: [", version.lock)
    assert last() == {}
    assert "Tekst bewaard: regels.yaml" in told(author)
    save(client, version.files[cast.RULES], version.lock + 1)
    assert last() == {}
    policies.SHELF._parsed.clear()
    cast.changed(author, fresh())
    assert last() == {}


def test_other_file_says_nothing_of_rules(author: User, version: PolicyVersion) -> None:
    policy_of(version)
    typed = version.files["partijen.yaml"].replace("TLN helpt", "TLN steunt")
    drafting.save_file(version, "partijen.yaml", typed, by=author, lock=version.lock, now=cast.NOW)
    assert "Tekst bewaard: partijen.yaml" in told(author)
    assert "beleidsregel" not in told(author)


def test_save_of_before_is_shown_as_it_was(author: User, version: PolicyVersion) -> None:
    cast.changed(author, version)
    moment = telling.history(version)[0]
    (line,) = shown([replace(moment, payload={"files": ["regels.yaml"], "digest": "x"})])
    assert line.title == "Tekst bewaard: regels.yaml"


def test_rule_saved_on_its_page_is_named_in_the_history(author: User, version: PolicyVersion) -> None:
    client = browser(author)
    seal = rules.seal(policy_of(version), policy_of(version).rules.rule("R-N4"))
    post(client, "2026-1/regel/R-N4/", doe="weghalen", gezien=seal)
    assert "Regel R-N4 weggehaald" in told(author)
