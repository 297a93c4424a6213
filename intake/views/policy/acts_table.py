"""What can be done with a version besides writing in it, as a table: one row for each button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from intake.forms.policy import ConfirmForm, LockedForm, ReasonForm
from intake.models import PolicyVersion
from intake.services.governing import drafting, publishing, reviewing
from nnmkb.web.permissions import Role

State = PolicyVersion.State


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that an act needs to be carried out."""

    version: PolicyVersion
    by: User
    lock: int
    now: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: its address, its words, who may, from which state, and the door behind it.

    `sound` is an act that is only offered for a version without mistakes; `kind` is the event that it leaves.
    """

    slug: str
    word: str
    question: str
    explained: str
    done: str
    state: PolicyVersion.State
    roles: frozenset[Role]
    form: type[LockedForm]
    kind: str
    run: Callable[[Change], object]
    symbol: str
    primary: bool = False
    sound: bool = False


def _submit(change: Change) -> object:
    return reviewing.submit(change.version, by=change.by, lock=change.lock, now=change.now)


def _send_back(change: Change) -> object:
    return reviewing.send_back(change.version, change.reason, by=change.by, lock=change.lock, now=change.now)


def _drop(change: Change) -> object:
    return drafting.drop(change.version, by=change.by, lock=change.lock, now=change.now)


def _withdraw(change: Change) -> object:
    return publishing.withdraw(change.version, change.reason, by=change.by, lock=change.lock, now=change.now)


_AUTHOR = frozenset({Role.POLICY_AUTHOR})
_PUBLISHER = frozenset({Role.POLICY_PUBLISHER})

ACTS: Mapping[str, Act] = {
    act.slug: act
    for act in (
        Act(
            "indienen",
            "Dien in",
            "Wilt u deze versie indienen?",
            "Een ander beoordeelt haar dan. Zolang dat duurt, verandert de tekst niet. U kunt haar wel terughalen.",
            "Versie {name} is ingediend. Nu is een ander aan zet.",
            State.DRAFT,
            _AUTHOR,
            ConfirmForm,
            "policy_submitted",
            _submit,
            "send",
            primary=True,
            sound=True,
        ),
        Act(
            "terugsturen",
            "Maak er weer een concept van",
            "Waarom moet deze versie terug?",
            "De versie wordt weer een concept. Daarna kan er weer in worden geschreven.",
            "Versie {name} is weer een concept.",
            State.REVIEW,
            _AUTHOR | _PUBLISHER,
            ReasonForm,
            "policy_sent_back",
            _send_back,
            "arrow-left",
        ),
        Act(
            "weggooien",
            "Gooi weg",
            "Wilt u dit concept weggooien?",
            "Niemand kan er daarna nog in schrijven, en de naam kan niet opnieuw worden gebruikt. "
            "De tekst en de geschiedenis blijven te lezen.",
            "Het concept {name} is weggegooid.",
            State.DRAFT,
            _AUTHOR,
            ConfirmForm,
            "policy_dropped",
            _drop,
            "trash",
        ),
        Act(
            "intrekken",
            "Neem uit gebruik",
            "Waarom moet deze versie uit gebruik?",
            "De versie van daarvoor geldt dan meteen weer. Wie al met een zelfscan begon, maakt die af op deze versie.",
            "Versie {name} is uit gebruik. De vorige versie geldt weer.",
            State.PUBLISHED,
            _PUBLISHER,
            ReasonForm,
            "policy_withdrawn",
            _withdraw,
            "ban",
        ),
    )
}
