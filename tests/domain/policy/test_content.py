"""The content of 2013: complete, in plain Dutch, and true to the table of activities."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from intake.policy import Effect, Kind, Step
from tests.domain.policy.samples import FOLDER, SHARED, policy_2013

POLICY = policy_2013()


def test_everything_of_the_content_is_there() -> None:
    assert len(POLICY.catalogue.questions) == 36
    assert len(POLICY.rules.rules) == 23
    assert len(POLICY.activities) == 19
    assert len(POLICY.rules.outcomes) == 10
    assert [item.code for item in POLICY.rules.withheld] == ["NN-1", "NN-2", "NN-3", "NN-4"]
    assert [item.code for item in POLICY.rules.derived.values()] == [f"D{number}" for number in range(1, 10)]
    assert [check.code for check in POLICY.catalogue.checks] == [f"K{number}" for number in range(1, 8)]
    assert list(POLICY.consents) == ["C1", "C2", "C3", "C4", "C5"]
    assert len([question for question in POLICY.catalogue.questions if not question.required]) == 1


def test_rule_parties_are_those_of_its_activity() -> None:
    for rule in POLICY.rules.rules:
        assert set(rule.parties) == set(POLICY.activities[rule.activity].parties), rule.code


def test_literal_labels_are_those_of_the_table_of_2013() -> None:
    named = {activity.code: list(activity.named) for activity in POLICY.activities.values()}
    shared = SHARED / "rules.json"
    if shared.exists():
        rules = json.loads(shared.read_text("utf-8"))
        assert named == {item["code"]: item["wie"] for item in rules["activiteiten"]}
        labels = {label: party.code for party in POLICY.parties.values() for label in party.labels}
        for item in rules["regels"]:
            assert [labels[role] for role in item["rollen"]] == list(POLICY.rules.rule(item["id"]).parties)
    assert sum(len(labels) for labels in named.values()) == 47
    assert len({label for labels in named.values() for label in labels}) == 17


def test_russia_is_never_offered() -> None:
    values = [option.value for question in POLICY.catalogue.questions for option in question.options]
    labels = [option.label for question in POLICY.catalogue.questions for option in question.options]
    assert not [word for word in values + labels if "rusland" in word.lower()]
    assert not [group for group in POLICY.rules.groups.values() if "rusland" in group.values]


def test_organisation_and_execution_have_a_gate_and_every_referral_there_respects_it() -> None:
    assert set(POLICY.rules.gates) == {Step.ORGANISATION, Step.EXECUTION}
    assert {rule.effect for rule in POLICY.rules.rules} == set(Effect)


def test_sector_question_gives_each_sector_its_own_list() -> None:
    question = POLICY.catalogue.by_code["U6"]
    assert question.kind is Kind.MULTI_PER_SECTOR
    assert sum(len(options) for options in {id(x): x for x in question.per_sector.values()}.values()) == 39
    assert "anders" not in question.per_sector
    assert question.per_sector["industrie_food"] == question.per_sector["industrie_metaal"]
    if (SHARED / "questions.json").exists():
        lists = json.loads((SHARED / "questions.json").read_text("utf-8"))["sectorknelpunten"]
        for sector, items in lists.items():
            mine = question.per_sector["industrie_food" if sector == "industrie" else sector]
            assert [option.value for option in mine] == [item["code"] for item in items]


def shown_texts() -> Iterator[str]:
    """Yield every sentence-like text that an entrepreneur or partner reads."""
    for question in POLICY.catalogue.questions:
        yield from (question.text, question.help)
    yield from (check.message for check in POLICY.catalogue.checks)
    yield from (outcome.text for outcome in POLICY.rules.outcomes)
    yield from (gate.closed for gate in POLICY.rules.gates.values())
    yield from (rule.reason for rule in POLICY.rules.rules)
    for item in POLICY.rules.withheld:
        yield from (item.text, item.opens)
    for activity in POLICY.activities.values():
        yield from (activity.text, activity.partner_text)
    yield from (organisation.line for organisation in POLICY.organisations.values())
    for consent in POLICY.consents.values():
        yield from (consent.text, consent.note)
    for table in POLICY.comparisons:
        yield from (table.text, table.caveat)


def test_sentences_are_short_and_mean_at_most_ten_words() -> None:
    sentences = [part for text in shown_texts() for part in re.split(r"(?<=[.?!:]) ", text) if part]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert [s for s, length in zip(sentences, lengths, strict=True) if length > 20] == []
    assert sum(lengths) / len(lengths) <= 10


def test_no_text_runs_along_with_a_source() -> None:
    def words(text: str) -> list[str]:
        return re.findall(r"[a-zà-ÿ0-9]+", text.lower())

    ours = [words(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
    assert len(ours) == 7
    grams = {
        tuple(text[at : at + 14])
        for path in (SHARED.parent / "sources").glob("*.txt")
        for text in [words(path.read_text("utf-8", "ignore"))]
        for at in range(len(text) - 13)
    }
    assert not [
        text[at : at + 14] for text in ours for at in range(len(text) - 13) if tuple(text[at : at + 14]) in grams
    ]


def test_every_source_names_a_known_document() -> None:
    sources = [question.source for question in POLICY.catalogue.questions]
    sources += [rule.source for rule in POLICY.rules.rules] + [table.source for table in POLICY.comparisons]
    assert all(source.title == POLICY.documents[source.document] and source.gist for source in sources)
    assert POLICY.catalogue.by_code["B1"].source.label.endswith("(2013), §3 Welke ondernemers")


def test_table_25_of_the_monitor_is_not_used() -> None:
    assert [table.source.place for table in POLICY.comparisons] == [
        "tabel 23",
        "tabel 8",
        "tabel 17",
        "tabel 18",
        "tabel 24",
    ]
