"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

NAMES = ("SITE_NAME", "SITE_TAGLINE", "SITE_PHONE", "SITE_EMAIL", "SITE_URL", "LOCAL_POST")


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the name and the ways to reach this site."""
    return {name: getattr(settings, name) for name in NAMES}
