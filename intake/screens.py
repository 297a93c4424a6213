"""The five steps and their pages: which questions stand together.

A version of the policy may have other questions than the one that these pages were made for: what it lacks is left
out, and what it has more comes on further pages of its step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from intake.policy import Policy, Step

CHECK = "controleren"
STEP_COUNT = 5
MOST_ON_A_PAGE = 5


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
STEPS: tuple[Step, ...] = (Step.COMPANY, Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)
CHECK_LABEL = "Controleren"
MORE = "Nog een paar vragen, die bij deze stap horen."
# What an address can say: the pages above, and further ones such as «strategie-meer-2».
SLUG = "|".join([*(page.slug for page in PAGES), r"(?:bedrijf|strategie|organisatie|uitvoering)-meer-[0-9]{1,2}"])
_WORDS = {
    Step.COMPANY: "bedrijf",
    Step.STRATEGY: "strategie",
    Step.ORGANISATION: "organisatie",
    Step.EXECUTION: "uitvoering",
}
_PAGES: WeakKeyDictionary[Policy, tuple[Page, ...]] = WeakKeyDictionary()


def pages_of(policy: Policy) -> tuple[Page, ...]:
    """Return the pages of a version, in the order of the steps; every question of it stands on exactly one."""
    found = _PAGES.get(policy)
    if found is None:
        found = _PAGES[policy] = tuple(
            page for step in STEPS for page in (*_fitted(policy, step), *_more(policy, step))
        )
    return found


def _fitted(policy: Policy, step: Step) -> Iterator[Page]:
    """Yield the pages of a step with the questions that this version has there."""
    known = policy.catalogue.by_code
    for page in PAGES:
        codes = tuple(code for code in page.questions if code in known and known[code].step is step)
        if page.step is step and codes:
            opened = {code: by for code, by in page.opened_by.items() if code in codes and by in codes}
            yield replace(page, questions=codes, opened_by=opened)


def _more(policy: Policy, step: Step) -> Iterator[Page]:
    placed = {code for page in _fitted(policy, step) for code in page.questions}
    left = [item.code for item in policy.catalogue.questions if item.step is step and item.code not in placed]
    for number, at in enumerate(range(0, len(left), MOST_ON_A_PAGE), 1):
        codes = tuple(left[at : at + MOST_ON_A_PAGE])
        yield Page(f"{_WORDS[step]}-meer-{number}", step, f"{step.label}: meer vragen", MORE, codes)


def page_of(policy: Policy, code: str) -> Page:
    """Return the page on which a question of this version stands."""
    return next(page for page in pages_of(policy) if code in page.questions)


def step_number(page: Page) -> int:
    """Return the number of the page's step, from 1."""
    return STEPS.index(page.step) + 1
