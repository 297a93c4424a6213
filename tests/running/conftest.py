"""Sites of real processes for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nnmkb.run.servers import Redis, find_redis
from tests.running.site import Site


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    """A site as on a laptop: nothing runs yet."""
    made = Site(tmp_path)
    yield made
    made.close()


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A Redis for one test alone, to be killed at will."""
    program = find_redis()
    assert program, "the test command leaves these tests out when Redis is not here"
    server = Redis(program).start()
    yield server
    server.close()


@pytest.fixture
def big_site(transactional_db: None, tmp_path: Path, redis: Redis) -> Iterator[Site]:
    """A site as in production: with a Redis of its own. Nothing runs yet."""
    made = Site(tmp_path, redis.url)
    yield made
    made.close()
