"""The judges of a page: axe for accessibility, a narrow screen for overflow, the Nu checker for HTML."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser import checker

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
# The whole result also has every element that is right, which costs more to hand over than to find.
RUN = """async options => (await axe.run(document, {...options, resultTypes: ["violations"]})).violations.flatMap(
    found => found.nodes.map(node => `${found.id}: ${node.target} ${(node.failureSummary || '').slice(0, 160)}`))"""
WIDTHS = (390, 1440)


def axe_findings(page: Page, options: dict[str, object] = OPTIONS) -> list[str]:
    """Return what axe finds on the page as it is now, with target-size on."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [str(found) for found in page.evaluate(RUN, options)]


def overflow(page: Page) -> list[str]:
    """Return the elements that stick out sideways on a screen of 320 px."""
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= 320 ? [] :
        [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 321)
        .slice(0, 5).map(e => e.tagName + '.' + e.className)"""
    )
    if size:
        page.set_viewport_size(size)
    return [str(name) for name in wide]


def inline_code(html: str) -> list[str]:
    """Return what the content security policy would refuse: inline styles, scripts and event attributes."""
    found = [mark for mark in ("<style", " style=", "javascript:") if mark in html]
    found += [part[:60] for part in html.split("<script")[1:] if " src=" not in part.split(">", 1)[0]]
    return found


def html_findings(pages: dict[str, str]) -> list[str]:
    """Return what the Nu HTML checker says about each of these pages."""
    return [
        f"{name}: {found['message']} «{found.get('extract', '')[:100]}»"
        for name, html in pages.items()
        for found in checker.check(html)
    ]
