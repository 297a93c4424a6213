"""What every test may lean on: append-only guards that step aside for the clean-up between tests, and no network."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker

from intake import policies
from intake.policy import reading
from intake.policy.problems import Problem
from nnmkb.ledger import guards
from tests.sharing import kept

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# Of each generation. A test makes and drops tens of thousands of objects, and next to none in circles.
COLLECT_AFTER = (20_000, 10, 10)
# Files of policies that are kept as they were read.
MOST_FILES = 50


def pytest_collection_finish() -> None:
    """Put what was loaded out of reach of the garbage collector, which would walk through it thousands of times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


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


@pytest.fixture(scope="module")
def rows_for_all(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a fixture of a module makes after this one stays for all tests in it."""
    with kept(django_db_blocker):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """A password costs half a second, on purpose; tests/running/test_settings.py sees to it that the product pays."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def tampering(db: None) -> None:
    """Somebody got round the guard of stored assessments; it is back when the test's transaction is."""
    with connection.cursor() as cursor:
        cursor.execute(guards.emptied_statement(connection.vendor, "intake_assessment", (), (), on=False))


@pytest.fixture(autouse=True, scope="session")
def _whole_files_are_read_once() -> Iterator[None]:
    """A test changes one file of seven, and reading all is most of what it takes; nodes are not changed by readers."""
    original = reading.PolicyFile.__init__
    known: dict[tuple[object, str, str], dict[str, Any]] = {}

    def remembering(self: reading.PolicyFile, name: str, text: str, problems: list[Problem]) -> None:
        key = reading._LOADER, name, text
        if key in known:
            vars(self).update(known[key], problems=problems)
            return
        before = len(problems)
        original(self, name, text, problems)
        if len(problems) == before and len(known) < MOST_FILES:
            known[key] = dict(vars(self))

    reading.PolicyFile.__init__ = remembering  # type: ignore[method-assign]
    yield
    reading.PolicyFile.__init__ = original  # type: ignore[method-assign]


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
