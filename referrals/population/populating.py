"""populate(): fills the database with so many invented referrals, batch by batch."""

from __future__ import annotations

import hashlib
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model

from intake.models import AnswerVector, Assessment, Consent, Contact, Intake
from intake.numbers import RANDOM_BITS, reference_of
from intake.policies import policy
from nnmkb.ledger import tokens
from referrals.domain.numbers import referral_number
from referrals.domain.worktime import local_date
from referrals.models import Feedback, Label, Note, Referral
from referrals.population import cast, lives, names
from referrals.population.answers import Assessed, assessed
from referrals.population.columns import COLUMNS, numbers
from referrals.population.histories import Story
from referrals.population.names import Company
from referrals.population.world import ENTREPRENEUR, World
from referrals.population.writing import Sheet, bare

BATCH = 2000
YEARS = 5
# How many needs a scan leads to; with the scans that have fewer to give this comes to 1.6.
NEEDS = (1, 2, 3)
NEEDS_WEIGHTS = (42, 38, 20)
# The share that is still open, by how far back in the row of all scans a scan stands: 7 % of all.
STILL_OPEN = ((0.05, 0.70), (0.10, 0.40), (0.20, 0.12), (0.30, 0.025))
SAME_COMPANY = 0.2
LABELS = ("belangrijk", "beurs", "terugbellen", "subsidie")
NOTE = "Gebeld: wil eerst zelf met de leverancier praten. Belt eind van de week terug."
# Odd, so that every number gives another reference; large, so that neighbours do not look alike.
SPREAD = 0x2_9E37_79B9
TERM = timedelta(days=400)


@transaction.atomic
def populate(
    number: int, *, seed: int, end: datetime, told: Callable[[int], object] = lambda done: None
) -> Mapping[type[Model], int]:
    """Write so many referrals with all that belongs to them, made before `end`; return the rows by model.

    The same seed, end and database give the same rows. `told` hears after each batch how many there are.
    """
    end = end.replace(microsecond=0)
    rng = random.Random(seed)  # noqa: S311 (nothing here is secret: the same seed gives the same rows)
    sheet = Sheet(COLUMNS)
    known = assessed(rng, local_date(end))
    wanted = frozenset(code for one in known for wish in one.wishes for code in wish.lead + wish.others)
    world = World(sheet, rng, numbers(), cast.advisors(), cast.partners(rng, wanted, local_date(end)), end)
    counted = dict.fromkeys(COLUMNS, 0)
    with bare(list(COLUMNS)):
        for done in _Scans(world, known).write(number):
            for model, rows in sheet.rows.items():
                counted[model] += len(rows)
            sheet.write()
            told(done)
    return counted


