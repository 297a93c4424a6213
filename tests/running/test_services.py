"""docker-compose.yml and Dockerfile: every command, variable and dependency in them exists. No Docker is needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.worker import worker
from django.core.management import get_commands
from gunicorn.config import Config

from nnmkb import settings as real
from nnmkb.celery import app
from nnmkb.ledger import terms
from nnmkb.run.tools import PANGO_PACKAGES
from referrals.dossier import check

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# Which queue each worker serves.
WORKERS = {"worker": "celery", "worker-pdf": "pdf", "worker-webhooks": "webhooks", "worker-house": "house"}
OURS = {"web", *WORKERS, "relay", "migrate"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_all_parts_of_production_are_there(services):
    assert set(services) == {"postgres", "redis", "mail", *OURS}


def test_every_variable_is_one_that_the_settings_read(services):
    text = Path(real.__file__).read_text()
    known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', text))
    for name in OURS:
        assert set(services[name]["environment"]) <= known


def test_what_the_administrator_sets_in_a_file_reaches_every_process_of_ours(services):
    for name in OURS:
        assert services[name]["env_file"] == [{"path": ".env", "required": False}], name
        # What stands here wins: it may only be there to have a value for trying, or be made of others.
        fixed = {"DATABASE_URL", "CELERY_BROKER_URL"}
        for variable, value in services[name]["environment"].items():
            assert variable in fixed or value.startswith(f"${{{variable}:-"), variable


def test_every_variable_is_explained_to_the_administrator():
    told = (ROOT / "docs" / "beheer.md").read_text()
    known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', Path(real.__file__).read_text()))
    assert len(known) > 20
    assert sorted(name for name in known if f"`{name}" not in told) == []


def test_secrets_of_the_administrator_stay_out_of_the_image():
    assert {".env", "var", ".git"} <= set((ROOT / ".dockerignore").read_text().split())


def test_image_can_be_built_with_what_seals(services):
    assert services["web"]["build"]["args"] == {"SEAL": "${SEAL:-no}"}
    assert "ARG SEAL=no" in DOCKERFILE
    assert "--require-hashes -r requirements/seal.txt" in DOCKERFILE


def test_every_command_of_manage_exists(services):
    lines = [services[name].get("command", []) for name in OURS]
    called = {line[2] for line in lines if line[1:2] == ["manage.py"]}
    assert called == {"migrate", "relay"}
    assert called <= set(get_commands())


@pytest.mark.parametrize("name", WORKERS)
def test_worker_finds_the_task_and_serves_its_queue(services, name):
    line = services[name]["command"]
    assert line[:6] == ["celery", "-A", "nnmkb", "worker", "-Q", WORKERS[name]]
    known = {option for parameter in worker.params for option in parameter.opts}
    assert {word for word in line[4:] if word.startswith("-")} <= known
    app.loader.import_default_modules()
    assert "referrals.deliver" in app.tasks


def test_every_queue_has_a_worker():
    assert sorted(WORKERS.values()) == sorted(terms.QUEUES) == sorted(app.amqp.queues)


@pytest.mark.parametrize(
    ("name", "kind"), [("worker", "mail.offer"), ("worker-pdf", "dossier.render"), ("worker-webhooks", "webhook.event")]
)
def test_worker_may_finish_its_delivery_before_it_is_stopped(services, name, kind):
    grace = int(services[name]["stop_grace_period"].removesuffix("s"))
    assert grace > terms.limits_of(kind).hard_s


def test_worker_of_dossiers_works_in_processes_that_are_made_new_now_and_then(services):
    line = services["worker-pdf"]["command"]
    assert line[line.index("--pool") + 1] == "prefork"
    assert line[line.index("--max-tasks-per-child") + 1] == "500"
    assert line[line.index("--max-memory-per-child") + 1] == "250000"


def test_web_does_not_wait_for_redis(services):
    assert set(services["web"]["depends_on"]) == {"migrate"}


def test_redis_keeps_nothing_and_refuses_when_full(services):
    line = services["redis"]["command"]
    assert line[line.index("--save") + 1] == ""
    assert line[line.index("--appendonly") + 1] == "no"
    assert line[line.index("--maxmemory-policy") + 1] == "noeviction"
    assert "volumes" not in services["redis"]


def test_only_the_database_keeps_anything(services):
    assert [name for name, facts in services.items() if "volumes" in facts] == ["postgres"]


def test_nothing_is_open_to_the_outside(services):
    for facts in services.values():
        assert all(port.startswith("127.0.0.1:") for port in facts.get("ports", []))


def test_gunicorn_knows_every_option_of_the_image():
    line = re.search(r"CMD \[(.+)\]", DOCKERFILE)
    assert line
    words = re.findall(r'"([^"]*)"', line[1])
    assert words[:2] == ["gunicorn", "nnmkb.wsgi"]
    chosen = vars(Config().parser().parse_args(words[2:]))
    assert (chosen["worker_class"], chosen["workers"], chosen["threads"]) == ("gthread", 2, 4)


def test_image_runs_as_an_ordinary_user_with_hashed_packages():
    assert "USER nnmkb" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE


def test_image_and_messages_name_the_same_packages_for_the_pdf():
    assert PANGO_PACKAGES == check.PACKAGES
    assert PANGO_PACKAGES in DOCKERFILE
    assert PANGO_PACKAGES in (ROOT / ".ci" / "run").read_text()
