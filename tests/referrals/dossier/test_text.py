"""The gate in front of the page: controls, directions, scripts the font lacks, endless words, odd links."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import pytest

from referrals.dossier.text import (
    BOX,
    BREAK,
    LONGEST_RUN,
    LONGEST_TEXT,
    covered,
    printable,
    printable_content,
    safe_url,
)

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% include 'x' %}",
    "css": "}</style><style>@import url(http://evil.example/x)",
    "url": "<link rel=attachment href=file:///etc/passwd>",
    "entity": "&lt;b&gt; &amp; &#x202e; &nbsp;",
    "bidi": "abc\u202edcba\u2066x\u2069",
    "null": "a\x00b\x08c\x1bd",
    "surrogate": "a\udc80b",
    "private": "\ue000\uf8ff",
    "zero width": "a\u200b\u200c\u200d\ufeffb",
    "arabic": "شركة الشمال",
    "hebrew": "חברה",
    "chinese": "北荷兰公司",
    "emoji": "Boer 🚜👩‍🌾 & zn",
    "zalgo": "Z" + "\u0351\u0343\u0357" * 60,
    "frisian": "Skûtsje-bouwer Ûs Mem, Ljouwert",
    "greek": "Ελλάδα",
    "cyrillic": "Бауер",
    "vietnamese": "Công ty Đà Nẵng",
    "long word": "x" * 8000,
    "long dashes": "—" * 500,
    "many lines": "\n".join("regel" for _ in range(400)),
    "newlines": "a\r\nb\u2028c\u2029d\te",
    "quotes": 'O\'Neill "& Zn" «B.V.»',
    "path": "../../../../etc/passwd",
    "empty": "",
    "spaces": " " * 3000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_typed_comes_out_in_characters_of_the_font(name: str) -> None:
    made = printable(HOSTILE[name]).text
    assert all(ord(char) in covered() for char in made)
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Co"} for char in made)
    assert len(made.replace(BREAK, "")) <= LONGEST_TEXT + 1
    assert not any(char in made for char in "\u202e\u2066\u2069\ufeff\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_run_without_a_place_to_break_is_longer_than_the_limit(name: str) -> None:
    runs = printable(HOSTILE[name]).text.replace(BREAK, " ").split()
    assert all(len(run) <= LONGEST_RUN for run in runs)


@pytest.mark.parametrize(
    ("name", "replaced"), [("chinese", True), ("emoji", True), ("arabic", True), ("frisian", False)]
)
def test_it_says_whether_a_character_could_not_be_shown(name: str, replaced: bool) -> None:
    assert printable(HOSTILE[name]).replaced is replaced
    assert (BOX in printable(HOSTILE[name]).text) is replaced


@pytest.mark.parametrize("name", ["frisian", "greek", "cyrillic", "vietnamese", "quotes", "markup"])
def test_text_that_can_be_shown_is_left_as_it_is(name: str) -> None:
    assert printable(HOSTILE[name]).text.replace(BREAK, "") == HOSTILE[name]


def test_decomposed_letters_are_composed() -> None:
    assert printable("e\u0301").text == "é"


def test_the_gate_takes_little_time_for_very_much_text() -> None:
    begin = time.process_time()
    printable("x" * 2_000_000)
    printable("e\u0301" * 1_000_000)
    assert time.process_time() - begin < 0.5


def test_the_gate_reaches_every_text_of_a_content_and_leaves_numbers() -> None:
    value: dict[str, Any] = {"a": ["b\u202e", {"c": "公"}], "n": 3, "t": True, "x": None}
    assert printable_content(value) == ({"a": ["b", {"c": BOX}], "n": 3, "t": True, "x": None}, True)
    assert printable_content({"a": "b"}) == ({"a": "b"}, False)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://host/x",
        "//host/x",
        "/x",
        "https://",
        "https://user:secret@host/",
        "http://[::1",
        "",
    ],
)
def test_an_odd_address_is_no_link(url: str) -> None:
    assert safe_url(url) == ""


@pytest.mark.parametrize("url", ["https://noordoverdegrens.example/", "http://127.0.0.1:8000"])
def test_an_ordinary_address_is_a_link(url: str) -> None:
    assert safe_url(url) == url
