"""The project's settings, cut down to what the look needs: no app with models of its own."""

from nnmkb.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "crispy_forms",
    "nnmkb",
    "nnmkb.web",
]
ROOT_URLCONF = "tests.web.gallery.urls"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
