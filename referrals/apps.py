"""The referrals app."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Referral, queue and partners."""

    name = "referrals"
    verbose_name = "Doorverwijzing"
