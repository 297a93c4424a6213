"""The app that carries the commands of the whole: up, test, check_all."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class NnmkbConfig(AppConfig):
    """Composition: commands and system checks."""

    name = "nnmkb"
    verbose_name = "Noord over de grens"


class ServedFilesConfig(StaticFilesConfig):
    """Static files, without the sources that the stylesheet and the icons are built from."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "src"]
