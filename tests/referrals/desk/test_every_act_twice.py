"""Every act of the workbench sent twice is done once, and sent from an old page is not done and loses nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.services import notes
from referrals.views import acts_table
from referrals.views.acts_table import ACTS, Act
from tests.referrals.desk.test_every_act import _today, form, signed_in  # noqa: F401 (the clock)
from tests.referrals.services import cast
from tests.referrals.services.cast import Case
from tests.referrals.services.moving import WORDS, case_in

pytestmark = pytest.mark.django_db

# Where the owner, or else the team lead, can do it; the KvK itself is at work where only it can.
IN = {
    "oppakken": State.QUEUED, "verder-zoeken": State.RETURNED, "vraag-sluiten": State.NEEDS_INFO,
    "contact": State.ACCEPTED, "afronden": State.IN_PROGRESS, "nog-bezig": State.IN_PROGRESS,
    "hervatten": State.ON_HOLD, "heropenen": State.COMPLETED, "opnieuw-vragen": State.LAPSED,
    "terughalen": State.OFFERED, "stoppen": State.IN_PROGRESS, "blijft-gesloten": State.COMPLETED,
}  # fmt: skip
# Words that such a form has room for; the others only choose.
TYPED = {"vraag", "annuleren", "heropenen", "opnieuw-vragen", "terughalen", "stoppen", "intrekken", "blijft-gesloten"}


def ready(act: Act) -> tuple[Client, Case]:
    """Return a referral in which this act can be done, and the browser of who can."""
    found = case_in(IN.get(act.slug, State.IN_REVIEW), by_kvk=act.slug == "contact")
    cast.partner("kvk")
    signed_in(cast.advisor("eva"))
    if act.slug == "blijft-gesloten":
        found.referral.feedback.create(
            moment="end", happy=False, reason="not_helped", text="", salt="", asks_reopening=True, given_at=cast.NOW
        )
    row = Referral.objects.get(pk=found.referral.pk)
    by_lead = act.slug == "intrekken"
    user = cast.advisor("leo", lead=True) if by_lead else row.owner or cast.advisor("daan")
    client = signed_in(user)
    # Roles are read once for a person.
    assert acts_table.can(row, act, User.objects.get(pk=user.pk)), act.slug
    return client, found


def changes() -> int:
    """Count what happened, without who looked."""
    return Event.objects.exclude(stream__startswith="look:").count()


@pytest.mark.parametrize("act", ACTS, ids=[act.slug for act in ACTS])
def test_form_that_is_sent_twice_is_done_once_and_shows_the_same(act: Act) -> None:
    client, found = ready(act)
    address, typed = f"/werkbak/{found.referral.number}/{act.slug}/", form(found, act)
    before = changes()
    first = client.post(address, typed)
    done = changes()
    mails = Outgoing.objects.count()
    second = client.post(address, typed)
    assert (first.status_code, second.status_code) == (302, 302), act.slug
    assert first["Location"] == second["Location"]
    assert done > before
    assert (changes(), Outgoing.objects.count()) == (done, mails)


@pytest.mark.parametrize("act", ACTS, ids=[act.slug for act in ACTS])
def test_form_of_an_old_page_does_nothing_and_keeps_what_was_typed(act: Act) -> None:
    client, found = ready(act)
    typed = form(found, act) | {"reason_text": WORDS}
    Referral.objects.filter(pk=found.referral.pk).update(version=int(str(typed["versie"])) + 1)
    before = changes()
    answer = client.post(f"/werkbak/{found.referral.number}/{act.slug}/", typed)
    assert (answer.status_code, changes()) == (409, before)
    page = answer.content.decode()
    assert "Dit is niet gedaan" in page
    assert WORDS in page or act.slug not in TYPED


def test_note_is_no_change_and_makes_no_form_old() -> None:
    client, found = ready(next(act for act in ACTS if act.slug == "vraag"))
    typed = form(found, next(act for act in ACTS if act.slug == "vraag"))
    notes.add(found.referral.pk, author=found.advisor, text="Gebeld", key=cast.key(), now=cast.LATER)
    assert client.post(f"/werkbak/{found.referral.number}/vraag/", typed).status_code == 302
