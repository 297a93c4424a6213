"""Settings of gunicorn on the laptop: one process of eight threads, quiet, and gone when `up` is gone."""

from typing import Any

from nnmkb.run.family import leave_with_parent

worker_class = "gthread"
workers = 1
threads = 8
loglevel = "warning"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Watch the parent from the moment the port is open."""
    leave_with_parent()
