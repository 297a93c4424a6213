"""The referrals app."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referral, queue and partners."""

    name = "referrals"
    verbose_name = "Doorverwijzing"

    def ready(self) -> None:
        """Register the system checks: the libraries of the PDF, its seal, and the sweep."""
        import_module("referrals.dossier.check")
        import_module("referrals.dossier.seal")
        import_module("referrals.rounds")
        import_module("referrals.signing_in")
