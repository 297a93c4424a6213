"""What there is to say about questions, activities, roles and texts, in Dutch and with the value behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from intake.policy.model import Activity, Benchmark, Check, ConsentText, Kind, Option, Policy, Question
from intake.policy.organisations import Dated, Fulfilment, Organisation, Party, Reach, Succession
from intake.policy.rule_traits import NONE, Trait, listed, met, sourced, text, way_name
from intake.policy.telling import day_in_words, tell
from intake.policy.wording import Line

KIND_WORDS = {
    Kind.CHOICE: "één keuze",
    Kind.MULTI: "meer keuzes",
    Kind.MULTI_PER_SECTOR: "meer keuzes, per sector",
    Kind.NUMBER: "een getal",
    Kind.MATRIX: "een tabel",
}


def yes(name: str, value: bool) -> Trait:
    return Trait(name, value, (Line(0, "ja" if value else "nee"),))


def question_traits(policy: Policy, question: Question) -> list[Trait]:
    """Return everything about a question."""
    sectors = tuple(question.per_sector.items())
    limits = f"{question.minimum} tot en met {question.maximum}"
    return [
        text("Sleutel", question.key),
        text("Vraag", question.text),
        text("Uitleg", question.help),
        Trait("Stap", question.step, (Line(0, question.step.label),)),
        Trait("Manier", question.way, (Line(0, way_name(question.way)),)),
        Trait("Soort", question.kind, (Line(0, KIND_WORDS[question.kind]),)),
        listed("Opties", question.options, _options(question.options)),
        listed("Rijen", question.rows, _options(question.rows)),
        text("Hangt af van", question.sector_question, question.sector_question or NONE),
        Trait("Opties per sector", sectors, tuple(_per_sector(policy, question, sectors))),
        listed("Staat alleen", question.exclusive, question.exclusive),
        yes("Verplicht", question.required),
        Trait("Grenzen", (question.minimum, question.maximum), (Line(0, limits),)),
        met("Gesteld als", policy, question.visible_when),
        *sourced(question.source),
    ]


def _options(options: Iterable[Option]) -> list[str]:
    return [
        f"{item.label} ({item.value})" + (f", in een zin: {item.phrase}" if item.phrase != item.label else "")
        for item in options
    ]


def _per_sector(
    policy: Policy, question: Question, sectors: Sequence[tuple[str, tuple[Option, ...]]]
) -> Iterable[Line]:
    known = policy.catalogue.by_key.get(question.sector_question)
    labels = {option.value: option.label for option in known.options} if known else {}
    for sector, options in sectors:
        yield Line(0, f"{labels.get(sector, sector)}:")
        yield from (Line(1, shown) for shown in _options(options))


def check_traits(policy: Policy, check: Check) -> list[Trait]:
    return [met("Voorwaarden", policy, check.when), text("Tekst", check.message)]


def activity_traits(policy: Policy, activity: Activity) -> list[Trait]:
    """Return everything about an activity."""
    return [
        text("Titel", activity.title),
        text("Tekst", activity.text),
        text("Gevraagd", activity.partner_text),
        listed("Wie, in 2013", activity.named, activity.named),
        listed("Rollen", activity.parties, [policy.parties[code].name for code in activity.parties]),
        text("Niveau", activity.level),
        text("Gebruik", activity.use),
        *sourced(activity.source),
    ]


def party_traits(policy: Policy, party: Party) -> list[Trait]:
    return [
        text("Naam", party.name),
        listed("Namen in de tabel", party.labels, party.labels),
        listed("Vervuld door", party.fulfilments, [_fulfilment(policy, item) for item in party.fulfilments]),
    ]


def _fulfilment(policy: Policy, item: Fulfilment) -> str:
    name = policy.organisations[item.organisation].name
    first = f", voorrang {item.priority}" if item.priority is not None else ""
    return f"{name}{first}{''.join(f', {part}' for part in (*_validity(item), *_reach(item)))}"


def _validity(item: Dated) -> list[str]:
    days = (("van", item.valid_from), ("tot", item.valid_until))
    return [f"{word} {day_in_words(day)}" for word, day in days if day is not None]


def _reach(item: Reach) -> list[str]:
    filters = (("provincie", item.provinces), ("sector", item.sectors), ("thema", item.themes))
    return [f"alleen {word} {' of '.join(values)}" for word, values in filters if values]


def organisation_traits(policy: Policy, item: Organisation) -> list[Trait]:
    """Return everything about an organisation."""
    days = tuple(_validity(item))
    checked = item.checked_on
    return [
        text("Naam", item.name),
        text("In een zin", item.phrase),
        listed("Ook bekend als", item.aliases, item.aliases),
        text("Soort", item.kind),
        text("Omschrijving", item.line),
        listed("Geldig", (item.valid_from, item.valid_until), days or ["altijd"]),
        listed("Alleen voor", (item.provinces, item.sectors, item.themes), _reach(item) or ["iedereen"]),
        text("Zekerheid", item.certainty),
        text("Waarop het rust", item.evidence),
        Trait("Laatst gecontroleerd", checked, (Line(0, _day(checked)),)),
    ]


def _day(day: date | None) -> str:
    return day_in_words(day) if day is not None else "nooit"


def succession_traits(policy: Policy, items: tuple[Succession, ...]) -> list[Trait]:
    """Return what became of one organisation."""
    lines: list[Line] = []
    for item in items:
        lines.append(Line(0, tell(policy, item)))
        lines += [Line(1, part) for part in (*_reach(item), f"zekerheid {item.certainty}", item.gist, item.evidence)]
    return [Trait("Wat ervan werd", items, tuple(line for line in lines if line.text))]


def consent_traits(policy: Policy, item: ConsentText) -> list[Trait]:
    return [
        text("Tekst", item.text),
        text("Noot", item.note),
        yes("Verplicht", item.required),
        yes("Per organisatie", item.per_organisation),
        text("Versie van de tekst", item.text_version),
    ]


def benchmark_traits(policy: Policy, item: Benchmark) -> list[Trait]:
    """Return a published table."""
    return [
        text("Titel", item.title),
        text("Tekst", item.text),
        text("Vraag", item.question, policy.catalogue.by_code[item.question].text),
        text("Eenheid", item.unit),
        yes("Alleen als achtergrond", item.context),
        listed("Cijfers", item.figures, [f"{figure.label}: {figure.amount}" for figure in item.figures]),
        text("Let op", item.caveat),
        *sourced(item.source),
    ]
