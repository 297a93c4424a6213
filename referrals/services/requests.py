"""Asking the entrepreneur for one more consent: for an organisation, or for an activity that the scan did not give."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from intake.models import Intake
from intake.policies import policy
from intake.policy import Step
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event
from referrals.domain.english_consent import english_sentence, english_version
from referrals.domain.lifecycle import Action, Actor, State, transition
from referrals.domain.matching import Obstacle, match
from referrals.domain.numbers import MOST_REFERRALS, referral_number
from referrals.domain.worktime import local_date
from referrals.models import ConsentRequest, Partner, Referral
from referrals.services import asking, closing, consents, directory, door, notes, offering, telling
from referrals.services.consents import KVK, SHARE, Box
from referrals.services.errors import Refused

# As many as a scan leads to; more at a time is no help to a company.
MOST_OPEN = asking.MOST_REFERRALS
SHORTEST_ASKED = 10
ENTREPRENEUR = "entrepreneur"
PROPOSED = "referral_proposed"


def request_consent(
    referral_id: int, partner_id: int, *, advisor: User, version: int, key: str, now: datetime
) -> Referral:
    """V6: ask whether this partner may help too; only for one that lacks nothing but consent under today's words.

    From `queued` and `returned` this first makes move Q1 or B1, in the same transaction.
    """

    def work(scoped: str | None) -> Referral:
        referral = offering.taken(referral_id, Action.REQUEST_CONSENT, advisor, version, now)
        partner = Partner.objects.get(pk=partner_id)
        _outside(referral, partner, now)
        asked = _ask(referral, partner.organisation, advisor, now)
        door.move(
            referral,
            Action.REQUEST_CONSENT,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={**door.handed_to(None), "reason": ""},
            payload={**about(asked), "partner": partner.pk},
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def propose(intake_id: int, activity: str, organisation: str, *, advisor: User, key: str, now: datetime) -> Referral:
    """R2: the advisor sees a need that the scan did not give; the entrepreneur is asked before anything happens.

    For a scan that was sent and that the KvK may read, at most three open at a time, each activity once.
    """

    def work(scoped: str | None) -> Referral:
        intake = closing.sent(intake_id)
        if KVK not in consents.organisations(intake_id):
            raise Refused("De ondernemer trok de toestemming voor de KvK in.")
        _room(intake, activity)
        if organisation not in proposable(intake, activity, now):
            raise Refused("Deze partner doet deze activiteit niet. Kies een andere partner.", field="partner")
        referral, event = _new(intake, activity, organisation, advisor, scoped, now)
        row = transition(None, Action.PROPOSE, Actor.ADVISOR)
        telling.tell(row, referral, event, door.calendar(), offer=None, former_owner_id=None)
        telling.remind_later(referral, event, door.calendar(), respond_days=5, offer=None)
        return referral

    return door.once(f"intake:{intake_id}", key, work, _of_event)


def ask_again(referral_id: int, *, advisor: User, text: str, version: int, key: str, now: datetime) -> Referral:
    """X4: the term for consent passed, and the entrepreneur came back to it; `text` says how, and is kept as a note."""

    def work(scoped: str | None) -> Referral:
        intake = closing.sent(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        door.allowed(referral.state, Action.REOPEN, Actor.ADVISOR)
        if referral.state != State.LAPSED:
            raise Refused("Dit is geen vraag om toestemming. Heropen de verwijzing.")
        if KVK not in consents.organisations(intake.pk):
            raise Refused("De ondernemer trok de toestemming voor de KvK in.")
        _room(intake, referral.activity)
        if len(text.strip()) < SHORTEST_ASKED:
            raise Refused(f"Schrijf in ten minste {SHORTEST_ASKED} tekens hoe de ondernemer erom vroeg.", field="text")
        written = notes.written_with(referral, advisor, text, now)
        last = referral.consent_requests.order_by("-id").first()
        if last is None:
            raise Refused("Wij weten niet meer voor welke partner dit was. Stel de activiteit opnieuw voor.")
        asked = _ask(referral, last.organisation, advisor, now)
        door.move(
            referral,
            Action.REOPEN,
            Actor.ADVISOR,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={"owner_id": advisor.pk, "outcome": "", "reason": ""},
            payload={**about(asked), **written},
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def give(referral_id: int, *, text_version: str, key: str, now: datetime) -> Referral:
    """C1: yes. `text_version` is that of the sentence on the page; it must be that of the policy in force."""

    def work(scoped: str | None) -> Referral:
        referral, asked, box = _answered(referral_id, Action.GIVE_CONSENT)
        if text_version != box.text_version:
            raise Refused("De tekst is veranderd. Lees hem opnieuw en kies dan.", field="text_version")
        consents.write(referral.intake, [box], {box.key: True}, source="follow", at=now)
        _close(asked, now, given=True)
        door.move(
            referral,
            Action.GIVE_CONSENT,
            Actor.ENTREPRENEUR,
            actor=ENTREPRENEUR,
            at=now,
            key=scoped,
            changes={"owner_id": None},
            payload=about(asked),
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def refuse(referral_id: int, *, key: str, now: datetime) -> Referral:
    """C2: no. The referral is withdrawn, unless somebody else may still help: then it goes back to the KvK.

    Going back is not one of the fifty moves: the entrepreneur refused an organisation, not the help. Who refuses an
    activity that the advisor proposed does refuse the help.
    """

    def work(scoped: str | None) -> Referral:
        referral, asked, box = _answered(referral_id, Action.REFUSE_CONSENT)
        consents.write(referral.intake, [box], {box.key: False}, source="follow", at=now)
        _close(asked, now, given=False)
        if goes_on(referral, now):
            _back(referral, asked, scoped, now)
            return referral
        door.move(
            referral,
            Action.REFUSE_CONSENT,
            Actor.ENTREPRENEUR,
            actor=ENTREPRENEUR,
            at=now,
            key=scoped,
            changes={"outcome": State.WITHDRAWN.value, "reason": "consent_refused"},
            payload=about(asked),
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def goes_on(referral: Referral, now: datetime) -> bool:
    """Say whether the KvK looks on after a no, because somebody else may still help."""
    return not _only_proposed(referral) and closing.somebody_left(referral, local_date(now))


def open_request(referral: Referral) -> ConsentRequest | None:
    """Return the request that waits for an answer, if any."""
    return referral.consent_requests.filter(closed_at__isnull=True).first()


def box_for(organisation: str, language: str) -> Box:
    """Return the sentence that a yes to this organisation agrees to: of the policy in force, in this language."""
    words, named = policy().consents[SHARE], policy().organisations[organisation]
    if language == "en":
        return Box(
            SHARE, english_sentence(SHARE, named.name), english_version(words.text_version), organisation, named.name
        )
    text = words.text.replace("{organisatie}", named.name)
    return Box(SHARE, text, words.text_version, organisation, named.name, named.line)


def proposable(intake: Intake, activity: str, now: datetime) -> dict[str, str]:
    """Return the partners (organisation and name) that may be proposed for an activity to this company."""
    if activity not in policy(intake.policy).activities:
        return {}
    today = local_date(now)
    could_be = Referral(intake=intake, activity=activity, **_where(intake))
    found = match(directory.wanted(could_be), directory.profiles(could_be, Partner.objects.all(), today), today)
    only_consent = {Obstacle.NO_CONSENT, Obstacle.OLD_CONSENT}
    fitting = [one.partner for one in found.proposals]
    fitting += [one.partner for one in found.refusals if set(one.obstacles) <= only_consent]
    return {one.organisation: one.name for one in fitting if _named(intake, one.organisation)}


def about(asked: ConsentRequest) -> dict[str, object]:
    """Return what an event says about a request: ids and a code."""
    return {"request": asked.pk, "organisation": asked.organisation}


def _named(intake: Intake, organisation: str) -> bool:
    # The sentence is that of today's policy, the mail names the organisation by the policy of the scan.
    known = organisation in policy().organisations and organisation in policy(intake.policy).organisations
    return known and organisation != KVK


def _outside(referral: Referral, partner: Partner, now: datetime) -> None:
    if not _named(referral.intake, partner.organisation):
        raise Refused(
            f"{partner.name} staat niet in het beleid. Vraag de beleidsmaker om de organisatie toe te voegen."
        )
    if KVK not in consents.organisations(referral.intake_id):
        raise Refused("De ondernemer trok de toestemming voor de KvK in.")
    today = local_date(now)
    found = match(directory.wanted(referral), directory.profiles(referral, [partner], today), today)
    if found.proposals:
        raise Refused(f"De ondernemer gaf al toestemming voor {partner.name}. Bied de verwijzing aan.")
    refusal = found.refusals[0]
    if not refusal.consent_would_do:
        raise Refused(f"{partner.name}: {' '.join(refusal.reasons)}")


def _ask(referral: Referral, organisation: str, advisor: User, now: datetime) -> ConsentRequest:
    return ConsentRequest.objects.create(referral=referral, organisation=organisation, asked_by=advisor, asked_at=now)


def _answered(referral_id: int, action: Action) -> tuple[Referral, ConsentRequest, Box]:
    intake = closing.sent(door.read(referral_id, None).intake_id)
    referral = door.read(referral_id, None)
    door.allowed(referral.state, action, Actor.ENTREPRENEUR)
    asked = open_request(referral)
    if asked is None:
        raise Refused("Wij vragen nu geen toestemming.")
    return referral, asked, box_for(asked.organisation, intake.language)


def _close(asked: ConsentRequest, now: datetime, *, given: bool) -> None:
    asked.given, asked.closed_at = given, now
    asked.save(update_fields=("given", "closed_at"))


def _only_proposed(referral: Referral) -> bool:
    proposed = Event.objects.filter(stream=referral.stream, kind=PROPOSED).exists()
    return proposed and not referral.consent_requests.filter(given=True).exists()


def _back(referral: Referral, asked: ConsentRequest, key: str | None, now: datetime) -> None:
    event = door.settle(
        referral,
        State.RETURNED,
        "consent_refused",
        actor=ENTREPRENEUR,
        at=now,
        key=key,
        changes={"reason": "consent_refused"},
        payload=about(asked),
    )
    if referral.owner_id:
        outbox.enqueue(event, "mail.consent_refused_to_advisor", f"advisor:{referral.owner_id}", at=now)


def _room(intake: Intake, activity: str) -> None:
    if activity not in policy(intake.policy).activities:
        raise Refused("Kies een activiteit uit de lijst.", field="activity")
    running = closing.open_referrals(intake)
    if any(one.activity == activity for one in running):
        raise Refused("Deze activiteit loopt al voor dit bedrijf.", field="activity")
    if len(running) >= MOST_OPEN:
        raise Refused(f"Er lopen al {MOST_OPEN} verwijzingen voor dit bedrijf. Sluit er eerst één af.")


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
        raise Refused("Dit bedrijf heeft al te veel verwijzingen. Vraag de ondernemer om een nieuwe zelfscan.")
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
    asked = _ask(referral, organisation, advisor, now)
    event = events.record(
        referral.stream,
        row.event,
        actor=f"advisor:{advisor.pk}",
        at=now,
        payload={"to": row.target.value, "version": 1, "transition": row.number, **about(asked)},
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
