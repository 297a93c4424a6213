"""The referrals app."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referral, queue and partners."""

    name = "referrals"
    verbose_name = "Doorverwijzing"

    def ready(self) -> None:
        """Register the system check on the libraries of the PDF."""
        import_module("referrals.dossier.check")
