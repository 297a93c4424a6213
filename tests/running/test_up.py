"""`up` as a newcomer runs it: a working site with demo companies, on an empty folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from nnmkb.run.legs import OWN_SETTINGS
from nnmkb.run.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return 0, ""


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    environment |= {"NNMKB_VAR": str(folder), "NNMKB_NO_VENV": "1"}
    line = [sys.executable, "manage.py", "up", "--port", str(port)]
    return subprocess.Popen(
        line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait_for(true, process) -> None:
    end = time.monotonic() + 60
    while not true():
        assert process.poll() is None
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def up(tmp_path):
    port = free_port()
    process = start(tmp_path, port)
    yield process, port, tmp_path
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    process.stdout.close()


def test_up_ends_in_a_site_with_companies_mail_and_people_to_sign_in(up):
    process, port, folder = up
    wait_for(lambda: ask(port, "/gezond/klaar/")[0] == 200, process)
    assert ask(port, "/")[0] == 200
    wait_for(lambda: ask(port, "/gezond/wachtrij/")[0] == 200, process)
    wait_for(lambda: json.loads(ask(port, "/gezond/wachtrij/")[1])["oldest_due_seconds"] == 0, process)
    wait_for(lambda: len(list((folder / "post").glob("*.eml"))) >= 8, process)
    status, page = ask(port, "/post/")
    assert status == 200
    assert "@firda.example" in page or "doorverwijzing@" in page
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/inloggen/" in said
    assert "adviseur" in said
    assert ask(port, "/")[0] == 0


def test_up_says_which_port_is_taken_and_what_to_do(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start(tmp_path, port)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} is taken" in said
    assert f"up --port {port + 1}" in said
