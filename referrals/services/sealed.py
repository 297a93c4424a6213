"""Which texts the history vouches for, by a salted digest, and where each stands now.

A service that stores a text gives its row a salt (`nnmkb.ledger.seals.new_salt()`) and puts `sealed(row, "text")` in
the payload of the event of that same transaction, under the name "sealed":

    written = Note.objects.create(..., text=plain, salt=new_salt())
    events.record(..., payload={"note": written.pk, "sealed": sealed(written, "text")})

Two texts at once: `{**sealed(one, "text"), **sealed(other, "reason_text")}`. Erasure empties the text and the salt.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Model

from nnmkb.ledger.models import Event
from nnmkb.ledger.seals import seal
from referrals.models import Feedback, Note, Offer, PartnerQuestion, Question, Referral

# Model and columns behind the first word of a reference.
SEALED: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "note": (Note, ("text",)),
    "question": (Question, ("text", "answer")),
    "partnerquestion": (PartnerQuestion, ("text", "answer")),
    "offer": (Offer, ("reason_text",)),
    "feedback": (Feedback, ("text",)),
}
OF_REFERRAL = re.compile(r"referral:([0-9]{1,18})")
# The event, in the history of a scan, after which its texts are gone.
ERASED = "intake_erased"
SaltAndText = tuple[str, str]
Place = tuple[str, int, str]  # model, key, column
REFERENCE = re.compile(r"([a-z]+):([0-9]{1,18})(?::([a-z_]+))?")


def sealed(row: Note | Question | PartnerQuestion | Offer | Feedback, column: str = "text") -> dict[str, str]:
    """Return {reference: digest} of the text in this column of a stored row; {} for an empty text.

    The row must have its salt. Call it after the row was written: the reference holds its key.
    """
    text = getattr(row, column)
    if not text:
        return {}
    assert all((row.pk, row.salt)), "a text is sealed with the salt of its stored row"
    return {reference(row, column): seal(row.salt, text)}


def reference(row: Model, column: str) -> str:
    """Return how the history names a text: "note:12", or "question:3:answer" where a row has several."""
    name = row._meta.model_name or ""
    columns = SEALED[name][1]
    assert column in columns, column
    return f"{name}:{row.pk}" if len(columns) == 1 else f"{name}:{row.pk}:{column}"


def known_texts(refs: Iterable[str]) -> dict[str, SaltAndText | None]:
    """Return what stands behind each reference now, in one query for each column; None for what was erased.

    Erased is: both empty, or no row any more. A text without its salt is not erased; it comes back with salt "".
    What names no text of these models is left out.
    """
    asked = {ref: place for ref in refs if (place := _taken_apart(ref))}
    keys: dict[tuple[str, str], set[int]] = defaultdict(set)
    for name, pk, column in asked.values():
        keys[name, column].add(pk)
    rows: dict[Place, SaltAndText] = {}
    for (name, column), pks in keys.items():
        found = SEALED[name][0]._default_manager.filter(pk__in=pks).values_list("pk", "salt", column)
        rows |= {(name, pk, column): (salt, text) for pk, salt, text in found}
    texts = {ref: rows.get(place, ("", "")) for ref, place in asked.items()}
    return {ref: None if both == ("", "") else both for ref, both in texts.items()}


def erased_of(streams: Iterable[str]) -> set[str]:
    """Return which of these histories of referrals are of a company that had its texts erased."""
    keys = {int(match[1]): stream for stream in streams if (match := OF_REFERRAL.fullmatch(stream))}
    of_case = dict(Referral.objects.filter(pk__in=keys).values_list("pk", "intake_id"))
    cases = {f"intake:{case}" for case in of_case.values()}
    events = Event.objects.filter(stream__in=cases, kind=ERASED)
    erased = set(events.values_list("stream", flat=True))
    return {keys[pk] for pk, case in of_case.items() if f"intake:{case}" in erased}


def _taken_apart(ref: str) -> Place | None:
    match = REFERENCE.fullmatch(ref)
    if match is None or match[1] not in SEALED:
        return None
    columns = SEALED[match[1]][1]
    if (match[3] or columns[0]) not in columns or bool(match[3]) != (len(columns) > 1):
        return None
    return match[1], int(match[2]), match[3] or columns[0]
