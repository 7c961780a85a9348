"""Requirement G2: an environment that would make a deployment unsafe starts nothing, and the last line says
which variable is wrong.

`UNSAFE` of test_env.py is read in this process; here the same is tried with the processes that a platform starts.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.blueprint import services
from tests.config.env.test_env import PROD, UNSAFE

ROOT = Path(__file__).parents[3]
WEB = services("prod")[0]["startCommand"]
WORKER = services("prod")[1]["startCommand"]
CHECK = "python manage.py check"
TEN = (
    ("DEBUG", {"DEBUG": "True"}, "shows the inside"),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}, "name the hosts"),
    ("SECRET_KEY", {"SECRET_KEY": ""}, "required outside dev"),
    ("SECRET_KEY", {"SECRET_KEY": "canary-short"}, "shorter than 50"),
    ("SECRET_KEY", {"SECRET_KEY": "canary-django-insecure-" + "x7" * 30}, "known sample"),
    ("BASE_URL", {"BASE_URL": "http://canary.example.jp"}, "https://"),
    ("EMAIL_URL", {"EMAIL_URL": "console://canary"}, "nobody would get a mail"),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite:///canary.sqlite3"}, "only PostgreSQL"),
    ("DATABASE_URL", {"DATABASE_URL": ""}, "required outside dev"),
    ("APP_ENV", {"APP_ENV": "", "RENDER": "true"}, "staging or prod"),
    ("APP_ENV", {"APP_ENV": "canary"}, "dev, staging or prod"),
    ("DEBUG_AUTH_LINKS", {"DEBUG_AUTH_LINKS": "1"}, "sign-in links"),
    ("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": "https://*.canary.jp"}, "name the origins"),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "canary"}, "whole number"),
    ("WEB_CONCURRENCY", {"WEB_CONCURRENCY": "canary"}, "whole number"),
    ("GUNICORN_TIMEOUT", {"GUNICORN_TIMEOUT": "canary"}, "whole number"),
    ("SENTRY_DSN", {"SENTRY_DSN": "canary"}, "project's settings"),
    ("CACHE_URL", {"CACHE_URL": "redis://cache.internal:canary"}, "write redis"),
)


def start(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run it as a platform does, for as long as it runs; port 0 would serve on any port that is free."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", f"exec {command}"],
        cwd=ROOT,
        env={"PATH": path, "HOST": "127.0.0.1", **PROD, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", [WEB, CHECK])
def test_none_of_them_starts(command: str) -> None:
    """Started 0 of 18, each for one reason."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda case: start(command, **case[1]), TEN))
    for (name, _change, why), ended in zip(TEN, done, strict=True):
        said = ended.stdout + ended.stderr
        assert ended.returncode == 1, said
        last = said.strip().splitlines()[-1]
        assert re.fullmatch(f"refused to start: {name}: .*{re.escape(why)}.*", last), last
        assert "Traceback" not in said
        assert "canary" not in said, "a value is said"
        assert "Listening at" not in said


def test_a_variable_that_is_set_but_empty_is_left_to_us() -> None:
    """Render keeps a variable whose value was taken out. gunicorn by itself takes "" for a number, and dies of it."""
    (ROOT / "var/static").mkdir(parents=True, exist_ok=True)  # as the build leaves it
    ended = start(f"{WEB} --check-config", WEB_CONCURRENCY="", GUNICORN_TIMEOUT="", PORT="")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_worker_does_not_start_either() -> None:
    ended = start(WORKER, SECRET_KEY="canary-short")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "refused to start: SECRET_KEY: shorter than 50 characters\n"


def test_what_is_tried_for_real_is_what_is_refused_when_read() -> None:
    """Every variable of the eighteen is among the many that test_env.py reads in one process."""
    assert {name for name, _change, _why in TEN} <= {name for name, _change in UNSAFE}


@pytest.mark.parametrize("app_env", ["staging", "prod"])
def test_a_typical_environment_passes_every_check_of_django(app_env: str) -> None:
    """Requirement G1: `check --deploy --fail-level WARNING`, nothing silenced."""
    ended = start("python manage.py check --deploy --fail-level WARNING", APP_ENV=app_env)
    assert (ended.returncode, ended.stdout) == (0, "System check identified no issues (0 silenced).\n"), ended.stderr
