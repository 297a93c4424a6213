"""The gate in front of the page: controls, directions, scripts the font lacks, endless words, odd links."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from referrals.dossier.text import (
    BOX,
    BREAK,
    LONGEST_RUN,
    LONGEST_TEXT,
    LONGEST_WHOLE,
    LONGEST_WORD,
    OF_SUCH_WORDS,
    covered,
    printable,
    printable_content,
    room,
    safe_url,
    texts,
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
    "hard spaces": "\u00a0".join("abcdefgh" * 40),
    "glue": "\u2060".join("abcdefgh" * 40),
    "script link": "javascript:alert(document.domain)",
    "data link": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "thai": "บริษัทภาคเหนือ",
    "devanagari": "उत्तर कंपनी",
    "endless word": "x" * 50_000,
    "capitals": "W" * 2_000,
    "only boxes": "\U0001f69c" * 400,
    "only controls": "\u200b\u200f\u0000\ufeff",
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


def test_the_gate_looks_at_no_more_of_a_text_than_it_prints() -> None:
    class Counted(str):
        """A text that refuses to be read as a whole."""

        def __iter__(self) -> Any:
            raise AssertionError("the whole text was read")

        def __getitem__(self, part: Any) -> str:
            assert part.stop <= LONGEST_TEXT + 1
            return str.__getitem__(self, part)

    for text in ("x" * 2_000_000, "e\u0301" * 1_000_000, "a b " * 500_000):
        assert len(printable(Counted(text)).text.replace(BREAK, "")) <= LONGEST_TEXT + 1


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007", "\u3000", "\u2003", "\u2028"])
def test_a_hard_space_is_a_place_to_break(space: str) -> None:
    assert printable(space.join("abc")).text == "a b c"


def test_no_tower_of_accents_is_left_but_every_letter_with_its_accents_is() -> None:
    assert printable("Z" + "\u0351" * 300 + "a").text.count("\u0351") + printable("Z\u0351\u0351").text.count(BOX) <= 4
    assert printable("Ắ ệ ộ").text == "Ắ ệ ộ"
    assert printable("a\u0302\u0301").text == "ấ"


def test_a_text_that_is_cut_says_so() -> None:
    assert printable("a " * 400).cut is False
    assert printable("a " * 600).cut is True
    assert printable("a " * 600).text.endswith("a…")
    assert printable_content({"a": "a " * 600}).cut is True


def test_a_text_of_endless_words_is_cut_sooner() -> None:
    assert len(printable("x" * 8_000).text.replace(BREAK, "")) == OF_SUCH_WORDS + 1
    assert len(printable("woord " * 1_000).text) > OF_SUCH_WORDS
    assert printable("x" * LONGEST_WORD + " " + "woord " * 100).cut is False


def test_all_texts_together_stay_within_bounds_and_short_ones_stay_whole() -> None:
    many = {"short": "kort", "long": ["woord " * 1_000] * 500}
    shown = printable_content(many)
    assert shown.content["short"] == "kort"
    assert sum(len(text) for text in texts(shown.content)) <= LONGEST_WHOLE + 500
    assert shown.cut
    assert room({"long": ["woord " * 1_000] * 8}) == LONGEST_TEXT


def test_the_gate_reaches_every_text_of_a_content_and_leaves_numbers() -> None:
    value: dict[str, Any] = {"a": ["b\u202e", {"c": "公"}], "n": 3, "t": True, "x": None}
    assert printable_content(value) == ({"a": ["b", {"c": BOX}], "n": 3, "t": True, "x": None}, True, False)
    assert printable_content({"a": "b"}) == ({"a": "b"}, False, False)


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
