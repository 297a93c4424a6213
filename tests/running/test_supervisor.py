"""The supervisor of `up`: a child that dies comes back, all stop together, and none outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nnmkb.run.family import AnotherRuns, only_one

ROOT = Path(__file__).resolve().parents[2]
# A child that notes its id, and lives until it is asked to stop or its parent is gone.
CHILD = """
import os, sys, threading
from nnmkb.run.family import leave_with_parent, on_stop
stop = threading.Event()
on_stop(stop.set)
leave_with_parent()
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
stop.wait(60)
"""
PARENT = """
import sys
from nnmkb.run import supervisor
supervisor.RESTART_AFTER = 0.2
line = [sys.executable, "-c", sys.argv[1]]
children = [supervisor.Child(name, [*line, sys.argv[2] + name]) for name in ("1", "2")]
supervisor.Supervisor(children, {}, print).run()
"""


def ids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def wait_for(true) -> None:
    end = time.monotonic() + 15
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Say whether a process runs; one that ended but was not collected yet does not."""
    status = Path(f"/proc/{pid}/stat")
    if not status.parent.exists():
        return False
    return status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def family(tmp_path):
    """A supervisor with two children that run."""
    notes = tmp_path / "child"
    line = [sys.executable, "-c", PARENT, CHILD, str(notes)]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(line, cwd=ROOT, stdout=said, stderr=said)
    one, two = Path(f"{notes}1"), Path(f"{notes}2")
    wait_for(lambda: ids(one) and ids(two))
    yield process, one, two
    process.kill()
    process.wait()
    for pid in ids(one) + ids(two):
        if lives(pid):
            os.kill(pid, signal.SIGKILL)


def test_child_that_dies_is_started_again_and_the_other_is_left_alone(family, tmp_path):
    _, one, two = family
    os.kill(ids(one)[0], signal.SIGKILL)
    wait_for(lambda: len(ids(one)) == 2)
    assert lives(ids(one)[1])
    assert len(ids(two)) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_stop_when_the_supervisor_is_asked_to(family, number):
    process, one, two = family
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not lives(ids(one)[0])
    assert not lives(ids(two)[0])


def test_children_leave_when_the_supervisor_is_killed(family):
    process, one, two = family
    process.kill()
    process.wait()
    wait_for(lambda: not lives(ids(one)[0]) and not lives(ids(two)[0]))
    assert len(ids(one)) == len(ids(two)) == 1


def test_lock_is_for_one_and_free_again_afterwards(tmp_path):
    path = tmp_path / "lock"
    with only_one(path), pytest.raises(AnotherRuns):
        only_one(path)
    only_one(path).close()
    assert path.exists()


def test_server_of_a_test_run_does_not_outlive_it(tmp_path):
    line = (
        "import subprocess, sys, time, signal; from nnmkb.run.family import ends_with_parent;"
        "child = subprocess.Popen(['sleep', '60'], preexec_fn=ends_with_parent(signal.SIGKILL));"
        "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", line, str(tmp_path / "pid")], cwd=ROOT)
    wait_for(lambda: ids(tmp_path / "pid"))
    child = ids(tmp_path / "pid")[0]
    assert lives(child)
    parent.kill()
    parent.wait()
    wait_for(lambda: not lives(child))
    assert not lives(child)
