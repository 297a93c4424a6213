"""Template tags of the workbench."""

from __future__ import annotations

import uuid

from django import template

from referrals.views.bulk_words import CHOICES

register = template.Library()


@register.simple_tag
def fresh_key() -> str:
    """Return an idempotency key for a form: sent twice, it is done once."""
    return str(uuid.uuid4())


@register.simple_tag
def bulk_choices() -> list[tuple[str, str]]:
    """Return what can be done with many referrals at once, as value and words."""
    return CHOICES
