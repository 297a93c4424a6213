"""Which partners fit a referral, in fair order and with reasons.

Fair means: who has the least work for its size comes first, and of equals who waits longest for an offer. Neither the
name nor the order in a table decides, as long as anything else can. What follows from it is tested: of equal partners
no one ever gets two more than another, and partners of different size fill up at the same pace.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class PartnerProfile:
    """What a partner says it does; no provinces, sectors or themes means no limit there.

    `capacity` None means that no limit was given. `declined_before` is about this referral, `blocked` about a
    conflict of interest with this company. `parties` are the roles of the policy table that the partner plays.
    `ending` says in words how its organisation ended; empty while it exists. `last_offered_at` None means that it never
    got an offer. `key` is what the caller finds the partner back by; nothing here depends on it.
    """

    code: str
    organisation: str
    name: str
    activities: frozenset[str]
    provinces: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    active: bool = True
    paused_until: date | None = None
    capacity: int | None = None
    open_count: int = 0
    last_offered_at: datetime | None = None
    declined_before: bool = False
    blocked: bool = False
    parties: frozenset[str] = frozenset()
    ending: str = ""
    key: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a referral asks for, and with which organisations its dossier may be shared.

    `outdated` are organisations with consent under a sentence that has changed since: good for what runs already,
    not for a new offer.
    """

    activity: str
    parties: frozenset[str]
    province: str
    sector: str
    themes: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    outdated: frozenset[str] = frozenset()


class Obstacle(StrEnum):
    """Why a partner cannot get the offer now."""

    NOT_ACTIVE = "not_active"
    ENDED = "ended"
    PAUSED = "paused"
    FULL = "full"
    OTHER_ACTIVITY = "other_activity"
    OTHER_PROVINCE = "other_province"
    OTHER_SECTOR = "other_sector"
    OTHER_THEME = "other_theme"
    CONFLICT = "conflict"
    DECLINED_BEFORE = "declined_before"
    NO_CONSENT = "no_consent"
    OLD_CONSENT = "old_consent"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A partner that fits, with the Dutch reasons why."""

    partner: PartnerProfile
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A partner that does not fit now, with every obstacle and its Dutch reason."""

    partner: PartnerProfile
    obstacles: tuple[Obstacle, ...]
    reasons: tuple[str, ...]

    @property
    def consent_would_do(self) -> bool:
        """Tell whether asking for consent is all that is needed."""
        return self.obstacles in {(Obstacle.NO_CONSENT,), (Obstacle.OLD_CONSENT,)}

    @property
    def can_be_forced(self) -> bool:
        """Tell whether an advisor may still offer it, with a reason."""
        return self.obstacles == (Obstacle.DECLINED_BEFORE,)


@dataclass(frozen=True, slots=True)
class Matches:
    """The partners that fit, best first, and the others."""

    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]


def match(wanted: Wanted, partners: Iterable[PartnerProfile], today: date) -> Matches:
    """Return who fits and who does not.

    The order is fair and does not depend on the order of the input. Partners whose role the policy table names
    for this activity come first. Within them: fewest open referrals relative to capacity, then longest ago that it
    got an offer (never is longest), then name. A partner without a limit counts as having the largest capacity among
    those that fit, so that it is not always first.
    Refusals come with the nearest to fitting first: fewest obstacles, then name.
    """
    fitting: list[PartnerProfile] = []
    refusals: list[Refusal] = []
    for partner in partners:
        found = dict(_obstacles(wanted, partner, today))
        if found:
            refusals.append(Refusal(partner, tuple(found), tuple(found.values())))
        else:
            fitting.append(partner)
    largest = max((partner.capacity or 0 for partner in fitting), default=0) or 1
    fitting.sort(key=lambda p: (not p.parties & wanted.parties, _load(p, largest), _waiting(p), *_by_name(p)))
    refusals.sort(key=lambda r: (len(r.obstacles), *_by_name(r.partner)))
    return Matches(tuple(Proposal(p, tuple(_reasons(wanted, p))) for p in fitting), tuple(refusals))


def _obstacles(wanted: Wanted, partner: PartnerProfile, today: date) -> Iterable[tuple[Obstacle, str]]:
    if not partner.active:
        yield Obstacle.NOT_ACTIVE, "Doet niet meer mee."
    if partner.ending:
        yield Obstacle.ENDED, partner.ending
    if partner.paused_until and today < partner.paused_until:
        yield Obstacle.PAUSED, f"Heeft pauze tot {partner.paused_until:%d-%m-%Y}."
    if partner.capacity is not None and partner.open_count >= partner.capacity:
        yield Obstacle.FULL, f"Is vol: {partner.open_count} van {partner.capacity} in behandeling."
    yield from _mismatches(wanted, partner)
    if partner.blocked:
        yield Obstacle.CONFLICT, "Heeft een belangenconflict met dit bedrijf."
    if partner.declined_before:
        yield Obstacle.DECLINED_BEFORE, "Wees deze doorverwijzing eerder af. Opnieuw vragen kan met een reden."
    if partner.organisation in wanted.consented:
        return
    if partner.organisation in wanted.outdated:
        yield Obstacle.OLD_CONSENT, "De tekst van de toestemming is veranderd. Vraag opnieuw toestemming."
    else:
        yield Obstacle.NO_CONSENT, "Vraag toestemming: de ondernemer heeft deze organisatie niet gekozen."


def _mismatches(wanted: Wanted, partner: PartnerProfile) -> Iterable[tuple[Obstacle, str]]:
    if wanted.activity not in partner.activities:
        yield Obstacle.OTHER_ACTIVITY, "Doet deze activiteit niet."
    if partner.provinces and wanted.province not in partner.provinces:
        yield Obstacle.OTHER_PROVINCE, f"Werkt niet in deze provincie ({_named(wanted.province)})."
    if partner.sectors and wanted.sector not in partner.sectors:
        yield Obstacle.OTHER_SECTOR, "Werkt niet voor deze sector."
    if partner.themes and not partner.themes & wanted.themes:
        yield Obstacle.OTHER_THEME, f"Werkt alleen aan: {', '.join(sorted(partner.themes))}."


def _reasons(wanted: Wanted, partner: PartnerProfile) -> Iterable[str]:
    yield "Doet deze activiteit."
    if partner.parties & wanted.parties:
        yield "Het beleid noemt dit soort organisatie hierbij."
    if partner.provinces:
        yield f"Werkt in deze provincie ({_named(wanted.province)})."
    if partner.sectors:
        yield "Werkt voor deze sector."
    if partner.themes:
        yield f"Werkt aan het thema: {', '.join(sorted(partner.themes & wanted.themes))}."
    if partner.capacity is None:
        yield f"Heeft ruimte: {partner.open_count} in behandeling, geen grens."
    else:
        yield f"Heeft ruimte: {partner.open_count} van {partner.capacity} in behandeling."
    yield "De ondernemer gaf toestemming."


def _load(partner: PartnerProfile, largest: int) -> Fraction:
    # Fractions, because 1/3 and 2/6 must tie.
    return Fraction(partner.open_count, largest if partner.capacity is None else partner.capacity)


def _waiting(partner: PartnerProfile) -> float:
    return partner.last_offered_at.timestamp() if partner.last_offered_at else float("-inf")


def _by_name(partner: PartnerProfile) -> tuple[str, str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", partner.name) if not unicodedata.combining(c))
    return plain.casefold(), partner.code


def _named(province: str) -> str:
    return province.capitalize()
