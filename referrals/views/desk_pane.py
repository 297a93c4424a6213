"""Everything an advisor needs to decide on one referral: the pane beside the list, and its own page."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User

from intake.models import Consent, Intake
from intake.policies import policy
from referrals.domain.lifecycle import Action, State
from referrals.domain.matching import Refusal
from referrals.domain.worktime import local_date
from referrals.dossier import build
from referrals.models import Offer, Referral
from referrals.services import consents, directory, looks, presence
from referrals.views import acts_table, desk_rows, history
from referrals.views.desk_forms import NoteForm
from referrals.views.desk_names import names

PURPOSES = {
    "C1": "De KvK mag meekijken",
    "C3": "Wil een voorbeeld zijn",
    "C4": "Cijfers voor de regio",
    "C5": "Later een vraag",
}
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
    asks_consent: bool = False


def pane_of(referral: Referral, advisor: User, now: datetime) -> dict[str, Any]:
    """Return what the pane shows; that this person looked is written down."""
    case = referral.intake
    newest = consents.newest(case.pk)
    hidden = hidden_because(case, newest)
    acts = acts_table.possible(referral, advisor)
    offers = list(referral.offers.order_by("-attempt"))
    told, seen = happened(referral, advisor, now, offers)
    asked = candidates(referral, acts, now, newest)
    preview = partial(build.preview, activities=(referral.activity,), now=now, of=referral, newest=newest)
    return {
        "row": desk_rows.row_of(referral, now, seen=consents.KVK in consents.allowed_by(newest)),
        "referral": referral,
        "deadline": desk_rows.deadline_sentence(referral, now),
        "must_do": State(referral.state).facts.must_do,
        "reason": history.label_of(referral.reason),
        "outcome": history.label_of(referral.outcome),
        "hidden": hidden,
        "contact": None if hidden else getattr(case, "contact", None),
        "content": None if hidden else preview(case, consents.KVK),
        "acts": [act for act in acts if act.action is not Action.OFFER],
        "primary": next((act.slug for act in acts if act.primary), ""),
        "candidates": asked,
        "nobody_fits": not any(one.offerable or one.asks_consent for one in asked),
        "consents": agreed(referral, newest),
        "offers": offers,
        "deliveries": history.deliveries(referral),
        "moments": told,
        "looks": seen,
        "notes": list(referral.notes.select_related("author").order_by("-at")),
        "siblings": list(case.referrals.exclude(pk=referral.pk).order_by("number")),
        "others": presence.look(referral.pk, advisor, now),
        "key": str(uuid.uuid4()),
        "note_form": NoteForm(referral=referral, row=None, auto_id="note_%s"),
    }


def happened(
    referral: Referral, reader: User, now: datetime, offers: Iterable[Offer]
) -> tuple[list[history.Moment], list[history.Moment]]:
    """Return what happened to a referral and who looked, this reader among them: one question for both."""
    looking = looks.stream_of(referral)
    rows = history.events_of(referral, looking)
    changes = [row for row in rows if row.stream != looking]
    seen = looks.looked(referral, reader, now, [row for row in rows if row.stream == looking])
    known = names(now)
    told = history.moments(
        [*changes, *seen],
        {f"advisor:{pk}": name for pk, name in known.people.items()}
        | {f"partner:{pk}": name for pk, name in known.partners.items()}
        | {f"offer:{offer.pk}": offer.partner_name for offer in offers},
    )
    return told[: len(changes)], told[len(changes) :]


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
    mine = any(act.action is Action.OFFER for act in acts)
    found = directory.matches(referral, local_date(now), newest)
    fitting = [
        Candidate(one.partner.key, one.partner.name, one.reasons, offerable=mine)
        for one in found.proposals
        if one.partner.organisation != consents.KVK
    ]
    return fitting + [_refused(one, mine=mine) for one in found.refusals if one.partner.organisation != consents.KVK]


def _refused(refusal: Refusal, *, mine: bool) -> Candidate:
    return Candidate(
        refusal.partner.key,
        refusal.partner.name,
        refusal.reasons,
        offerable=mine and refusal.can_be_forced,
        forced=refusal.can_be_forced,
        asks_consent=refusal.consent_would_do,
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
