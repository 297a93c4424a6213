"""Carrying out what a partner answers, by link and by account alike: once, and never without saying how it fared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Transition
from referrals.models import Offer
from referrals.once_form import KEY
from referrals.services.errors import Gone, NotDone, Refused
from referrals.services.partner_deeds import Deed
from referrals.views.partner_acts import ACTS, Act, possible
from referrals.views.partner_forms import AnswerForm


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, when, and from which version of the referral; a link knows no version."""

    actor: str
    now: datetime
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """How an answer fared: done, or a form to show again; neither means that somebody else was first."""

    done: bool = False
    # Just now, and not by the same form before.
    fresh: bool = False
    form: AnswerForm | None = None
    # In words why not, where the service said so.
    why: str = ""


def carry(offer: Offer, chosen: Act, posted: QueryDict, by: Answerer, acts: Iterable[Act] = ACTS) -> Carried:
    """Carry an answer out once. Gone passes through: the offer has ended."""
    if replayed(offer, posted.get("sleutel", "")):
        return Carried(done=True)
    row, late = standing(offer, chosen, acts)
    if late:
        return Carried()
    form = chosen.form(posted, row=row)
    if not form.is_valid():
        return Carried(form=form)
    typed = form.cleaned_data
    try:
        chosen.run(Deed(offer, by.actor, typed["sleutel"], by.now, typed, by.version))
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return Carried(form=form)
    except Gone:
        raise
    except NotDone as error:
        return Carried(why=str(error))
    return Carried(done=True, fresh=True)


def standing(offer: Offer, chosen: Act, acts: Iterable[Act] = ACTS) -> tuple[Transition | None, bool]:
    """Return the move behind an act, and whether it is too late for it.

    Never too late for what is no move: whether that may be done its service says, so that nothing typed is lost.
    """
    rows = {act.slug: row for act, row in possible(offer, acts)}
    return rows.get(chosen.slug), chosen.slug not in rows and chosen.action is not None


def replayed(offer: Offer, key: str) -> bool:
    """Say whether this very form was carried out before."""
    stream = f"referral:{offer.referral_id}"
    return (
        bool(KEY.fullmatch(key)) and Event.objects.filter(stream=stream, idempotency_key__endswith=f":{key}").exists()
    )
