"""Consent: what is allowed now, which boxes there are, and what was on the screen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.models import Consent, Intake
from referrals.domain.english_consent import english_version

KVK = "kvk"
VIEW, SHARE, EXAMPLE, FIGURES, LATER = "C1", "C2", "C3", "C4", "C5"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """One empty box on the screen: a sentence, for one purpose, for at most one organisation."""

    purpose: str
    text: str
    text_version: str
    organisation: str = ""
    name: str = ""
    line: str = ""
    note: str = ""
    lead: bool = False

    @property
    def key(self) -> Key:
        """Return what the answer is stored under."""
        return (self.purpose, self.organisation)

    @property
    def field(self) -> str:
        """Return the name of the box in a form."""
        return f"{self.purpose}_{self.organisation}" if self.organisation else self.purpose

    @property
    def digest(self) -> str:
        """Return the fingerprint of the exact sentence."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def fingerprint(boxes: Iterable[Box]) -> str:
    """Return one digest over all boxes of a screen, to notice that they changed while the page stood open."""
    return hashlib.sha256("|".join(f"{box.field}={box.digest}" for box in boxes).encode()).hexdigest()


def write(intake: Intake, boxes: Iterable[Box], answers: Mapping[Key, bool], *, source: str, at: datetime) -> None:
    """Append one row a box: what was shown, and yes or no."""
    Consent.objects.bulk_create(
        Consent(
            intake=intake,
            purpose=box.purpose,
            organisation=box.organisation,
            given=answers[box.key],
            text_version=box.text_version,
            text_digest=box.digest,
            source=source,
            at=at,
        )
        for box in boxes
    )


def newest(intake_id: int) -> dict[Key, Consent]:
    """Return the row that counts for each purpose and organisation."""
    return {(row.purpose, row.organisation): row for row in Consent.objects.filter(intake=intake_id).order_by("id")}


def given(intake_id: int) -> frozenset[Key]:
    """Return what is allowed at this moment; call it inside the transaction that depends on it."""
    return frozenset(key for key, row in newest(intake_id).items() if row.given)


def organisations(intake_id: int) -> frozenset[str]:
    """Return the organisations that may have the dossier now; the KvK by C1, and nobody without C1."""
    return _organisations(given(intake_id))


def allowed_by(rows: Mapping[Key, Consent]) -> frozenset[str]:
    """Return the same from rows of `newest` that were read before; for a page, not for a change."""
    return _organisations(key for key, row in rows.items() if row.given)


def by_words(rows: Mapping[Key, Consent], text_version: str) -> tuple[frozenset[str], frozenset[str]]:
    """Divide `newest` in two: agreed to under this version of the sentence, in either language, and the rest.

    Anything new needs the first; what runs already goes on under the words that were agreed to. The KvK needs C1 only.
    """
    allowed = allowed_by(rows)
    words = {text_version, english_version(text_version)}
    current = {code for (purpose, code), row in rows.items() if purpose == SHARE and row.text_version in words}
    return allowed & {KVK, *current}, allowed - {KVK, *current}


def _organisations(allowed: Iterable[Key]) -> frozenset[str]:
    keys = frozenset(allowed)
    if (VIEW, "") not in keys:
        return frozenset()
    return frozenset({KVK, *(organisation for purpose, organisation in keys if purpose == SHARE)})


def seen_by_kvk(intake_ids: Iterable[int]) -> frozenset[int]:
    """Return the intakes among these that the KvK may look at now."""
    rows = Consent.objects.filter(intake__in=set(intake_ids), purpose=VIEW).order_by("id")
    return frozenset(pk for pk, yes in dict(rows.values_list("intake", "given")).items() if yes)


def take_back(row: Consent, at: datetime) -> Consent:
    """Append the row that withdraws this one; the text is the one that was agreed to."""
    return Consent.objects.create(
        intake_id=row.intake_id,
        purpose=row.purpose,
        organisation=row.organisation,
        given=False,
        text_version=row.text_version,
        text_digest=row.text_digest,
        source="follow",
        at=at,
    )
