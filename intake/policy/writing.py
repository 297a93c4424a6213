"""Rules and messages as the canonical text of regels.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
    Value,
)
from intake.policy.model import Example, Policy, Question, Rule, Source, Withheld
from intake.policy.yaml_text import Plain, beside, entry, item_lines, quoted

INDENT = 2
Block = dict[str, Plain]


def rule_text(rule: Rule, policy: Policy) -> str:
    """Return the lines of one rule as they belong in the list `regels`; reading them gives the same rule."""
    return block_text(rule_block(rule, policy))


def withheld_text(item: Withheld, policy: Policy) -> str:
    """Return the lines of one message as they belong in the list `nog_niet`."""
    return block_text(withheld_block(item, policy))


def block_text(block: Mapping[str, Plain]) -> str:
    """Return a rule or message as lines, its words in the order given; nothing is checked."""
    lines = [line for word, value in block.items() for line in _entry(word, value)]
    start = " " * INDENT
    return "\n".join([f"{start}- {lines[0].lstrip()}", *lines[1:]] if lines else [f"{start}- {{}}"]) + "\n"


def _entry(word: str, value: Plain) -> list[str]:
    inside = INDENT + 2
    start = f"{' ' * inside}{word}:"
    match word, value:
        case "bron", Mapping():
            return [f"{start} {_source_line(value)}"]
        case "voorbeelden", [_, *_]:
            return [start, *(f"{' ' * (inside + 2)}- {beside(item)}" for item in value)]
        case "dicht_door", [_, *_]:
            return [start, *(line for item in value for line in item_lines(item, inside + 2))]
        case _:
            return entry(word, value, inside)


def _source_line(source: Mapping[str, Plain]) -> str:
    """Texts of a source are always quoted: «001» is no number, and places hold signs of every kind."""
    return f"{{{', '.join(f'{word}: {quoted(str(text))}' for word, text in source.items())}}}"


def rule_block(rule: Rule, policy: Policy) -> Block:
    """Return the words of a rule with their values; what has its default is left out."""
    block: Block = {
        "code": rule.code,
        "activiteit": rule.activity,
        "soort": rule.effect.value,
        "stap": rule.step.code,
    }
    if rule.way is not None:
        block["manier"] = rule.way.code
    if rule.gated:
        block["poort"] = "ja"
    if rule.intensity is not None:
        block["intensiteit"] = rule.intensity
    block["rollen"] = list(rule.parties)
    if rule.beats:
        block["gaat_voor"] = list(rule.beats)
    block |= {"als": condition_block(rule.when, policy), "reden": rule.reason, "bron": source_block(rule.source)}
    if rule.examples:
        block["voorbeelden"] = [example_block(example, policy) for example in rule.examples]
    return block


def withheld_block(item: Withheld, policy: Policy) -> Block:
    """Return the words of a message with their values."""
    block: Block = {"code": item.code, "activiteiten": list(item.activities)}
    if item.beats:
        block["gaat_voor"] = list(item.beats)
    return block | {
        "als": condition_block(item.when, policy),
        "tekst": item.text,
        "opent": item.opens,
        "dicht_door": [condition_block(part, policy) for part in item.closed_by],
        "bron": source_block(item.source),
    }


def source_block(source: Source) -> Block:
    """Return where something comes from; the title of the document stands in the catalogue."""
    block: Block = {"document": source.document, "plaats": source.place, "strekking": source.gist}
    return block | ({"citaat": source.quote} if source.quote else {})


def example_block(example: Example, policy: Policy) -> Block:
    """Return an example with its answers by the key of the question."""
    keys = {code: question.key for code, question in policy.catalogue.by_code.items()}
    answers: Block = {keys[code]: _answer(value) for code, value in example.answers.items()}
    return {"geldt": "ja" if example.holds else "nee", "antwoorden": answers}


def _answer(value: Value) -> Plain:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def condition_block(condition: Condition, policy: Policy) -> Plain:
    """Return the condition in the words of the language."""
    match condition:
        case Always():
            return "altijd"
        case All(parts):
            return {"alle": [condition_block(part, policy) for part in parts]}
        case AnyOf(parts):
            return {"een_van": [condition_block(part, policy) for part in parts]}
        case AtLeast(number, parts):
            return {"aantal": {"minstens": number, "van": [condition_block(part, policy) for part in parts]}}
        case Not(part):
            return _negated(part, policy)
        case FactHolds(fact):
            return {"feit": fact}
        case DerivedIs(key, values):
            return {key: list(values)}
        case OutcomeIs(codes):
            return {"uitkomst": list(codes)}
        case leaf:
            return _leaf(leaf, policy)


def _negated(part: Condition, policy: Policy) -> Plain:
    """Where the language has a word of its own for the opposite, that is the one to use."""
    match part:
        case AnyOf(parts):
            return {"geen_van": [condition_block(inner, policy) for inner in parts]}
        case ChoiceIs(code, values):
            return {_key(code, policy): {"niet_in": _options(code, values, policy)}}
        case HasAny(code, values):
            return {_key(code, policy): {"geen_van": _options(code, values, policy)}}
        case _:
            return {"niet": condition_block(part, policy)}


def _leaf(leaf: Leaf, policy: Policy) -> Plain:
    key = _key(leaf.question, policy)
    match leaf:
        case Unanswered():
            return {"onbeantwoord": key}
        case ChoiceIs(code, values):
            return {key: _options(code, values, policy)}
        case HasAny(code, values):
            return {key: {"minstens_een": _options(code, values, policy)}}
        case HasAll(code, values):
            return {key: {"allemaal": _options(code, values, policy)}}
        case HasOnly(code, values):
            return {key: {"alleen": _options(code, values, policy)}}
        case NumberIn(code, low, high):
            return {key: _bounds(low, high, policy.catalogue.by_code[code])}
        case RowIn(code, row, low, high):
            return {key: {"rij": row, **_bounds(low, high, policy.catalogue.by_code[code])}}


def _key(code: str, policy: Policy) -> str:
    return policy.catalogue.by_code[code].key


def _options(code: str, values: tuple[str, ...], policy: Policy) -> Plain:
    """Return the name of the group that is exactly these options, else the options."""
    key = _key(code, policy)
    groups = policy.rules.groups.values()
    return next((item.name for item in groups if item.question == key and item.values == values), list(values))


def _bounds(low: int, high: int, question: Question) -> Block:
    """Return the bounds; one at the end of what can be answered goes without saying, but not both."""
    bounds: Block = {"van": low, "tot": high}
    if low == question.minimum and high < question.maximum:
        del bounds["van"]
    elif high == question.maximum and low > question.minimum:
        del bounds["tot"]
    return bounds
