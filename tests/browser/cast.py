"""The people of the journeys, and the postman who carries what was promised."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import time
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from nnmkb.web.permissions import STAFF_ROLES
from referrals.management.commands import demo
from tests.browser.starter import Starter

PASSWORD = demo.LAPTOP_PASSWORD
LINK = re.compile(r"https?://[^\s>]+")
CODE = re.compile(r"\b(\d{6})\b")


def prepare_people() -> None:
    """Seed partners and staff as `up` does, without its companies."""
    for role in STAFF_ROLES:
        Group.objects.get_or_create(name=role)
    demo.partners(timezone.localdate())
    for facts in demo.read("medewerkers.json"):
        demo.person(facts)


def database_url() -> str:
    """Return the address of the test database for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return "postgresql://{}:{}@{}:{}/{}".format(
        quote(facts["USER"]), quote(facts["PASSWORD"]), quote(facts["HOST"], safe=""), facts["PORT"], facts["NAME"]
    )


def postman_environment(site: str, folder: Path) -> dict[str, str]:
    """Return what a process of the product must know to work for this site, with this folder for all it writes."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "SITE_URL": site,
        "NNMKB_VAR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "OUTGOING_LEASE_S": "20",
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    return environment


class Postman:
    """The relay in a process of its own; with a broker in the environment also a real Celery worker."""

    def __init__(self, starter: Starter) -> None:
        self.starter = starter
        self.folder = starter.folder
        self.processes: list[int] = []
        self.seen: set[str] = set()

    def start(self) -> None:
        """Start the processes, with an empty letterbox."""
        shutil.rmtree(self.folder / "post", ignore_errors=True)
        if os.environ.get("CELERY_BROKER_URL"):
            self.run("celery", "-A", "nnmkb", "worker", "-c", "1", "--without-gossip", "--without-mingle")
            self.run("relay", "--via", "celery")
        else:
            self.run("relay", "--via", "inline")

    def run(self, *arguments: str) -> None:
        """Start one process of the product."""
        log = self.folder / f"process-{len(self.processes)}.log"
        self.processes.append(self.starter.run(arguments, log))

    def stop(self) -> None:
        """End the processes, the relay first, and wait until they are gone; each ends as it does when all is well."""
        ended = [self.starter.end(number) for number in reversed(self.processes)]
        assert set(ended) == {0}, f"the postman ended with {ended}; logs: {self.logs()}"

    def letter(self, to: str, subject: str = "", seconds: float = 25) -> EmailMessage:
        """Wait for a mail to this address with this in its subject that was not read before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in sorted((self.folder / "post").glob("*.eml"), key=lambda path: path.stat().st_mtime):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                assert isinstance(message, EmailMessage)
                fits = to in str(message["To"]) and subject.lower() in str(message["Subject"]).lower()
                if path.name not in self.seen and fits:
                    self.seen.add(path.name)
                    return message
            time.sleep(0.1)
        raise AssertionError(f"no mail to {to} about «{subject}»; there is: {self.subjects()}; logs: {self.logs()}")

    def subjects(self) -> list[str]:
        """Name what did arrive."""
        found = []
        for path in (self.folder / "post").glob("*.eml"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found.append(f"{message['To']}: {message['Subject']}")
        return found

    def logs(self) -> str:
        """Return the end of what the processes wrote."""
        return "\n".join(path.read_text()[-1500:] for path in self.folder.glob("process-*.log"))


def text_of(message: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(message: EmailMessage, containing: str = "/") -> str:
    """Return the first link in a mail that has this in it."""
    found = [link for link in LINK.findall(text_of(message)) if containing in link]
    assert found, text_of(message)
    return found[0]


def code_in(message: EmailMessage) -> str:
    """Return the six digits in a mail."""
    found = CODE.search(text_of(message))
    assert found, text_of(message)
    return found.group(1)
