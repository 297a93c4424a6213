"""The judges themselves: each finds what is wrong, and says on which page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.judge import axe_findings, html_findings, inline_code, overflow

GOOD = (
    '<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><title>Goed</title></head>'
    "<body><main><h1>Goed</h1><p>Ö en ¤, en «een» aanhaling.</p></main></body></html>"
)
UNCLOSED = GOOD.replace("<p>", "<p><div>")
TWICE = GOOD.replace("<p>", '<p id="a"></p><p id="a">')
TINY = 'style="display:block;padding:0;border:0;width:9px;height:9px"'
SMALL = f'<button {TINY} aria-label="a"></button><button {TINY} aria-label="b"></button>'
PICTURE = '<img src="data:," width="30" height="30">'


@pytest.mark.java
def test_html_checker_says_what_is_wrong_on_which_page_and_forgets_it_for_the_next() -> None:
    found = html_findings({"first": GOOD, "second": UNCLOSED, "third": GOOD, "fourth": TWICE, "fifth": GOOD})
    assert {one.partition(":")[0] for one in found} == {"second", "fourth"}
    assert any("Unclosed element “div”" in one for one in found)
    assert next(one for one in found if one.startswith("fourth")).startswith("fourth: Duplicate ID “a”. «")


def test_axe_finds_what_is_wrong_at_once_and_after_the_page_has_changed(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(GOOD)
    assert axe_findings(page) == []
    page.set_content(GOOD.replace("</p>", f"</p>{PICTURE}{SMALL}"))
    found = axe_findings(page)
    assert {one.partition(":")[0] for one in found} == {"image-alt", "target-size"}
    assert len([one for one in found if one.startswith("target-size: button")]) == 2
    page.close()


def test_other_judges_find_a_wide_element_and_inline_code(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(GOOD.replace("</p>", '</p><div class="wide" style="width:400px">x</div>'))
    assert overflow(page) == ["DIV.wide"]
    assert inline_code(page.content()) == [" style="]
    page.close()
