"""What every test may lean on: append-only guards that step aside for the clean-up between tests, and no network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from intake import policies
from nnmkb.ledger import guards

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def put_guards(*, on: bool) -> None:
    """Put the append-only triggers on or take them off."""
    with connection.cursor() as cursor:
        for table in guards.APPEND_ONLY:
            for sql in guards.statements(connection.vendor, table, on=on):
                cursor.execute(sql)


@pytest.fixture(autouse=True, scope="session")
def _guards_step_aside_for_the_flush() -> Iterator[None]:
    """A transactional test is cleaned up by emptying the tables, which the guards rightly refuse."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        put_guards(on=False)
        try:
            original(self)
        finally:
            put_guards(on=True)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


@pytest.fixture
def tampering(db: None) -> None:
    """Somebody got round the guard of stored assessments; it is back when the test's transaction is."""
    with connection.cursor() as cursor:
        cursor.execute(guards.emptied_statement(connection.vendor, "intake_assessment", (), (), on=False))


@pytest.fixture(autouse=True)
def _every_test_has_its_own_versions() -> Iterator[None]:
    """The database is put back after a test, so what the process knew of its versions is over."""
    yield
    policies.forget()
    cache.clear()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be talked to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
