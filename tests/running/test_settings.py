"""Settings: production refuses every unsafe value and names it; the laptop starts on none at all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nnmkb import settings as real
from nnmkb.run.checks import PRODUCTION
from nnmkb.run.legs import OWN_SETTINGS

ROOT = Path(__file__).resolve().parents[2]
PRINT = "from nnmkb import settings as s; print(s.{})"


def load(folder: Path, name: str = "MODE", **environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, with only these variables set."""
    known = {key: value for key, value in os.environ.items() if key not in OWN_SETTINGS}
    return subprocess.run(
        [sys.executable, "-c", PRINT.format(name)],
        cwd=ROOT,
        env={**known, "NNMKB_VAR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_values(tmp_path):
    assert load(tmp_path, **PRODUCTION).stdout.strip() == "production"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "too-short"),
        ("SECRET_KEY", None),
        ("SECRET_KEY", real.INSECURE_KEY),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("SITE_URL", "http://noordoverdegrens.example"),
        ("DATABASE_URL", "sqlite:///site.sqlite3"),
        ("DATABASE_URL", None),
        ("CELERY_BROKER_URL", None),
        ("EMAIL_URL", None),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "filemail:///tmp/mail"),
        ("SECOND_FACTOR_FOR_STAFF", "off"),
        ("DEFAULT_FROM_EMAIL", None),
        ("DEFAULT_FROM_EMAIL", "post@noordoverdegrens.example"),
        ("SITE_EMAIL", None),
        ("SITE_PHONE", None),
        ("WEBHOOK_LOOPBACK", "on"),
        ("BOUNCES_URL", "imap://post:x@mail.example/INBOX"),
        ("OUTGOING_LEASE_S", "90"),
        ("OUTGOING_MAX_ATTEMPTS", "0"),
        ("OUTGOING_BACKOFF_SCALE", "0"),
    ],
)
def test_production_refuses_an_unsafe_value_and_names_it(tmp_path, name, value):
    environment = {key: known for key, known in PRODUCTION.items() if key != name}
    if value is not None:
        environment[name] = value
    result = load(tmp_path, **environment)
    assert result.returncode != 0
    complaint = result.stderr.rpartition("ImproperlyConfigured: nnmkb does not start in production with:")[2]
    assert complaint.strip().startswith(f"- {name}:")
    assert complaint.count("\n- ") == 1


def test_passwords_are_kept_in_a_form_that_is_slow_to_guess(tmp_path):
    """The tests themselves use a quick one, so this asks the product."""
    known = {key: value for key, value in os.environ.items() if key not in OWN_SETTINGS}
    ask = "import django; django.setup(); from django.contrib.auth.hashers import get_hasher as h; {}"
    told = subprocess.run(
        [sys.executable, "-c", ask.format("print(h().algorithm, h().iterations)")],
        cwd=ROOT,
        env={**known, "NNMKB_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "nnmkb.settings", **PRODUCTION},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told[0] == "pbkdf2_sha256"
    assert int(told[1]) >= 600_000  # what OWASP asks of this form


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "EMAIL_URL", "SITE_EMAIL", "SITE_PHONE", "DATABASE_URL"])
def test_production_refuses_what_the_compose_file_has_for_trying(tmp_path, name):
    given = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]["environment"][name]
    trying = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", given)
    result = load(tmp_path, **{**PRODUCTION, name: trying})
    told = "POSTGRES_PASSWORD" if name == "DATABASE_URL" else name
    assert result.returncode != 0
    assert re.findall(r"^- (\w+):", result.stderr, re.M) == [told]


def test_production_names_everything_at_once(tmp_path):
    complaint = load(tmp_path, NNMKB_MODE="production").stderr
    assert all(f"- {name}:" in complaint for name in PRODUCTION if name != "NNMKB_MODE")


def test_nothing_that_somebody_set_for_a_site_reaches_the_tests():
    known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', Path(real.__file__).read_text()))
    assert known <= OWN_SETTINGS


def test_unknown_mode_is_refused(tmp_path):
    result = load(tmp_path, NNMKB_MODE="staging")
    assert result.returncode != 0
    assert "laptop or production" in result.stderr


def test_laptop_makes_its_own_key_once_and_keeps_it_to_itself(tmp_path):
    first, second = load(tmp_path, "SECRET_KEY").stdout, load(tmp_path, "SECRET_KEY").stdout
    assert first == second
    assert len(first.strip()) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_letterbox_page_exists_only_without_a_mail_server(tmp_path):
    assert load(tmp_path, "LOCAL_POST").stdout.strip() == "True"
    assert load(tmp_path, "LOCAL_POST", EMAIL_URL="smtp://localhost:25").stdout.strip() == "False"
    assert load(tmp_path, "LOCAL_POST", **PRODUCTION).stdout.strip() == "False"


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_write_ahead_log_is_used_only_where_its_race_was_mended(version, safe):
    assert real.wal_is_safe(version) is safe


def test_sqlite_takes_its_write_lock_at_the_start_of_a_transaction():
    options = real.database("sqlite:///x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]


def test_lease_outlives_the_longest_delivery():
    assert real.OUTGOING_TIME_LIMIT_S < real.CELERY_TASK_TIME_LIMIT < real.OUTGOING_LEASE_S < real.OUTGOING_REQUEUE_S
    assert real.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > real.CELERY_TASK_TIME_LIMIT
