"""The five steps and their pages: which questions stand together. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.policy import Step

CHECK = "controleren"
STEP_COUNT = 5


@dataclass(frozen=True, slots=True)
class Page:
    """One page of questions; `opened_by` names the question on the same page that opens another one."""

    slug: str
    step: Step
    title: str
    lead: str
    questions: tuple[str, ...]
    opened_by: Mapping[str, str] = field(default_factory=dict)


PAGES: tuple[Page, ...] = (
    Page(
        "uw-bedrijf",
        Step.COMPANY,
        "Uw bedrijf",
        "Eerst een paar vragen over uw bedrijf. Uw naam vragen wij nu niet.",
        ("B1", "B2", "B3"),
    ),
    Page(
        "vernieuwing",
        Step.COMPANY,
        "Uw bedrijf: vernieuwing",
        "Wat maakt u, en wat vernieuwt u? Wie vernieuwt, staat sterker in een ander land.",
        ("B4", "B5", "B6", "B7", "B8"),
        {"B6": "B5"},
    ),
    Page(
        "wens",
        Step.STRATEGY,
        "Strategie: wat wilt u?",
        "Eerst bepaalt u of u naar het buitenland wilt. Daarna pas hoe.",
        ("S1", "S2"),
    ),
    Page(
        "plan",
        Step.STRATEGY,
        "Strategie: uw plan",
        "Waarom, met welk product en waarheen? Weet u het nog niet? Kies dat dan gerust.",
        ("S3", "S4", "S5"),
    ),
    Page(
        "markt",
        Step.STRATEGY,
        "Strategie: de markt",
        "Hoe zeker bent u van uw zaak? Een eerlijk antwoord geeft het beste advies.",
        ("S6", "S7", "S8", "S9"),
    ),
    Page(
        "organisatie",
        Step.ORGANISATION,
        "Organisatie: uw bedrijf",
        "Kan uw bedrijf het werk voor het buitenland aan?",
        ("O1", "O2", "O3", "O4", "O5"),
    ),
    Page(
        "netwerken",
        Step.ORGANISATION,
        "Organisatie: netwerken",
        "Wie kent u al? Contacten openen deuren in een ander land.",
        ("O6", "O7", "O8"),
    ),
    Page(
        "promotie",
        Step.EXECUTION,
        "Uitvoering: promotie",
        "Hoe laat u zich zien aan klanten in het buitenland?",
        ("U1", "U2", "U3", "U4"),
    ),
    Page(
        "belemmeringen",
        Step.EXECUTION,
        "Uitvoering: wat houdt u tegen?",
        "Elk bedrijf loopt ergens tegenaan. Waar loopt u tegenaan?",
        ("U5", "U6", "U7"),
    ),
    Page(
        "hulp",
        Step.EXECUTION,
        "Uitvoering: hulp",
        "Tot slot: wat kunt u zelf, en waarbij zoekt u hulp?",
        ("U8", "U9", "U10", "U11"),
        {"U11": "U10"},
    ),
)
BY_SLUG: Mapping[str, Page] = {page.slug: page for page in PAGES}
STEPS: tuple[Step, ...] = (Step.COMPANY, Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)
CHECK_LABEL = "Controleren"


def page_of(code: str) -> Page:
    """Return the page on which a question stands."""
    return next(page for page in PAGES if code in page.questions)


def step_number(page: Page) -> int:
    """Return the number of the page's step, from 1."""
    return STEPS.index(page.step) + 1
