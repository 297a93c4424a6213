"""One workbench on one filled database, in a process of its own: it measures what it is asked over a pipe.

Started by benchmarks/queue.py with DATABASE_URL and NNMKB_VAR set; reads a line {"look": name} or {"time": name,
"times": n}, and answers with a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

os.environ |= {"DJANGO_SETTINGS_MODULE": "nnmkb.settings", "ALLOWED_HOSTS": "testserver"}

import django

django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.plans import Look, look  # noqa: E402
from benchmarks.stored import seconds_of  # noqa: E402
from intake.models import Contact, Intake  # noqa: E402
from intake.policies import policy  # noqa: E402
from nnmkb.web.permissions import Role  # noqa: E402
from referrals import queues, team  # noqa: E402
from referrals.domain.lifecycle import State  # noqa: E402
from referrals.models import Offer, Partner, Referral  # noqa: E402
from referrals.population import names  # noqa: E402
from referrals.queues import Filters, Order, View, Walk  # noqa: E402
from referrals.services import door, queue  # noqa: E402

Task = Callable[[], object]
PAGE_NUMBER = 1000


class Undone(Exception):
    """Takes a change back after it was measured."""


class Site:
    """The tasks, by name, for the advisor who has most to do."""

    def __init__(self) -> None:
        self.now = timezone.now()
        busiest = Referral.objects.filter(closed_at__isnull=True, owner__isnull=False).values_list("owner")
        self.user = User.objects.get(pk=busiest.annotate(n=Count("pk")).order_by("-n")[0][0])
        for role in (Role.ADVISOR, Role.TEAM_LEAD):
            self.user.groups.add(Group.objects.get(name=role))
        self.client = Client()
        self.client.force_login(self.user)
        self.unclaimed = self._some(State.QUEUED)
        self.tasks = {**self._pages(), **self._lists(), **self._searches(), **self._others()}

    def _pages(self) -> dict[str, Task]:
        number = self._some(State.OFFERED).number
        found = {
            "page: list": self._get("/werkbak/?lijst=alles"),
            "page: my work": self._get("/werkbak/?lijst=mijn"),
            "page: list with a referral open": self._get(f"/werkbak/?lijst=alles&open={number}"),
            "page: team lead": self._get("/werkbak/team/"),
        }
        for state in (State.QUEUED, State.IN_REVIEW, State.OFFERED, State.RETURNED, State.COMPLETED):
            found[f"detail: {state}"] = self._get(f"/werkbak/{self._some(state).number}/")
        return found

    def _lists(self) -> dict[str, Task]:
        everything = Filters(view=View.ALL)
        closed = Filters(view=View.ALL, states=("gesloten",))
        partners = Partner.objects.annotate(n=Count("referrals")).filter(n__gt=0).order_by("-n")
        most, least = partners.first(), partners.last()
        assert most
        assert least
        found = {f"list: {view.value}": self._list(Filters(view=view)) for view in View}
        found |= {f"order: {order.value}": self._list(Filters(view=View.ALL, order=order)) for order in Order}
        found[f"page {PAGE_NUMBER:,} by key"] = self._list(everything, self._cursor(everything, "next_due_at"))
        found[f"archive: page {PAGE_NUMBER:,} by key"] = self._list(closed, self._cursor(closed, "-created_at"))
        narrower: dict[str, dict[str, Any]] = {f"state {state.value}": {"states": (state.value,)} for state in State}
        narrower |= {
            "two states": {"states": ("queued", "returned")},
            "province": {"province": "drenthe"}, "step": {"step": "S"}, "way": {"way": "I"},
            "activity": {"activity": "P4"}, "rare activity": {"activity": "I3"}, "group": {"activity": "P"},
            "sector": {"sector": "zorg"}, "owner": {"owner": str(self.user.pk)}, "nobody's": {"owner": "niemand"},
            "partner": {"partner": str(most.pk)}, "rare partner": {"partner": str(least.pk)}, "late": {"due": "laat"},
            "today": {"due": "vandaag"}, "this week": {"due": "week"}, "reason": {"reason": "no_response"},
            "second attempt": {"attempts": "2"}, "third attempt": {"attempts": "3"},
            "fourth attempt": {"attempts": "4"}, "consent": {"consent": "ontbreekt"},
            "delivery": {"delivery": "mislukt"}, "label": {"label": "beurs"},
            "came in": {"since": f"{self.now - timedelta(days=2):%Y-%m-%d}"},
            "three at once": {"province": "drenthe", "step": "O", "sector": "vervoer"},
        }  # fmt: skip
        found |= {f"filter: {name}": self._list(Filters(view=View.ALL, **more)) for name, more in narrower.items()}
        of_archive: dict[str, dict[str, Any]] = {
            "": {}, "province": {"province": "drenthe"}, "sector": {"sector": "zorg"},
            "rare activity": {"activity": "I3"}, "owner": {"owner": str(self.user.pk)},
            "partner": {"partner": str(most.pk)},
            "rare partner": {"partner": str(least.pk)}, "third attempt": {"attempts": "3"},
            "last year": {"until": f"{self.now - timedelta(days=400):%Y-%m-%d}"}, "label": {"label": "beurs"},
        }  # fmt: skip
        for name, more in of_archive.items():
            filters = Filters(view=View.ALL, states=("gesloten",), **more)
            found[f"archive: {name or 'first page'}"] = self._list(filters)
        return found

    def _searches(self) -> dict[str, Task]:
        row = self._some(State.QUEUED)
        contact = Contact.objects.get(intake=row.intake_id)
        case = Intake.objects.get(pk=row.intake_id).reference
        word = contact.company.split()[1]
        texts = {
            "number": row.number, "case number": case, "KvK number": contact.kvk_number,
            "e-mail": contact.email.upper(), "whole name": contact.company, "word of a name": word,
            "half a word": word[:5], "kind of company": "bakkerij", "half a name": names.ENDS[7],
            "no such name": "qqqzzz",
        }  # fmt: skip
        both = ("open", "gesloten")
        found = {f"search: {name}": self._list(Filters(view=View.ALL, search=text)) for name, text in texts.items()}
        return found | {
            f"search open and closed: {name}": self._list(Filters(view=View.ALL, search=text, states=both))
            for name, text in texts.items()
        }

    def _others(self) -> dict[str, Task]:
        return {
            "counters": lambda: queues.counters(
                user_id=self.user.pk, now=self._later(), activities=policy().activities
            ),
            "claim": self._claim,
            "give me the next": self._next,
            "team: open work": lambda: team.open_groups(self.now, door.calendar()),
            "team: often back": team.often_back,
            "team: settled offers": lambda: team.settled_offers(self.now),
            "team: refusals": lambda: team.refusals(self.now),
            "team: refused rules": lambda: team.refused_rules(self.now, ("not_our_activity",)),
            "team: dead deliveries": team.dead_deliveries,
            "team: waiting deliveries": lambda: team.waiting_deliveries(self.now),
            "inbox of a partner": lambda: list(
                Offer.objects.filter(partner=1, ended_at__isnull=True).order_by("respond_by")[:50]
            ),
        }

    # --- what the tasks are made of ---------------------------------------------------------------------------------

    def _later(self) -> datetime:
        """Return a moment at which no counter is fresh any more."""
        self.now += timedelta(minutes=1)
        return self.now

    def _some(self, state: State) -> Referral:
        return Referral.objects.filter(state=state).order_by("-id")[3]

    def _get(self, address: str) -> Task:
        def task() -> None:
            answer = self.client.get(address)
            assert answer.status_code == 200, f"{address}: {answer.status_code}"

        return task

    def _list(self, filters: Filters, cursor: str = "") -> Task:
        return lambda: Walk(filters, user_id=self.user.pk, now=self.now).page(cursor)

    def _cursor(self, filters: Filters, order: str) -> str:
        """Return the cursor of page PAGE_NUMBER, or of the last page: that of the row before it."""
        walk = Walk(filters, user_id=self.user.pk, now=self.now)
        found = queues.referrals(filters, user_id=self.user.pk, now=self.now)
        row_number = min((PAGE_NUMBER - 1) * queues.PAGE, found.count() - queues.PAGE) - 1
        row = found.order_by(order, "-id" if order.startswith("-") else "id")[max(0, row_number)]
        return walk._write(row, backwards=False)

    def _claim(self) -> None:
        row = self.unclaimed
        self._undone(
            lambda: queue.claim(row.pk, advisor=self.user, version=row.version, key="measured", now=self._later())
        )

    def _next(self) -> None:
        self._undone(lambda: queue.next_one(advisor=self.user, key="measured", now=self._later()))

    def _undone(self, change: Task) -> None:
        try:
            with transaction.atomic():
                change()
                raise Undone
        except Undone:
            pass


def answers(site: Site, asked: dict[str, Any]) -> dict[str, Any]:
    """Carry out one line."""
    if "time" in asked:
        task, times = site.tasks[asked["time"]], int(asked["times"])
        server = connection.connection.info.backend_pid if connection.vendor == "postgresql" else 0
        began, began_there = time.process_time(), seconds_of(server)
        for _ in range(times):
            task()
        return {"seconds": (time.process_time() - began + seconds_of(server) - began_there) / times}
    found: Look = look(site.tasks[asked["look"]])
    return found._asdict()


def lines() -> Iterator[dict[str, Any]]:
    """Yield what is asked."""
    for line in sys.stdin:
        yield json.loads(line)


if __name__ == "__main__":
    call_command("collectstatic", interactive=False, verbosity=0)
    this = Site()
    print(json.dumps({"tasks": list(this.tasks), "referrals": Referral.objects.count()}), flush=True)
    for each in lines():
        print(json.dumps(answers(this, each)), flush=True)
