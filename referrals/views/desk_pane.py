"""Everything an advisor needs to decide on one referral: the pane beside the list, and its own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from intake.models import Consent, Intake
from intake.policies import policy
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import Action, State
from referrals.domain.matching import Refusal
from referrals.domain.reasons import label_of
from referrals.domain.worktime import local_date
from referrals.dossier import build
from referrals.models import Offer, Referral
from referrals.permissions import leads
from referrals.queues import Marks
from referrals.services import consents, directory, looks, presence
from referrals.views import acts_table, desk_rows, history, partner_people
from referrals.views.desk_forms import LabelForm, NoteForm, PartnerAnswerForm
from referrals.views.desk_names import names
from referrals.views.desk_offered import Offered, offered
from referrals.views.desk_suggests import Suggestion, suggestion
from referrals.views.desk_words import Words, words_of

PURPOSES = {
    "C1": "De KvK mag meekijken",
    "C3": "Wil een voorbeeld zijn",
    "C4": "Cijfers voor de regio",
    "C5": "Later een vraag",
}
# Without consent of the KvK nothing opens again, and nothing new is proposed.
NEEDS_CONSENT = ("heropenen", "opnieuw-vragen", "voorstellen")
OFFERABLE = (State.QUEUED, State.IN_REVIEW, State.RETURNED)


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent as it stands now."""

    name: str
    given: bool
    at: datetime
    text_version: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A partner to offer to, or why not."""

    pk: int
    name: str
    reasons: tuple[str, ...]
    offerable: bool = True
    forced: bool = False
    lacks_consent: bool = False
    # Nothing but consent stands in the way, and asking for it is this advisor's to do.
    asks_consent: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """What can be done: at most one of all is the first choice, and what is not often needed is folded away."""

    front: list[acts_table.Act]
    more: list[acts_table.Act]
    primary: str


MOST_BUTTONS = 4


def pane_of(referral: Referral, advisor: User, now: datetime) -> dict[str, Any]:
    """Return what the pane shows; that this person looked is written down."""
    case = referral.intake
    newest = consents.newest(case.pk)
    hidden = hidden_because(case, newest)
    acts = [act for act in acts_table.possible(referral, advisor) if not (hidden and act.slug in NEEDS_CONSENT)]
    offers = list(referral.offers.select_related("partner").order_by("-attempt"))
    words = words_of(referral, names(now).person)
    deliveries = history.deliveries(referral)
    told, seen, went = happened(referral, advisor, now, offers)
    advice = suggestion(referral, offers, [act.slug for act in acts])
    asked = with_primary(candidates(referral, acts, now, newest), referral, advice)
    marks = Marks(tuple(words.labels), any(one.failed for one in deliveries), words.asks_reopening, words.partner_asks)
    preview = partial(build.preview, activities=(referral.activity,), now=now, of=referral, newest=newest)
    return {
        "row": desk_rows.row_of(referral, now, seen=consents.KVK in consents.allowed_by(newest), marks=marks),
        "referral": referral,
        "deadline": desk_rows.deadline_sentence(referral, now),
        "must_do": State(referral.state).facts.must_do,
        "reason": label_of(referral.reason),
        "outcome": label_of(referral.outcome),
        "hidden": hidden,
        "contact": None if hidden else getattr(case, "contact", None),
        "content": None if hidden else preview(case, consents.KVK),
        "buttons": buttons(acts, advice, taken=any(one.primary for one in asked)),
        "advice": advice,
        "lead_decides": acts_table.waits_for_lead(referral),
        "leads": leads(advisor),
        "of_colleague": words_for_others(referral, acts, advisor),
        "candidates": asked,
        "nobody_fits": not any(one.offerable or one.lacks_consent for one in asked),
        "consents": agreed(referral, newest),
        "offers": went,
        "deliveries": deliveries,
        "sent_before": [one for one in deliveries if one.can_send_again and not one.failed],
        "moments": told,
        "looks": seen,
        "words": words,
        "label_form": LabelForm(referral=referral, row=None, auto_id="label_%s"),
        "others": presence.look(referral.pk, advisor, now),
        "note_form": NoteForm(referral=referral, row=None, auto_id="note_%s"),
        "partner_answer_form": partner_answer_form(referral, advisor, words),
    }


def partner_answer_form(referral: Referral, advisor: User, words: Words) -> PartnerAnswerForm | None:
    """Return the form to answer the question of a partner, when one waits and this advisor may."""
    if not words.partner_asks or not acts_table.in_charge(referral, advisor):
        return None
    return PartnerAnswerForm(referral=referral, row=None, auto_id="partner_%s")


def words_for_others(referral: Referral, acts: Iterable[acts_table.Act], advisor: User) -> str:
    """Return the name of the colleague whose work this is, when there is nothing for this advisor to do; else empty."""
    if referral.closed_at or referral.owner is None or referral.owner_id == advisor.pk or list(acts):
        return ""
    return name_of(referral.owner)


def buttons(acts: Iterable[acts_table.Act], advice: Suggestion | None, *, taken: bool) -> Buttons:
    """Return the buttons, the first choice in front; `taken` says that offering to a partner is the first choice."""
    known = [act for act in acts if act.action not in acts_table.WITH_A_PARTNER]
    usual = next((act.slug for act in known if act.primary), "")
    first = [*(advice.slugs if advice else ()), usual]
    primary = "" if taken else first[0]
    known.sort(key=lambda act: first.index(act.slug) if act.slug in first else len(first))
    fits = len(known) <= MOST_BUTTONS
    return Buttons(known if fits else known[: MOST_BUTTONS - 1], [] if fits else known[MOST_BUTTONS - 1 :], primary)


def with_primary(asked: list[Candidate], referral: Referral, advice: Suggestion | None) -> list[Candidate]:
    """Mark the partner to offer to, or else to ask consent for, as the first choice, unless another act is."""
    if referral.state == State.QUEUED or (advice and advice.slug):
        return asked
    best = next((one for one in asked if one.offerable and not one.forced), None)
    best = best or next((one for one in asked if one.asks_consent), None)
    return [replace(one, primary=one is best) for one in asked]


def happened(
    referral: Referral, reader: User, now: datetime, offers: Iterable[Offer]
) -> tuple[list[history.Moment], list[history.Moment], list[Offered]]:
    """Return what happened to a referral, who looked, this reader among them, and who answered: one question."""
    looking = looks.stream_of(referral)
    rows = history.events_of(referral, looking)
    changes = [row for row in rows if row.stream != looking]
    seen = looks.looked(referral, reader, now, [row for row in rows if row.stream == looking])
    known = names(now)
    people = partner_people.known((row.actor for row in rows), known.people)
    told = history.moments(
        [*changes, *seen],
        people
        | {f"advisor:{pk}": name for pk, name in known.people.items()}
        | {f"partner:{pk}": name for pk, name in known.partners.items()}
        | {f"offer:{offer.pk}": offer.partner_name for offer in offers},
    )
    return told[: len(changes)], told[len(changes) :], offered(offers, changes, people)


def hidden_because(case: Intake, newest: Mapping[consents.Key, Consent] | None = None) -> str:
    """Return why the KvK may not see answers and contact data any more, empty while it may."""
    if case.state == Intake.State.ERASED:
        return "De ondernemer heeft de gegevens laten wissen."
    if consents.KVK not in consents.allowed_by(consents.newest(case.pk) if newest is None else newest):
        return "De ondernemer trok de toestemming voor de KvK in. Antwoorden en contactgegevens ziet u niet meer."
    return ""


def candidates(
    referral: Referral, acts: Iterable[acts_table.Act], now: datetime, newest: Mapping[consents.Key, Consent]
) -> list[Candidate]:
    """Return who can be asked, best first, then the others with why not; nobody while that is not the question.

    The KvK itself is not among them: it does not mail itself an offer, it handles the referral.
    """
    if referral.state not in OFFERABLE:
        return []
    possible = {act.action for act in acts}
    mine, asks = Action.OFFER in possible, Action.REQUEST_CONSENT in possible
    found = directory.matches(referral, local_date(now), newest)
    fitting = [
        Candidate(one.partner.key, one.partner.name, one.reasons, offerable=mine)
        for one in found.proposals
        if one.partner.organisation != consents.KVK
    ]
    return fitting + [
        _refused(one, mine=mine, asks=asks) for one in found.refusals if one.partner.organisation != consents.KVK
    ]


def _refused(refusal: Refusal, *, mine: bool, asks: bool) -> Candidate:
    return Candidate(
        refusal.partner.key,
        refusal.partner.name,
        refusal.reasons,
        offerable=mine and refusal.can_be_forced,
        forced=refusal.can_be_forced,
        lacks_consent=refusal.consent_would_do,
        asks_consent=asks and refusal.consent_would_do,
    )


def agreed(referral: Referral, newest: Mapping[consents.Key, Consent]) -> list[Agreed]:
    """Return each consent of this company as it stands now."""
    names = {code: body.name for code, body in policy(referral.intake.policy).organisations.items()}
    return [
        Agreed(
            name=f"Dossier naar {names.get(row.organisation, row.organisation)}"
            if row.organisation
            else PURPOSES.get(purpose, purpose),
            given=row.given,
            at=row.at,
            text_version=row.text_version,
        )
        for (purpose, _), row in sorted(newest.items())
    ]
