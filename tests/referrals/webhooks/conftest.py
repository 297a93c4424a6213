"""A receiver that is trusted, found by a name, and gone after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from referrals.webhooks import looking_up, sending
from tests.referrals.webhooks.receiver import Authority, Receiver


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture(autouse=True)
def _here(authority: Authority, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to this machine, and the authority of the tests is trusted; limits are short."""
    settings.WEBHOOK_LOOPBACK = True
    settings.WEBHOOK_CA_FILE = str(authority.path)
    monkeypatch.setattr(looking_up, "look_up", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(sending, "LONGEST_STEP", 5.0)


@pytest.fixture
def listening() -> Iterator[Callable[[Path | None], Receiver]]:
    """Return what starts a receiver with a certificate."""
    made: list[Receiver] = []

    def start(certificate: Path | None) -> Receiver:
        made.append(Receiver(certificate))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def receiver(authority: Authority, listening: Callable[[Path | None], Receiver]) -> Receiver:
    return listening(authority.server())
