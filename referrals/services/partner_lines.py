"""The partner list to read: each partner with its work, its parties and what needs attention, and what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from intake.policies import policy
from intake.policy import players
from intake.policy.standing import CHECK_DAYS
from referrals.models import Partner, ReviewItem
from referrals.services import directory, organisations, partners


class Attention(StrEnum):
    """What somebody has to do about a partner, or has to know; the most pressing first."""

    ENDED = "gestopt"
    REVIEW = "nakijken"
    NEVER_CHECKED = "nooit"
    LONG_AGO = "controle"
    NO_AGREEMENT = "afspraak"
    FULL = "vol"
    PAUSED = "pauze"
    OFF = "uit"

    @property
    def rank(self) -> int:
        """Return the place in the order."""
        return list(Attention).index(self)


# Nobody has to do anything about these: they say why a partner gets no offers now.
TO_KNOW = frozenset({Attention.FULL, Attention.PAUSED, Attention.OFF})


@dataclass(frozen=True, slots=True)
class Line:
    """One partner as the list shows it."""

    partner: Partner
    organisation: str
    # In words how its organisation ended; empty while it exists.
    ending: str
    parties: tuple[str, ...]
    open_count: int
    review_count: int
    attention: tuple[Attention, ...]

    @property
    def place(self) -> tuple[int, str, str]:
        """Return what the list is ordered by: what presses most, then the name."""
        first = min((one.rank for one in self.attention), default=len(Attention))
        return first, self.partner.name.casefold(), self.partner.code


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see of the list; empty means everything."""

    text: str = ""
    activity: str = ""
    province: str = ""
    attention: str = ""


def lines(today: date) -> list[Line]:
    """Return all partners, what needs attention first; four questions to the database whatever their number."""
    rows = list(Partner.objects.prefetch_related("contacts"))
    return sorted(_lines(rows, today), key=lambda line: line.place)


def line_of(partner: Partner, today: date) -> Line:
    """Return one partner."""
    (found,) = _lines([partner], today)
    return found


def pick(listed: Iterable[Line], choice: Choice) -> list[Line]:
    """Return the lines that fit the choice, in the same order. A partner without a limit fits every activity."""
    return [line for line in listed if _fits(line, choice)]


def _lines(rows: list[Partner], today: date) -> list[Line]:
    load = directory.loads(row.pk for row in rows)
    items = Counter(
        ReviewItem.objects.filter(closed_at__isnull=True, partner__in=rows).values_list("partner", flat=True)
    )
    rules, roles = policy(), _roles(today)
    names = {code: body.name for code, body in rules.organisations.items()}
    found = []
    for row in rows:
        ending, count, review = organisations.ending(row.organisation, today), load[row.pk].open_count, items[row.pk]
        found.append(
            Line(
                partner=row,
                organisation=names.get(row.organisation, row.organisation),
                ending=ending,
                parties=roles.get(row.organisation, ()),
                open_count=count,
                review_count=review,
                attention=tuple(_attention(row, today, ended=bool(ending), count=count, review=review)),
            )
        )
    return found


def _roles(today: date) -> Mapping[str, tuple[str, ...]]:
    """Return by organisation the parties that it plays under the policy in force."""
    rules, found = policy(), dict[str, tuple[str, ...]]()
    for code, party in rules.parties.items():
        for organisation in players(rules, code, today):
            found[organisation.code] = (*found.get(organisation.code, ()), party.name)
    return found


def _attention(partner: Partner, today: date, *, ended: bool, count: int, review: int) -> Iterable[Attention]:
    if ended and partner.active:
        yield Attention.ENDED
    if review:
        yield Attention.REVIEW
    if not partner.active:
        # Whoever does not take part needs no looking after.
        yield Attention.OFF
        return
    if partner.last_checked is None:
        yield Attention.NEVER_CHECKED
    elif partner.last_checked < today - timedelta(days=CHECK_DAYS):
        yield Attention.LONG_AGO
    if partner.agreement_date is None:
        yield Attention.NO_AGREEMENT
    if count >= partner.capacity:
        yield Attention.FULL
    if partners.paused(partner, today):
        yield Attention.PAUSED


def _fits(line: Line, choice: Choice) -> bool:
    partner = line.partner
    if choice.activity and partner.activities and choice.activity not in partner.activities:
        return False
    if choice.province and partner.provinces and choice.province not in partner.provinces:
        return False
    if choice.attention == "alles" and not set(line.attention) - TO_KNOW:
        return False
    if choice.attention not in {"", "alles", *line.attention}:
        return False
    people = [person.name for person in partner.contacts.all()] if choice.text else []
    words = " ".join([partner.name, partner.code, line.organisation, *line.parties, *people]).casefold()
    return all(word in words for word in choice.text.casefold().split())
