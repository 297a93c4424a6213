"""The app that carries the commands of the whole: up, test, check_all."""

from django.apps import AppConfig


class NnmkbConfig(AppConfig):
    """Composition: commands and system checks."""

    name = "nnmkb"
    verbose_name = "Noord over de grens"
