"""Which addresses are refused, in every odd spelling, before and after they are looked up."""

from __future__ import annotations

import pytest

from referrals.domain.webhook_address import BadAddress, is_public, read

REFUSED = {
    "http": "http://systeem.nl/",
    "no scheme": "systeem.nl/",
    "ftp": "ftp://systeem.nl/",
    "javascript": "javascript:alert(1)",
    "file": "file:///etc/passwd",
    "empty host": "https:///pad",
    "nothing": "",
    "loopback": "https://127.0.0.1/",
    "loopback, short": "https://127.1/",
    "loopback, octal": "https://0177.0.0.1/",
    "loopback, hexadecimal": "https://0x7f.0.0.1/",
    "loopback, one number": "https://2130706433/",
    "loopback, one hexadecimal number": "https://0x7f000001/",
    "loopback, one octal number": "https://017700000001/",
    "loopback, a dot at the end": "https://127.0.0.1./",
    "loopback, wide digits": "https://１２７.０.０.１/",
    "loopback, circled digits": "https://①②⑦.0.0.1/",
    "loopback, percent": "https://127%2e0%2e0%2e1/",
    "loopback, other dots": "https://127。0。0。1/",
    "zero": "https://0/",
    "zero, long": "https://0.0.0.0/",
    "v6": "https://[::1]/",
    "v6, long": "https://[0:0:0:0:0:0:0:1]/",
    "v6, mapped": "https://[::ffff:127.0.0.1]/",
    "v6, mapped hexadecimal": "https://[::ffff:7f00:1]/",
    "v6, zone": "https://[fe80::1%25eth0]/",
    "v6, public": "https://[2606:4700:4700::1111]/",
    "v6, no brackets": "https://::1/",
    "cloud": "https://169.254.169.254/latest/meta-data/",
    "cloud, hexadecimal": "https://0xA9FEA9FE/",
    "private": "https://10.0.0.5/",
    "public number": "https://8.8.8.8/",
    "localhost": "https://localhost/",
    "localhost, capitals": "https://LOCALHOST/",
    "localhost, a dot": "https://localhost./",
    "localhost, below": "https://systeem.localhost/",
    "localhost, circled": "https://ⓛocalhost/",
    "one word": "https://intranet/",
    "internal": "https://metadata.google.internal/",
    "local": "https://printer.local/",
    "user": "https://kvk@systeem.nl/",
    "user and password": "https://kvk:geheim@systeem.nl/",
    "user that looks like a host": "https://systeem.nl@127.0.0.1/",
    "backslash": "https://systeem.nl\\@127.0.0.1/",
    "backslash instead of slash": "https:\\\\systeem.nl/",
    "fragment": "https://systeem.nl/#@127.0.0.1/",
    "port 22": "https://systeem.nl:22/",
    "port 80": "https://systeem.nl:80/",
    "port 0": "https://systeem.nl:0/",
    "port too large": "https://systeem.nl:70000/",
    "port, not a number": "https://systeem.nl:443a/",
    "port, empty": "https://systeem.nl:/",
    "port, wide digits": "https://systeem.nl:４４３/",
    "space": "https://systeem.nl/a b",
    "new line": "https://systeem.nl/\r\nHost: elders.nl",
    "tab in the name": "https://sys\tteem.nl/",
    "null": "https://systeem.nl\0.elders.nl/",
    "underscore": "https://sys_teem.nl/",
    "hyphen in front": "https://-systeem.nl/",
    "two dots": "https://systeem..nl/",
    "label too long": f"https://{'a' * 64}.nl/",
    "too long": f"https://systeem.nl/{'a' * 500}",
    "letters that two rules read differently": "https://straße.de/",
    "path not ASCII": "https://systeem.nl/é",
    "right to left": "https://systeem\u202e.nl/",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_an_address_that_is_refused_before_it_is_looked_up(text: str) -> None:
    with pytest.raises(BadAddress) as told:
        read(text)
    assert str(told.value).endswith((".", "--."))


@pytest.mark.parametrize("text", [text for text in REFUSED.values() if "127.0.0.1/" not in text])
def test_a_test_site_lets_no_more_through_than_itself(text: str) -> None:
    try:
        found = read(text, loopback=True)
    except BadAddress:
        return
    assert found.host in {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://systeem.nl", "https://systeem.nl/"),
        ("  https://systeem.nl/meldingen ", "https://systeem.nl/meldingen"),
        ("HTTPS://Systeem.NL./Meldingen?a=1&b=%20", "https://systeem.nl/Meldingen?a=1&b=%20"),
        ("https://systeem.nl:443/", "https://systeem.nl/"),
        ("https://systeem.nl:8443/", "https://systeem.nl:8443/"),
        ("https://bücher.de/", "https://xn--bcher-kva.de/"),
        ("https://xn--bcher-kva.de/", "https://xn--bcher-kva.de/"),
        ("https://1systeem.2nl.nl/", "https://1systeem.2nl.nl/"),
        ("https://systeem.nl/@pad:22", "https://systeem.nl/@pad:22"),
    ],
)
def test_an_address_is_kept_in_one_spelling(text: str, url: str) -> None:
    found = read(text)
    assert found.url == url
    assert read(found.url) == found


# fmt: off
NOT_PUBLIC = (
    "2606:4700:4700::1111%1",
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::",
    "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "3fff::1", "5f00::1", "100::1", "2a00:1450:4001:81b:0:5efe:7f00:1",
    "2a00:1450:4001:81b:200:5efe:a00:1", "127.1", "2130706433", "0177.0.0.1", "systeem.nl", "8.8.8",
)
# fmt: on


@pytest.mark.parametrize("place", ["", *NOT_PUBLIC])
def test_a_place_that_no_message_goes_to(place: str) -> None:
    assert not is_public(place)


@pytest.mark.parametrize(
    "place", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2001:200::1", "64:ff9b::808:808"]
)
def test_a_place_of_the_public_internet(place: str) -> None:
    assert is_public(place)
