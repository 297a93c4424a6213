"""Asking the entrepreneur for one more consent: for an organisation, or for an activity that the scan did not give."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext_noop as _

from intake.models import Intake
from intake.policies import policy
from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event
from referrals.domain.english_consent import english_sentence, english_version
from referrals.domain.lifecycle import Action, Actor, State
from referrals.domain.matching import match
from referrals.domain.worktime import local_date
from referrals.models import ConsentRequest, Partner, Referral
from referrals.services import asking, closing, consents, directory, door, notes, offering
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
        if why := why_not(referral, partner, now):
            raise Refused(why)
        asked = open_for(referral, partner.organisation, advisor, now)
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


def ask_again(referral_id: int, *, advisor: User, text: str, version: int, key: str, now: datetime) -> Referral:
    """X4: the term for consent passed, and the entrepreneur came back to it; `text` says how, and is kept as a note."""

    def work(scoped: str | None) -> Referral:
        intake = closing.sent(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        door.allowed(referral.state, Action.REOPEN, Actor.ADVISOR)
        if referral.state != State.LAPSED:
            raise Refused("Dit is geen vraag om toestemming. Heropen de doorverwijzing.")
        if KVK not in consents.organisations(intake.pk):
            raise Refused("De ondernemer trok de toestemming voor de KvK in.")
        room(intake, referral.activity)
        if len(text.strip()) < SHORTEST_ASKED:
            raise Refused(f"Schrijf in ten minste {SHORTEST_ASKED} tekens hoe de ondernemer erom vroeg.", field="text")
        written = notes.written_with(referral, advisor, text, now)
        last = referral.consent_requests.order_by("-id").first()
        if last is None:
            raise Refused("Wij weten niet meer voor welke partner dit was. Stel de activiteit opnieuw voor.")
        asked = open_for(referral, last.organisation, advisor, now)
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
            raise Refused(_("De tekst is veranderd. Lees hem opnieuw en kies dan."), field="text_version")
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

    return door.once(f"referral:{referral_id}", key, work, lambda event: _same(event, "consent_given"))


def refuse(referral_id: int, *, key: str, now: datetime) -> Referral:
    """C2: no. The referral is withdrawn, unless somebody else may still help: then it goes back to the KvK.

    Going back is not one of the fifty moves: the entrepreneur refused an organisation, not the help. Who refuses an
    activity that the advisor proposed does refuse the help.
    """

    def work(scoped: str | None) -> Referral:
        referral, asked, box = _answered(referral_id, Action.REFUSE_CONSENT)
        # Asked once more because the words changed: a no ends what still ran under the old ones.
        takes_back = asked.organisation in consents.organisations(referral.intake_id)
        consents.write(referral.intake, [box], {box.key: False}, source="follow", at=now)
        _close(asked, now, given=False)
        event = _back(referral, asked, scoped, now) if goes_on(referral, now) else _ended(referral, asked, scoped, now)
        if takes_back:
            closing.stop_sharing(referral.intake, {asked.organisation}, event, actor=ENTREPRENEUR, now=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda event: _same(event, "consent_refused"))


def _same(event: Event, kind: str) -> Referral:
    """Return the referral after a second click; refuses the other button of the page that was answered already."""
    if event.kind != kind:
        raise Refused(door.USED)
    return door.read(int(event.stream.partition(":")[2]), None)


def goes_on(referral: Referral, now: datetime) -> bool:
    """Say whether the KvK looks on after a no, because somebody else may still help."""
    return not only_proposed(referral) and closing.somebody_left(referral, local_date(now))


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


def about(asked: ConsentRequest) -> dict[str, object]:
    """Return what an event says about a request: ids and a code."""
    return {"request": asked.pk, "organisation": asked.organisation}


def named(intake: Intake, organisation: str) -> bool:
    """Say whether consent can be asked for this organisation."""
    # The sentence is that of today's policy, the mail names the organisation by the policy of the scan.
    known = organisation in policy().organisations and organisation in policy(intake.policy).organisations
    return known and organisation != KVK


def why_not(referral: Referral, partner: Partner, now: datetime) -> str:
    """Return why consent for this partner is not to be asked, empty when it is."""
    if not named(referral.intake, partner.organisation):
        return f"{partner.name} staat niet in het beleid. Vraag de beleidsmaker om de organisatie toe te voegen."
    if KVK not in consents.organisations(referral.intake_id):
        return "De ondernemer trok de toestemming voor de KvK in."
    today = local_date(now)
    found = match(directory.wanted(referral), directory.profiles(referral, [partner], today), today)
    if found.proposals:
        return f"De ondernemer gaf al toestemming voor {partner.name}. Bied de doorverwijzing aan."
    refusal = found.refusals[0]
    return "" if refusal.consent_would_do else f"{partner.name}: {' '.join(refusal.reasons)}"


def open_for(referral: Referral, organisation: str, advisor: User, now: datetime) -> ConsentRequest:
    """Keep the question whether this organisation may help; in the transaction of the act that asks it."""
    return ConsentRequest.objects.create(referral=referral, organisation=organisation, asked_by=advisor, asked_at=now)


def _answered(referral_id: int, action: Action) -> tuple[Referral, ConsentRequest, Box]:
    intake = closing.sent(door.read(referral_id, None).intake_id)
    referral = door.read(referral_id, None)
    door.allowed(referral.state, action, Actor.ENTREPRENEUR)
    asked = open_request(referral)
    if asked is None:
        raise Refused(_("Wij vragen nu geen toestemming."))
    if not named(intake, asked.organisation):
        # A newer policy left it out: there is no sentence to agree to, and the term sees to the rest.
        raise Refused(_("Deze organisatie doet niet meer mee. U hoeft niets te doen."))
    return referral, asked, box_for(asked.organisation, intake.language)


def _close(asked: ConsentRequest, now: datetime, *, given: bool) -> None:
    asked.given, asked.closed_at = given, now
    asked.save(update_fields=("given", "closed_at"))


def only_proposed(referral: Referral) -> bool:
    """Say whether an advisor thought of this, and the entrepreneur never agreed to it."""
    proposed = Event.objects.filter(stream=referral.stream, kind=PROPOSED).exists()
    return proposed and not referral.consent_requests.filter(given=True).exists()


def _ended(referral: Referral, asked: ConsentRequest, key: str | None, now: datetime) -> Event:
    return door.move(
        referral,
        Action.REFUSE_CONSENT,
        Actor.ENTREPRENEUR,
        actor=ENTREPRENEUR,
        at=now,
        key=key,
        changes={"outcome": State.WITHDRAWN.value, "reason": "consent_refused"},
        payload=about(asked),
    )


def _back(referral: Referral, asked: ConsentRequest, key: str | None, now: datetime) -> Event:
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
    return event


def room(intake: Intake, activity: str) -> None:
    """Refuse an activity that does not exist or runs already, and one more than a company is helped with at a time."""
    if activity not in policy(intake.policy).activities:
        raise Refused("Kies een activiteit uit de lijst.", field="activity")
    running = closing.open_referrals(intake)
    if any(one.activity == activity for one in running):
        raise Refused("Deze activiteit loopt al voor dit bedrijf.", field="activity")
    if len(running) >= MOST_OPEN:
        raise Refused(f"Er lopen al {MOST_OPEN} doorverwijzingen voor dit bedrijf. Sluit er eerst één af.")
