"""Looks at a page as every judge would, at both widths, and remembers what it saw by name."""

from __future__ import annotations

from playwright.sync_api import Page, Response

from tests.browser.judge import WIDTHS, axe_findings, html_findings, inline_code, overflow


class Inspector:
    """A `look` for the steps: call it on each page and state, then ask for the verdict."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.documents: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.last: dict[Page, Response] = {}

    def follow(self, page: Page) -> Page:
        """Keep the last document that this page got, as it came over the wire."""
        page.on("response", self.keep)
        return page

    def keep(self, response: Response) -> None:
        """Remember a document."""
        if response.request.resource_type == "document" and not 300 <= response.status < 400:
            self.last[response.frame.page] = response

    def __call__(self, page: Page, name: str) -> None:
        """Judge the page as it is now."""
        number = self.seen[name] = self.seen.get(name, 0) + 1
        label = name if number == 1 else f"{name}-{number}"
        if page in self.last:
            html = self.last[page].text()
            self.documents[label] = html
            self.note(label, "inline code", inline_code(html))
        width = (page.viewport_size or {"width": 1440, "height": 900})["width"]
        for size in WIDTHS:
            page.set_viewport_size({"width": size, "height": 900})
            self.note(label, f"axe at {size}", axe_findings(page))
        self.note(label, "sticks out at 320", overflow(page))
        page.set_viewport_size({"width": width, "height": 900})

    def verdict(self) -> list[str]:
        """Return all that any judge found, the HTML checker included."""
        return [*self.findings, *html_findings(self.documents)]

    def note(self, label: str, kind: str, found: list[str]) -> None:
        """Keep what a judge said."""
        self.findings += [f"{label}, {kind}: {what}" for what in found]
