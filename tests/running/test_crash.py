"""A small run of benchmarks/crash.py: workers, Redis and PostgreSQL are killed, and every delivery arrives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crash import Found, broken_promises
from nnmkb.run.legs import OWN_SETTINGS

pytestmark = [pytest.mark.servers, pytest.mark.postgres]
ROOT = Path(__file__).resolve().parents[2]


def test_killed_workers_and_servers_lose_and_strand_nothing_and_doubles_are_recognisable():
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    line = [sys.executable, "-m", "benchmarks.crash", "--deliveries", "40", "--kills", "8", "--seed", "7", "--json"]
    ran = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout)
    assert (found["lost"], found["stranded"], found["unrecognisable"]) == (0, 0, 0)
    assert found["sent_twice"] <= found["killed_parents"] + found["killed_children"]
    # It was a run of everything: each kind of delivery, each kind of kill, and both servers.
    named = ("mails", "dossiers", "webhooks", "killed_parents", "killed_children", "redis_stops", "postgres_stops")
    assert all(found[name] for name in named), found
    assert found["deliveries"] >= 40


@pytest.mark.parametrize("broken", ["lost", "stranded", "unrecognisable"])
def test_one_delivery_that_is_not_as_promised_is_told(broken: str):
    assert broken_promises(Found(deliveries=200, killed_children=50, **{broken: 1}))


def test_as_many_doubles_as_kills_are_as_promised_and_one_more_is_not():
    assert not broken_promises(Found(deliveries=200, killed_children=3, sent_twice=3))
    assert broken_promises(Found(deliveries=200, killed_children=3, sent_twice=4))
