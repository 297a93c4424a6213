"""The database side of benchmarks/crash.py: promises deliveries by the real services, and counts what came of them.

Import it when the settings are in the environment.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import django

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.crash import Found  # noqa: E402
from nnmkb.ledger.models import Outgoing  # noqa: E402
from nnmkb.ledger.outbox import OPEN  # noqa: E402
from nnmkb.web.permissions import Role  # noqa: E402
from referrals.management.commands import demo  # noqa: E402
from referrals.models import Dossier, Partner, WebhookEndpoint  # noqa: E402
from referrals.services import offering, queue  # noqa: E402

# What is planned for later, such as a reminder, is not a delivery of this run.
SOON = timedelta(minutes=20)


class CrashSite:
    """An empty site with partners that all listen, and companies that keep coming."""

    def __init__(self, hook: str, seed: int) -> None:
        call_command("migrate", verbosity=0)
        self.seed = seed
        self.ids: set[int] = set()
        self.began = timezone.now()
        demo.partners(timezone.localdate(self.began))
        self.advisor = User.objects.create(username="adviseur")
        self.advisor.groups.add(Group.objects.get(name=Role.ADVISOR))
        # The others wait for the KvK itself.
        self.firms = [firm for firm in demo.read("bedrijven.json") if firm["punt"] != "wachtrij"]
        self.companies = 0
        Partner.objects.update(connected_at=self.began, capacity=1000)
        for partner in Partner.objects.all():
            WebhookEndpoint.objects.create(
                partner=partner,
                url=f"{hook}{partner.pk}",
                nonce=f"{partner.pk:032}",
                state=WebhookEndpoint.State.ACTIVE,
                created_by=self.advisor,
                created_at=self.began,
                confirmed_at=self.began,
            )

    @property
    def promised(self) -> int:
        """Return how many deliveries were promised."""
        return len(self.ids)

    def promise_more(self) -> None:
        """Let one company submit, and offer it to a partner: a receipt, a dossier, mails and a webhook."""
        self.companies += 1
        firm = copy.deepcopy(self.firms[self.companies % len(self.firms)])
        mark = f"crash-{self.seed}-{self.companies}"
        now = timezone.now()
        intake = demo.submit(firm, mark, now)
        referral, partner = demo.first_match(intake, timezone.localdate(now))
        referral = queue.claim(
            referral.pk, advisor=self.advisor, version=referral.version, key=f"{mark}-claim", now=now
        )
        offering.offer(
            referral.pk,
            partner.pk,
            advisor=self.advisor,
            version=referral.version,
            key=f"{mark}-offer",
            now=now,
            force_reason="Deze partner krijgt hier elk aanbod.",
        )
        fresh = Outgoing.objects.filter(created_at__gte=self.began, due_at__lte=now + SOON)
        # What the relay plans for the house is a promise to nobody.
        self.ids |= set(fresh.exclude(kind__startswith="work.").values_list("pk", flat=True))

    def connect_again(self) -> None:
        """Let go of a connection that the server dropped."""
        connection.close()

    def wait_until_settled(self, longest: float, meanwhile: Callable[[], None]) -> None:
        """Wait until no delivery of this run is open, but not for ever."""
        end = time.monotonic() + longest
        while time.monotonic() < end and self._open():
            meanwhile()
            time.sleep(0.2)

    def _open(self) -> bool:
        close_old_connections()
        return Outgoing.objects.filter(pk__in=self.ids, state__in=OPEN).exists()

    def count(self, found: Found, mails: Mapping[str, int], hooks: Mapping[str, int]) -> None:
        """Compare what was promised with what came in."""
        rows = list(Outgoing.objects.filter(pk__in=self.ids))
        by_id = {row.message_id.hex: row for row in rows}
        made = set(Dossier.objects.exclude(pdf_digest="").values_list("pk", flat=True))
        found.deliveries = self.promised
        # A row that is not there any more was committed and is gone.
        found.lost = self.promised - len(rows)
        for identity, row in by_id.items():
            sink = hooks if row.kind.startswith("webhook.") else mails
            if row.kind == "dossier.render":
                found.dossiers += 1
                arrived = int(int(row.recipient.partition(":")[2]) in made)
            else:
                arrived = sink.get(identity, 0)
                found.mails += row.kind.startswith("mail.")
                found.webhooks += row.kind.startswith("webhook.")
            found.lost += not arrived
            found.sent_twice += max(arrived - 1, 0)
            found.stranded += row.state != Outgoing.State.DONE
            found.most_attempts = max(found.most_attempts, row.attempts)
        # Reminders and other later mail of this site have their own rows: known, though not of this run.
        known = {one.hex for one in Outgoing.objects.values_list("message_id", flat=True)}
        found.unrecognisable = sum(times for sink in (mails, hooks) for one, times in sink.items() if one not in known)