@dataclass
class _Scans:
    world: World
    known: list[Assessed]
    _companies: deque[Company] = field(default_factory=lambda: deque(maxlen=500))
    _digests: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def write(self, number: int) -> Iterator[int]:
        """Put scans on the sheet until there are so many referrals; stop after each batch."""
        done = batch = 0
        while done < number:
            made = self._scan(done, number)
            done, batch = done + made, batch + made
            if batch >= BATCH or done == number:
                batch = 0
                yield done

    def _scan(self, done: int, number: int) -> int:
        world, rng = self.world, self.world.rng
        pk, chosen = next(world.numbers[Intake]), rng.choice(self.known)
        back = 1 - done / number
        # More and more companies come: half of all in the last one and a half years.
        began = world.end - timedelta(seconds=3600 + int(YEARS * 365 * 86_400 * back * back))
        reference = reference_of(pk * SPREAD % (1 << RANDOM_BITS))
        stream = world.stream(f"intake:{pk}")
        stream.record("intake_started", ENTREPRENEUR, began - timedelta(minutes=40), {"policy": chosen.policy})
        sent = stream.record("intake_submitted", ENTREPRENEUR, began, {"given": [["C1", ""]], "refused": []})
        stream.close()
        world.promise("mail.receipt", sent, f"intake:{pk}", began, dead=False)
        assessment = next(world.numbers[Assessment])
        self._write_scan(pk, reference, chosen, assessment, began)
        needs = chosen.wishes[: min(rng.choices(NEEDS, NEEDS_WEIGHTS)[0], number - done)]
        open_share = next((share for most, share in STILL_OPEN if back < most), 0.0)
        stories = [
            self._referral((pk, assessment), chosen, referral_number(reference, serial), need, began, open_share)
            for serial, need in enumerate(needs, 1)
        ]
        self._write_consents(pk, stories, began)
        return len(stories)

    def _referral(
        self, scan: tuple[int, int], chosen: Assessed, number: str, need: Any, began: datetime, open_share: float
    ) -> Story:
        world, rng = self.world, self.world.rng
        pk, intake = next(world.numbers[Referral]), scan[0]
        life = lives.life(rng, is_open=rng.random() < open_share)
        moments = world.moments(life, began)
        story = Story(world, pk, intake, number, need, world.stream(f"referral:{pk}"))
        story.live(life, moments)
        rows = world.sheet.rows
        rows[Referral].append(story.row(scan[1], (chosen.province, chosen.sector), life, moments))
        if story.owner and rng.random() < 0.05:
            rows[Note].append((pk, story.owner, NOTE, moments[1]))
        if rng.random() < 0.04:
            rows[Label].append((pk, rng.choice(LABELS)))
        if story.outcome and story.offers and rng.random() < 0.1:
            self._ask_feedback(pk, moments[-1])
        return story

    def _ask_feedback(self, pk: int, closed: datetime) -> None:
        rng, end = self.world.rng, self.world.end
        at = min(end, closed + timedelta(days=rng.randint(1, 9)))
        asks = rng.random() < 0.003
        # What was asked for lately still waits for an answer.
        handled = at + timedelta(days=2) if asks and end - at > timedelta(days=5) else None
        self.world.sheet.rows[Feedback].append((pk, "end", not asks, asks, at, handled))

    def _write_scan(self, pk: int, reference: str, chosen: Assessed, assessment: int, at: datetime) -> None:
        rng, rows = self.world.rng, self.world.sheet.rows
        nonce = f"{rng.getrandbits(128):032x}"
        links = [tokens.digest(tokens.derive(kind, reference, nonce)) for kind in ("resume", "follow")]
        rows[Intake].append(
            (pk, reference, "submitted", nonce, *links, chosen.policy, chosen.answers, at, at, at + TERM, at)
        )
        company = self._company(pk, chosen.province)
        rows[Contact].append((pk, company.name, company.kvk_number, company.person, company.email, company.place))
        told = (chosen.outcome, chosen.intensity, chosen.result, chosen.receipt)
        rows[Assessment].append((assessment, pk, 1, at, chosen.policy, chosen.answers, *told))
        rows[AnswerVector].append((pk, chosen.vector))

    def _company(self, pk: int, province: str) -> Company:
        """Return a new company, or one that was here not long ago."""
        rng = self.world.rng
        if self._companies and rng.random() < SAME_COMPANY:
            return rng.choice(self._companies)
        self._companies.append(names.company(rng, pk, province))
        return self._companies[-1]

    def _write_consents(self, pk: int, stories: list[Story], at: datetime) -> None:
        rng, rows = self.world.rng, self.world.sheet.rows[Consent]
        asked = dict.fromkeys(offer["organisation"] for story in stories for offer in story.offers)
        given = [("C1", ""), *(("C2", code) for code in asked), ("C4", "")]
        rows.extend(
            (pk, *key, True, *self._text(*key), "contact", at) for key in given if key[0] != "C4" or rng.random() < 0.5
        )
        if all(story.outcome == "withdrawn" for story in stories):
            rows.append((pk, "C1", "", False, *self._text("C1", ""), "follow", at + timedelta(days=3)))

    def _text(self, purpose: str, organisation: str) -> tuple[str, str]:
        """Return the version and the digest of the sentence that was agreed to."""
        if (purpose, organisation) not in self._digests:
            rules = policy()
            words = rules.consents[purpose]
            name = rules.organisations[organisation].name if organisation else ""
            text = words.text.replace("{organisatie}", name)
            self._digests[purpose, organisation] = (words.text_version, hashlib.sha256(text.encode()).hexdigest())
        return self._digests[purpose, organisation]
