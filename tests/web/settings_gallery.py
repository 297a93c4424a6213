"""The project's settings, cut down to what the look needs: no app with models of its own."""

from nnmkb.settings import *  # noqa: F403
from nnmkb.settings import ROOT, TEMPLATES

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django.contrib.messages",
    "crispy_forms",
    "nnmkb",
    "nnmkb.web",
]
MIDDLEWARE = ["csp.middleware.CSPMiddleware"]
TEMPLATES = [
    TEMPLATES[0]
    | {
        "DIRS": [ROOT / "templates", ROOT / "tests" / "web" / "gallery" / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "nnmkb.context.site"],
        },
    }
]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ROOT_URLCONF = "tests.web.gallery.urls"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
ALLOWED_HOSTS = ["*"]
DEBUG = True
