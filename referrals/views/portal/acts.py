"""What somebody with an account can do with an offer: all that a link can, and writing how it goes."""

from __future__ import annotations

from referrals.models import Offer
from referrals.services import progress_notes
from referrals.services.partner_deeds import Deed
from referrals.views.desk_forms import TOO_LONG, WordsField
from referrals.views.partner_acts import ACTS as BY_LINK
from referrals.views.partner_acts import Act
from referrals.views.partner_forms import AnswerForm


class NoteForm(AnswerForm):
    """How it goes, in words."""

    text = WordsField(
        label="Hoe gaat het?",
        max_length=progress_notes.LONGEST,
        help_text="De KvK leest dit, de ondernemer niet. Noem geen namen als het niet nodig is.",
        error_messages={
            "required": "Schrijf eerst hoe het gaat.",
            "max_length": TOO_LONG.format(progress_notes.LONGEST),
        },
    )


def _note(given: Deed) -> object:
    return progress_notes.add(given.offer.pk, actor=given.actor, text=given.typed["text"], key=given.key, now=given.now)


def _accepted(offer: Offer) -> bool:
    return offer.state == Offer.State.ACCEPTED


NOTE = Act(
    "voortgang",
    None,
    "Schrijf hoe het gaat",
    "Hoe gaat het met deze doorverwijzing?",
    "Uw notitie staat bij de doorverwijzing. De KvK kan haar lezen.",
    NoteForm,
    _note,
    _accepted,
)
# Beside «nog bezig», which it does too.
_PLACE = next(place for place, act in enumerate(BY_LINK) if act.slug == "nog-bezig") + 1
ACTS = (*BY_LINK[:_PLACE], NOTE, *BY_LINK[_PLACE:])
BY_SLUG = {act.slug: act for act in ACTS}
