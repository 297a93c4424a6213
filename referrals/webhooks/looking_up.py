"""Where an address leads to: the name is looked up once, and every answer must be of the public internet."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading

from django.conf import settings

from referrals.domain.webhook_address import Address, is_public
from referrals.webhooks.errors import NotSent


def places(address: Address, seconds: float) -> list[str]:
    """Return the IP addresses of a name, all of them allowed; raises NotSent.

    One that is not allowed spoils them all: who mixes inside and outside is up to something, or will be.
    """
    found = _looked_up(address, seconds)
    if not found:
        raise NotSent("dns")
    if not all(is_public(place) or (settings.WEBHOOK_LOOPBACK and _is_here(place)) for place in found):
        raise NotSent("private")
    return found


def look_up(host: str, port: int) -> list[str]:
    """Ask the resolver of this machine."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


def _looked_up(address: Address, seconds: float) -> list[str]:
    """Look a name up within the time: getaddrinfo itself knows none."""
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(look_up(address.host, address.port))
        except (OSError, UnicodeError):
            answer.put([])

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.get(timeout=seconds)
    except queue.Empty:
        return []


def _is_here(place: str) -> bool:
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False
