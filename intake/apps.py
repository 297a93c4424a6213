"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Self-assessment and consent."""

    name = "intake"
    verbose_name = "Zelfscan"
