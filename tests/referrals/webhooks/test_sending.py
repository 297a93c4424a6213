"""One message over the line: real TLS, a real socket, and receivers that misbehave in every way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from referrals.domain.webhook_address import read
from referrals.webhooks import looking_up, sending
from referrals.webhooks.errors import NotSent
from referrals.webhooks.sending import LARGEST_ANSWER, Answer, post
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.receiver import NAME, YEAR, Authority, Receiver

BODY = b'{"type":"endpoint.test"}'
Start = Callable[[Path | None], Receiver]


def send(to: Receiver, *, longest: float = 5.0, url: str = "") -> Answer:
    return post(read(url or to.url, loopback=True), {"webhook-id": "msg_1"}, BODY, longest=longest)


def why(to: Receiver, *, longest: float = 5.0, url: str = "") -> str:
    with pytest.raises(NotSent) as told:
        send(to, longest=longest, url=url)
    return told.value.code


def test_a_message_arrives_with_its_headers_under_the_name_of_the_receiver(receiver: Receiver) -> None:
    assert send(receiver).status == 200
    (request,) = receiver.requests
    assert request.line == "POST /meldingen?bron=kvk HTTP/1.1"
    assert request.body == BODY
    assert request.headers["host"] == f"{NAME}:{receiver.port}"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert receiver.names == [NAME]


@pytest.mark.parametrize("code", [200, 204, 301, 308, 400, 410, 429, 500, 502])
def test_every_status_is_an_answer_and_none_is_followed(receiver: Receiver, code: int) -> None:
    receiver.answer = answers.status(code, Location=receiver.url, Retry_After="120")
    assert send(receiver) == Answer(code, "120", b"")
    assert len(receiver.requests) == 1


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(receiver).status == 200


# --- certificates -----------------------------------------------------------------------------------------------------


def test_a_certificate_of_another_name_is_refused(authority: Authority, listening: Start) -> None:
    other = listening(authority.server("elders.nl"))
    assert why(other) == "tls"
    assert other.requests == []


def test_a_certificate_that_has_ended_is_refused(authority: Authority, listening: Start) -> None:
    assert why(listening(authority.server(days=-10 * YEAR))) == "tls"


def test_a_certificate_of_an_authority_that_nobody_trusts_is_refused(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_CA_FILE = ""
    assert why(receiver) == "tls"


def test_a_receiver_without_tls_gets_nothing(listening: Start) -> None:
    plain = listening(None)
    plain.first = lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    assert why(plain) == "tls"
    assert plain.requests == []


# --- slow, silent, too much, gone -------------------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def test_a_receiver_that_says_nothing_is_left_after_the_limit(receiver: Receiver) -> None:
    receiver.answer = answers.silence
    told: list[str] = []
    assert timed(lambda: told.append(why(receiver, longest=0.4))) < 2
    assert told == ["timeout"]


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 C"], ids=repr
)
def test_a_receiver_that_drips_its_headers_is_cut(receiver: Receiver, start: bytes) -> None:
    receiver.answer = answers.drip(start)
    assert timed(lambda: why(receiver, longest=0.5)) < 2
    assert why(receiver, longest=0.5) in {"timeout", "garbled"}


def test_an_endless_row_of_go_on_is_cut(receiver: Receiver) -> None:
    receiver.answer = answers.drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
    assert why(receiver, longest=0.5) == "timeout"


def test_who_answered_has_answered_also_when_the_rest_drips(receiver: Receiver) -> None:
    receiver.answer = answers.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    told: list[int] = []
    assert timed(lambda: told.append(send(receiver, longest=0.5).status)) < 2
    assert told == [200]


def test_no_more_than_64_kb_of_an_answer_is_read(receiver: Receiver) -> None:
    receiver.answer = answers.flood
    found = send(receiver)
    assert (found.status, len(found.body)) == (200, LARGEST_ANSWER)


def test_an_answer_that_claims_to_be_packed_is_not_unpacked(receiver: Receiver) -> None:
    receiver.answer = answers.status(200, b"\x1f\x8bnot gzip", Content_Encoding="gzip")
    assert send(receiver).body == b"\x1f\x8bnot gzip"


def test_too_many_headers_are_no_answer(receiver: Receiver) -> None:
    receiver.answer = answers.drip(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200)
    assert why(receiver) == "garbled"


def test_a_line_that_is_dropped_after_the_request_is_no_success(receiver: Receiver) -> None:
    receiver.answer = answers.drop
    assert why(receiver) == "dropped"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("text", [b"niets\r\n\r\n", b"HTTP/1.1 hallo\r\n\r\n", b"\x16\x03\x01\r\n\r\n"], ids=repr)
def test_what_is_not_http_is_no_answer(receiver: Receiver, text: bytes) -> None:
    receiver.answer = lambda request, line: line.sendall(text)
    assert why(receiver) == "garbled"


def test_a_receiver_that_hangs_in_the_middle_of_tls_is_left_after_the_limit(receiver: Receiver) -> None:
    receiver.first = lambda line: time.sleep(1.5)
    assert timed(lambda: why(receiver, longest=0.4)) < 1.4


def test_a_port_that_nobody_listens_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ear:
        port = ear.getsockname()[1]
    with pytest.raises(NotSent, match="connect"):
        post(read(f"https://{NAME}:{port}/"), {}, BODY)


def test_no_timer_runs_on_after_a_message(receiver: Receiver) -> None:
    receiver.answer = answers.drop
    why(receiver, longest=60)
    timers = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for timer in timers:
        timer.join(1)
    assert not any(timer.is_alive() for timer in timers)


# --- where a name leads to --------------------------------------------------------------------------------------------


def leads_to(monkeypatch: pytest.MonkeyPatch, *found: list[str]) -> list[str]:
    """Let a name lead to these places, one list a look-up; return the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return found[min(len(asked), len(found)) - 1]

    monkeypatch.setattr(looking_up, "look_up", look_up)
    return asked


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "fd00:ec2::254", "::ffff:127.0.0.1", "0.0.0.0"]
)
def test_a_name_that_leads_inside_gets_nothing(
    receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    settings.WEBHOOK_LOOPBACK = False
    leads_to(monkeypatch, [place])
    with pytest.raises(NotSent, match="private"):
        post(read(receiver.url), {}, BODY)
    assert receiver.requests == []


def test_one_place_inside_spoils_the_others(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_LOOPBACK = False
    leads_to(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(NotSent, match="private"):
        post(read("https://systeem.nl/"), {}, BODY)


def test_also_a_test_site_sends_nothing_into_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, ["169.254.169.254"])
    with pytest.raises(NotSent, match="private"):
        post(read("https://systeem.nl/"), {}, BODY)


def test_a_name_that_leads_inside_only_the_second_time_is_not_looked_up_twice(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_LOOPBACK = False
    asked = leads_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    reached: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(sending.socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a second look-up"))
    with pytest.raises(NotSent, match="connect"):
        post(read("https://systeem.nl/"), {}, BODY)
    assert (asked, reached) == (["systeem.nl"], [("93.184.216.34", 443)])


def test_the_next_place_of_a_name_is_tried_when_the_first_does_not_listen(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    connect = socket.create_connection

    def refuse(place: tuple[str, int], timeout: float) -> socket.socket:
        if place[0] == "127.0.0.9":
            raise ConnectionRefusedError
        return connect(place, timeout=timeout)

    monkeypatch.setattr(sending.socket, "create_connection", refuse)
    assert send(receiver).status == 200


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    monkeypatch.setattr(looking_up, "look_up", unknown)
    with pytest.raises(NotSent, match="dns"):
        post(read("https://systeem.nl/"), {}, BODY)


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    late = threading.Event()
    monkeypatch.setattr(looking_up, "look_up", lambda host, port: ["127.0.0.1"] if late.wait(10) else [])
    monkeypatch.setattr(sending, "LOOK_UP", 0.1)
    with pytest.raises(NotSent, match="dns"):
        post(read("https://systeem.nl/"), {}, BODY)
    late.set()
