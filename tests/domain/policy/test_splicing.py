"""One block of regels.yaml is changed and every other byte stays, in files of any layout."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.policy.splicing import MESSAGES, CannotSplice, canonical, with_block, with_new_block, without_block

NEW = "  - code: R-9\n    reden: Nieuw\n"
TEXT = """\
# Bovenaan.
groepen: {}

regels:
  # Over R-1.
  - code: R-1
    reden: Een  # waarom

  - code: R-2
    # Let op.
    als:
      alle:
        - wens: [ja]
        - land: [nl]   # alleen hier
    reden: >
      Een tekst met # geen uitleg
      op twee regels.

  # Over R-3.
  -
    code: R-3
    reden: "Drie
      keer"
  - {code: R-4, reden: Vier}
nog_niet:
- code: NN-1
  tekst: Nog niet.
"""


def codes(text: str, part: str = "regels") -> list[str]:
    return [str(item["code"]) for item in yaml.safe_load(text)[part] or []]


def test_only_the_lines_of_the_block_change() -> None:
    before, after = TEXT.split("  - code: R-2\n")
    after = after[after.index("\n  # Over R-3.") :]
    kept = "  # Let op.\n  # alleen hier\n"
    assert with_block(TEXT, "R-2", NEW) == before + kept + NEW + after


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("R-1", "  - code: R-1\n    reden: Een  # waarom\n", "  # waarom\n" + NEW),
        ("R-3", '  -\n    code: R-3\n    reden: "Drie\n      keer"\n', NEW),
        ("R-4", "  - {code: R-4, reden: Vier}\n", NEW),
    ],
)
def test_blocks_of_every_layout_are_found(code: str, old: str, new: str) -> None:
    assert with_block(TEXT, code, NEW) == TEXT.replace(old, new)


def test_a_block_takes_the_indent_of_its_list() -> None:
    found = with_block(TEXT, "NN-1", "  - code: NN-9\n    tekst: Later.\n", part=MESSAGES)
    assert found == TEXT.replace("- code: NN-1\n  tekst: Nog niet.\n", "- code: NN-9\n  tekst: Later.\n")


def test_a_new_block_comes_right_after_the_one_named_or_first() -> None:
    assert codes(with_new_block(TEXT, "R-2", NEW)) == ["R-1", "R-2", "R-9", "R-3", "R-4"]
    assert with_new_block(TEXT, "R-1", NEW) == TEXT.replace("# waarom\n", f"# waarom\n{NEW}")
    assert codes(with_new_block(TEXT, "", NEW)) == ["R-9", "R-1", "R-2", "R-3", "R-4"]
    assert codes(with_new_block(TEXT, "R-4", NEW)) == ["R-1", "R-2", "R-3", "R-4", "R-9"]


def test_a_block_is_taken_out_and_what_stands_around_it_stays() -> None:
    assert without_block(TEXT, "R-1") == TEXT.replace("  - code: R-1\n    reden: Een  # waarom\n", "")
    assert codes(without_block(TEXT, "R-3")) == ["R-1", "R-2", "R-4"]
    assert "# Over R-3." in without_block(TEXT, "R-3")


def test_a_list_can_become_empty_and_be_filled_again() -> None:
    emptied = without_block(TEXT, "NN-1", part=MESSAGES)
    assert yaml.safe_load(emptied)["nog_niet"] == []
    assert codes(with_new_block(emptied, "", NEW, part=MESSAGES), MESSAGES) == ["R-9"]
    assert codes(with_new_block("regels:   # nog geen\n", "", NEW)) == ["R-9"]
    assert codes(with_new_block("regels: []   # nog geen\n", "", NEW)) == ["R-9"]


def test_line_ends_and_a_missing_last_one_are_respected() -> None:
    windows = TEXT.replace("\n", "\r\n")
    assert with_block(windows, "R-4", NEW) == with_block(TEXT, "R-4", NEW).replace("\n", "\r\n")
    assert with_new_block("regels:\n  - code: R-1", "R-1", NEW) == f"regels:\n  - code: R-1\n{NEW}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("regels: [", "geen geldige YAML"),
        ("", "geen geldige YAML"),
        ("- a", "geen geldige YAML"),
        ("feiten: {}", "precies één keer"),
        ("{regels: []}", "precies één keer"),
        ("regels: [{code: R-1}]", "een lijst"),
        ("regels: {R-1: a}", "een lijst"),
        ("regels: tekst", "een lijst"),
        ("regels:\n  [\n  ]", "op één regel"),
        ("? regels\n: []", "op één regel"),
        ("regels:\n  - code: R-1\n  - code: R-1\n", "meer dan één keer"),
        ("regels:\n  - code: R-2\n", "staat er niet in"),
        ("regels:\n  - R-1\n", "staat er niet in"),
    ],
)
def test_what_cannot_be_changed_says_why(text: str, reason: str) -> None:
    with pytest.raises(CannotSplice, match=reason):
        with_block(text, "R-1", NEW)


COMMENTS = st.sampled_from(["", "\n", "# los\n", "  # in\n", "    # diep\n", "\n\n"])
TAILS = st.sampled_from(
    [
        "    reden: kort\n",
        "    reden: kort # waarom\n",
        "    reden: |\n      regel # tekst\n\n      nog een\n",
        "    reden: >-\n      regel\n       - dieper\n",
        "    reden:\n      los\n      woord\n",
        "    reden: 'a\n      b'\n",
        "    als: {een_van: [{a: [b]},\n      {c: d}]}\n",
        "    als:\n      alle:\n      - a: [b]\n      - c:\n",
        "    voorbeelden: []\n",
        "    reden:\n",
    ]
)
BLOCKS = st.lists(st.tuples(COMMENTS, TAILS, COMMENTS), min_size=1, max_size=5)


def laid_out(blocks: list[tuple[str, str, str]], *, skip: int = -1) -> str:
    several = [
        f"{before}  - code: R-{number}\n{tail}{after}" if number != skip else before + after
        for number, (before, tail, after) in enumerate(blocks)
    ]
    return f"feiten: {{}}\nregels:\n{''.join(several)}# Tot slot\nnog_niet: []\n"


@settings(max_examples=200, deadline=None)
@given(BLOCKS, st.data())
def test_in_any_layout_the_other_blocks_keep_their_text(
    blocks: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    text, at = laid_out(blocks), data.draw(st.integers(0, len(blocks) - 1))
    meant = yaml.safe_load(text)
    code = f"R-{at}"
    changed = yaml.safe_load(with_block(text, code, NEW))
    assert changed["regels"][at] == {"code": "R-9", "reden": "Nieuw"}
    assert [item for item in changed["regels"] if item["code"] != "R-9"] == [
        item for item in meant["regels"] if item["code"] != code
    ]
    assert codes(with_new_block(text, code, NEW)) == [
        *(item["code"] for item in meant["regels"][: at + 1]),
        "R-9",
        *(item["code"] for item in meant["regels"][at + 1 :]),
    ]
    if len(blocks) > 1:
        assert without_block(text, code).replace("\n", "") == laid_out(blocks, skip=at).replace("\n", "")


def test_canonical_texts_differ_in_line_ends_and_trailing_blanks_only() -> None:
    texts = {"regels.yaml": "\ufeffa: b  \r\n# uitleg\t\r\n\r\n\r\n", "catalogus.yaml": "a: b"}
    found = canonical(texts)
    assert list(found) == ["catalogus.yaml", "regels.yaml"]
    assert found == {"catalogus.yaml": "a: b\n", "regels.yaml": "a: b\n# uitleg\n"}
    assert canonical(found) == found
