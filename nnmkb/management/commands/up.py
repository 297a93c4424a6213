"""`up`: the whole site on this machine with one command, demo companies included."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nnmkb.run.supervisor import Child, Supervisor
from referrals.dossier.check import PACKAGES, pango_present

MANAGE = (sys.executable, str(settings.ROOT / "manage.py"))
# Sources of the stylesheet and fonts of the dossier: read from the folder, never asked for by a browser.
NOT_SERVED = ("src", "dossier")


class Command(BaseCommand):
    """Prepare, start the web server and the relay, and keep both running until Ctrl-C."""

    help = "Starts the site on this machine, with demo companies. Stop it with Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask where."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="start without demo companies")

    def handle(self, *args: object, **options: Any) -> None:
        """Start, and stay."""
        if settings.PRODUCTION:
            raise CommandError("up is for a laptop. In production, start the services of docker-compose.yml.")
        port: int = options["port"]
        address = f"http://127.0.0.1:{port}"
        self.require_free(port)
        with fresh_static_files():
            call_command("migrate", verbosity=0, interactive=False)
            accounts = "" if options["no_demo"] else call_command("demo", stdout=io.StringIO())
        self.tell(address, accounts or "")
        gunicorn = [sys.executable, "-m", "gunicorn", "nnmkb.wsgi", "--config", "python:nnmkb.run.web"]
        Supervisor(
            children=(
                Child("web", [*gunicorn, "--chdir", str(settings.ROOT), "--bind", f"127.0.0.1:{port}"]),
                Child("relay", [*MANAGE, "relay", "--via", "inline"]),
            ),
            environment={"SITE_URL": os.environ.get("SITE_URL", address)},
            say=self.stderr.write,
        ).run()
        self.stdout.write("Stopped. Nothing is lost: the same command goes on where this one left off.")

    def require_free(self, port: int) -> None:
        """Stop with a clear line when something else has the port."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                text = f"Port {port} is taken. Stop what uses it, or choose another one:"
                raise CommandError(f"{text} python3 manage.py up --port {port + 1}") from error

    def tell(self, address: str, accounts: str) -> None:
        """Say where everything is."""
        lines = [
            "",
            f"  {settings.SITE_NAME} runs at {address}/",
            f"  Sign in (workbench)      {address}/inloggen/",
        ]
        if settings.LOCAL_POST:
            lines.append(f"  All mail, to read here   {address}/post/")
            lines.append("  Be a partner             open the link in the mail «Doorverwijzing …»; a code follows")
            lines.append(f"  … with an account        as below; the code of the second step is at {address}/post/")
        if accounts:
            lines += ["", accounts]
        if not pango_present():
            lines += ["", "  A dossier has no PDF here: Pango is missing. Install it with:"]
            lines.append(f"    sudo apt install {PACKAGES}")
        self.stdout.write("\n".join([*lines, "", "  Stop with Ctrl-C.", ""]))
        self.stdout.flush()


@contextmanager
def fresh_static_files() -> Iterator[None]:
    """Collect and compress the static files beside the work of this block, unless nothing changed since last time."""
    stamp = settings.VAR / "static.stamp"
    now = fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        yield
        return
    ignored = [part for name in NOT_SERVED for part in ("--ignore", name)]
    line = [*MANAGE, "collectstatic", "--noinput", "--clear", "--verbosity", "0", *ignored]
    collecting = subprocess.Popen(line)
    try:
        yield
    finally:
        code = collecting.wait()
    if code:
        raise CommandError("the static files could not be collected.")
    stamp.write_text(now)


def fingerprint() -> str:
    """Return what changes when a static file changes, or Django's own."""
    files = sorted(path for path in (settings.ROOT / "static").rglob("*") if path.is_file())
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr((django.get_version(), facts)).encode()).hexdigest()
