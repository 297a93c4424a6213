"""The published policies, read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from intake.policy import Policy, load_policy


@cache
def read(folder: Path) -> Policy:
    """Return the policy of a folder; it never changes while the process runs."""
    return load_policy(folder)


def policy(name: str = "") -> Policy:
    """Return the policy of this name; without one, the policy in force."""
    return read(Path(settings.POLICY_ROOT) / (name or settings.POLICY_NAME))
