"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """History and outbox."""

    name = "nnmkb.ledger"
    label = "ledger"
    verbose_name = "Geschiedenis en verzending"
