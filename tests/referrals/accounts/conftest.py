"""What the tests of accounts share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def cheap_passwords(settings: Any) -> None:
    """A real hash costs half a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
