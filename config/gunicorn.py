"""gunicorn's configuration: `python -m config.runtime.web` is what every deployment starts, and reads this.

Threads keep a slow upload from stalling a process; few connections (processes x threads) keep the queue for a hot
race in the web server and not in PostgreSQL (docs/decisions.md, "Places").
"""

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

try:
    from config.env import ENV
    from config.telemetry.metrics import files
except ImproperlyConfigured as wrong:  # one line that names the variable, not a page of traceback
    sys.exit(f"refused to start: {wrong}")

PLATFORM_PATIENCE = 50
"""Render kills what still runs `maxShutdownDelaySeconds` (60) after SIGTERM; we end before that by ourselves."""
MEMORY = Path("/dev/shm")  # noqa: S108 - no file of ours: gunicorn's signs of life, which a busy disk would hold up

bind = ENV.bind
workers = ENV.web_concurrency
worker_class = "gthread"
threads = ENV.gunicorn_threads
timeout = ENV.gunicorn_timeout
graceful_timeout = min(ENV.gunicorn_timeout, PLATFORM_PATIENCE)
keepalive = 120  # as Render advises: who closes an idle connection first loses the request that is just being sent
preload_app = (
    True  # one import for all processes: half the start-up time, shared memory; nothing connects while importing
)
limit_request_line = 8190  # the most it reads; and a Referer names such an address whole
limit_request_field_size = 2 * limit_request_line
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
control_socket_disable = True
logger_class = "config.telemetry.server_log.GunicornLogger"
# No max_requests: each recycled process would close connections in use (docs/decisions.md).

counters = files.prepare()


def post_worker_init(worker: Any) -> None:
    """Each process writes its timings once a minute, and looks whether the worker is alive."""
    from config.ops.alarms.watch import MINUTE

    MINUTE.start()


def worker_exit(server: Any, worker: Any) -> None:
    """What is left is written when a process ends."""
    from config.ops.alarms.watch import MINUTE

    MINUTE.finish()


def on_exit(server: Any) -> None:
    """The server is over: its folder of counters goes with it."""
    files.remove(counters)
