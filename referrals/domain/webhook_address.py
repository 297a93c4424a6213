"""Which address a webhook may go to: read strictly, and never inside a private network, in whatever spelling.

What is read here is what is connected to: no other piece of code takes the text apart again.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

LONGEST = 500
HTTPS_PORT = 443
# Below are the well-known services (ssh, mail, dns, …), which nothing of ours may talk to.
FIRST_FREE_PORT = 1024
LAST_PORT = 65535
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Names that by agreement mean something inside a network; no outsider can have one.
INSIDE = ("localhost", "local", "internal", "localdomain", "lan", "intranet", "home.arpa", "onion")

_SHAPE = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>\[[^\]/?#@\\]*\]|[^:/?#@\\\[\]]*)(?::(?P<port>[0-9]{1,5}))?(?P<target>/[!-~]*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Letters that the old and the new rules for names in other alphabets read differently.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Tunnels and things of the past that carry another address inside, documentation, and anycast relays.
_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadAddress(ValueError):
    """The address cannot be used; the message says in Dutch why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: the name is for TLS and the Host header, and is not looked up a second time."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def url(self) -> str:
        """Return the one spelling of this address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS_PORT if self.scheme == "https" else 80
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.target}"


def read(text: str, *, loopback: bool = False) -> Address:
    """Take an address apart; raises BadAddress. `loopback` lets this machine itself through, for tests."""
    given = text.strip()
    if len(given) > LONGEST:
        raise BadAddress(f"Het adres is te lang. Gebruik hoogstens {LONGEST} tekens.")
    if "#" in given:
        raise BadAddress("Laat alles vanaf # weg: dat deel wordt nooit meegestuurd.")
    found = _SHAPE.fullmatch(given)
    if found is None:
        if "@" in given.partition("://")[2].partition("/")[0]:
            raise BadAddress(
                "Zet geen gebruikersnaam of wachtwoord in het adres. De handtekening bewijst wie wij zijn."
            )
        raise BadAddress("Vul een volledig adres in, zoals https://systeem.voorbeeld.nl/meldingen. Zonder spaties.")
    scheme, target = found["scheme"].lower(), found["target"] or "/"
    host = _host(found["host"], loopback=loopback)
    here = loopback and host in LOOPBACK_NAMES
    if scheme != "https" and not (here and scheme == "http"):
        raise BadAddress("Het adres moet beginnen met https://, zodat niemand kan meelezen.")
    port = int(found["port"]) if found["port"] else HTTPS_PORT if scheme == "https" else 80
    if port != HTTPS_PORT and not FIRST_FREE_PORT <= port <= LAST_PORT:
        raise BadAddress(f"Gebruik poort {HTTPS_PORT}, of een poort van {FIRST_FREE_PORT} tot en met {LAST_PORT}.")
    return Address(scheme, host, port, target)


def host_of(url: str) -> str:
    """Return the name in an address that was read before, to show it by."""
    return url.partition("://")[2].partition("/")[0]


def is_public(text: str) -> bool:
    """Say whether an IP address, as a resolver gives it, is one of the public internet and of one single machine."""
    try:
        found: Ip = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        if found in _TRANSLATED:
            # Networks without IPv4 reach it this way: what counts is the address inside.
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found not in _GLOBAL_V6 or _hides_another(found):
            return False
    if any(found in network for network in _REFUSED if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _hides_another(found: ipaddress.IPv6Address) -> bool:
    """Say whether the second half is that of ISATAP, a tunnel to the IPv4 address at its end."""
    return (int(found) >> 32) & 0xFDFFFFFF == 0x00005EFE


def _host(text: str, *, loopback: bool) -> str:
    name = text.strip("[]").lower()
    if loopback and name in LOOPBACK_NAMES:
        return name
    if text.startswith("["):
        raise BadAddress("Gebruik een naam, zoals systeem.voorbeeld.nl. Een IP-adres kan niet.")
    if not text.isascii():
        name = _in_ascii(name)
    name = name.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # However it is written (decimal, octal, hexadecimal, too short): browsers and libraries read it as a number.
        raise BadAddress("Gebruik een naam, zoals systeem.voorbeeld.nl. Een IP-adres kan niet.")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress("De naam in het adres klopt niet. Gebruik letters, cijfers, streepjes en punten.")
    if len(labels) < 2 or any(name == one or name.endswith(f".{one}") for one in INSIDE):
        raise BadAddress("Deze naam werkt alleen binnen een eigen netwerk. Gebruik een naam die iedereen kan vinden.")
    return name


def _in_ascii(name: str) -> str:
    """Return a name in another alphabet as the internet writes it (xn--…)."""
    try:
        if _AMBIGUOUS & set(name):
            raise UnicodeError
        return name.encode("idna").decode().lower()
    except UnicodeError as error:
        raise BadAddress("Schrijf de naam met gewone letters: vraag uw beheerder om de vorm met xn--.") from error
