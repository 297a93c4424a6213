"""Writes referrals/api/openapi.json again from the code of the partner API."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from referrals.api import document


class Command(BaseCommand):
    """Write the document; a test says when it is out of date."""

    help = "Schrijf de beschrijving van de partner-API opnieuw."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        document.KEPT.write_text(document.text(), encoding="utf-8")
        self.stdout.write(f"geschreven: {document.KEPT.name}")
