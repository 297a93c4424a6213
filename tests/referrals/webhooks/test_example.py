"""The example in the documentation works: run as a program of its own, against the real sender."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import IO

import pytest
from django.utils import timezone

from nnmkb.ledger.models import Outgoing
from referrals.dispatch import Outcome
from referrals.domain import webhook_signature
from referrals.domain.webhook_address import read
from referrals.models import WebhookAttempt, WebhookEndpoint
from referrals.services import endpoints
from referrals.webhooks import messages, sending, trying
from tests.referrals.services import cast
from tests.referrals.webhooks.making import deliver, message

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "voorbeelden" / "webhook_ontvanger.py"


class Feed(BaseHTTPRequestHandler):
    """As much of the API as the example asks."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        Feed.asked.append((self.path, self.headers["Authorization"]))
        after = int(self.path.rpartition("=")[2])
        body = json.dumps({"events": [{"seq": after + 1, "type": "offer.created", "data": {}}], "next": after + 1})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    partner, by = cast.partner(channel="api"), cast.advisor()
    url, now = "http://127.0.0.1:8000/", timezone.now()
    return endpoints.add(partner.pk, url, by=by, actor="partner:1", key=cast.key(), now=now).endpoint


@pytest.fixture
def printed(endpoint: WebhookEndpoint) -> Iterator[IO[str]]:
    """Start the example, and let the endpoint lead to it; return what it prints."""
    Feed.asked = []
    feed = HTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=feed.serve_forever, daemon=True).start()
    (secret,) = endpoints.secrets_of(endpoint, timezone.now())
    known = {"WEBHOOK_SECRET": secret, "API": f"http://127.0.0.1:{feed.server_port}", "API_KEY": "nnmkb_proef"}
    example = subprocess.Popen(
        [sys.executable, str(EXAMPLE), "0"],
        env={**os.environ, **known},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert example.stdout is not None
    try:
        port = re.search(r"\d+", example.stdout.readline())
        assert port is not None
        WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{port[0]}/")
        endpoint.refresh_from_db()
        yield example.stdout
    finally:
        example.kill()
        example.wait()
        example.stdout.close()
        feed.shutdown()
        feed.server_close()


def test_the_example_confirms_its_address_and_fetches_what_is_new(endpoint: WebhookEndpoint, printed: IO[str]) -> None:
    assert trying.test(endpoint, actor="partner:1", now=timezone.now()).well
    cast.case("offered")
    row = message(endpoint)
    assert deliver(row, timezone.now()) is Outcome.DONE
    assert printed.readline() == "1 offer.created {}\n"
    assert Feed.asked == [("/events?after=0", "Bearer nnmkb_proef")]
    # The same message once more is taken, and nothing is fetched for it.
    Outgoing.objects.filter(pk=row.pk).update(state="pending")
    deliver(row, timezone.now())
    cast.case("offered")
    second = Outgoing.objects.filter(kind="webhook.event").order_by("-id")[0]
    assert deliver(second, timezone.now()) is Outcome.DONE
    assert printed.readline() == "2 offer.created {}\n"
    assert [path for path, _ in Feed.asked] == ["/events?after=0", "/events?after=1"]
    assert set(WebhookAttempt.objects.values_list("status", flat=True)) == {204}


@pytest.mark.parametrize("wrong", ["played back", "another secret", "changed"])
def test_the_example_refuses_what_is_not_genuine(endpoint: WebhookEndpoint, printed: IO[str], wrong: str) -> None:
    at = timezone.now() - timedelta(minutes=6 if wrong == "played back" else 0)
    secret = webhook_signature.secret(b"x" * 32) if wrong == "another secret" else endpoints.secrets_of(endpoint, at)[0]
    body = messages.of_test("proef", at)
    signed = webhook_signature.headers("msg_1", at, body, [secret])
    sent = body.replace(b"proef", b"anders") if wrong == "changed" else body
    assert sending.post(read(endpoint.url, loopback=True), signed, sent).status == 401
    assert Feed.asked == []


def test_the_example_is_short_enough_to_read() -> None:
    code = [line for line in EXAMPLE.read_text().splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 60
