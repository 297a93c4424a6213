"""Proposing an activity that the scan did not give; the entrepreneur is asked before anything happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User

from intake.models import Intake
from intake.policies import policy
from intake.policy import Step
from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Action, Actor, transition
from referrals.domain.matching import Obstacle, Wanted, match
from referrals.domain.numbers import MOST_REFERRALS, referral_number
from referrals.domain.worktime import local_date
from referrals.models import Partner, Referral
from referrals.services import asking, closing, consents, directory, door, requests, telling
from referrals.services.consents import KVK
from referrals.services.errors import Refused

ONLY_CONSENT = frozenset({Obstacle.NO_CONSENT, Obstacle.OLD_CONSENT})
# A partner that set no limit; every activity stands for itself.
ANY = ""


def propose(intake_id: int, activity: str, organisation: str, *, advisor: User, key: str, now: datetime) -> Referral:
    """R2: the advisor sees a need that the scan did not give; the entrepreneur is asked before anything happens.

    For a scan that was sent and that the KvK may read, at most three open at a time, each activity once.
    """

    def work(scoped: str | None) -> Referral:
        intake = closing.sent(intake_id)
        if KVK not in consents.organisations(intake_id):
            raise Refused("De ondernemer trok de toestemming voor de KvK in.")
        requests.room(intake, activity)
        if organisation not in proposable(intake, now).get(activity, {}):
            raise Refused("Deze partner doet deze activiteit nu niet. Kies een andere partner.", field="proposal")
        referral, event = _new(intake, activity, organisation, advisor, scoped, now)
        row = transition(None, Action.PROPOSE, Actor.ADVISOR)
        telling.tell(row, referral, event, door.calendar(), offer=None, former_owner_id=None)
        telling.remind_later(referral, event, door.calendar(), respond_days=5, offer=None)
        return referral

    return door.once(f"intake:{intake_id}", key, work, _of_event)


def proposable(intake: Intake, now: datetime) -> dict[str, dict[str, str]]:
    """Return for each activity that does not run yet the partners (organisation, name) that could do it now.

    They play a party of the activity, and lack nothing but consent. Left out: what is only a signal for policy makers.
    """
    rules, today = policy(intake.policy), local_date(now)
    left_out = {one.activity for one in closing.open_referrals(intake)} | asking.only_signals(rules)
    could_be = Referral(intake=intake, activity=ANY, **_where(intake))
    profiles = directory.profiles(could_be, Partner.objects.all(), today)
    consented = consents.organisations(intake.pk)
    found: dict[str, dict[str, str]] = {}
    for code, activity in rules.activities.items():
        if code in left_out:
            continue
        wanted = Wanted(
            code, frozenset(activity.parties), could_be.province, could_be.sector,
            directory.themes_of(intake), consented,
        )  # fmt: skip
        playing = [one for one in profiles if one.parties & wanted.parties and requests.named(intake, one.organisation)]
        free = [replace(one, activities=one.activities | {code}) if ANY in one.activities else one for one in playing]
        matched = match(wanted, free, today)
        fitting = [one.partner for one in matched.proposals]
        fitting += [one.partner for one in matched.refusals if set(one.obstacles) <= ONLY_CONSENT]
        if fitting:
            found[code] = {one.organisation: one.name for one in fitting}
    return found


def _where(intake: Intake) -> dict[str, str]:
    if intake.kind == Intake.Kind.FOREIGN:
        first = intake.referrals.order_by("id").first()
        return {"province": first.province, "sector": first.sector} if first else {}
    place = asking.place_of(intake.answers)
    return {"province": place.province, "sector": place.sector}


def _new(
    intake: Intake, activity: str, organisation: str, advisor: User, key: str | None, now: datetime
) -> tuple[Referral, Event]:
    numbers = [int(number.rpartition("-")[2]) for number in intake.referrals.values_list("number", flat=True)]
    serial = max(numbers, default=0) + 1
    if serial > MOST_REFERRALS:
        raise Refused("Dit bedrijf heeft al te veel doorverwijzingen. Vraag de ondernemer om een nieuwe zelfscan.")
    row = transition(None, Action.PROPOSE, Actor.ADVISOR)
    step, way = _step_of(intake, activity)
    referral = Referral.objects.create(
        intake=intake,
        assessment=intake.assessments.order_by("-number").first(),
        number=referral_number(intake.reference, serial),
        activity=activity,
        rules=[],
        step=step,
        way=way,
        intensity="licht",
        state=row.target.value,
        owner=advisor,
        entered_at=now,
        created_at=now,
        **_where(intake),
        **door.clock(row.target, now),
    )
    asked = requests.open_for(referral, organisation, advisor, now)
    event = events.record(
        referral.stream,
        row.event,
        actor=f"advisor:{advisor.pk}",
        at=now,
        payload={"to": row.target.value, "version": 1, "transition": row.number, **requests.about(asked)},
        idempotency_key=key,
    )
    return referral, event


def _step_of(intake: Intake, activity: str) -> tuple[str, str]:
    """Return step and way as the rules for this activity have them; carrying out when no rule leads to it."""
    for rule in policy(intake.policy).rules.rules:
        if rule.activity == activity:
            return rule.step.code, rule.way.code if rule.way else ""
    return Step.EXECUTION.code, ""


def _of_event(event: Event) -> Referral:
    return door.read(int(event.stream.partition(":")[2]), None)
