"""Requirements G3, G4, G8: headers on every kind of answer, nothing left lying about, and keys that can be changed."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.test.client import RequestFactory

from tenants.models import User

ROOT = Path(__file__).parents[3]
LEFT_BEHIND = (
    ".git/config", ".git/HEAD", ".env", ".env.prod", ".env.example", "render.yaml", "requirements.txt", "manage.py",
    "config/settings.py", "config/env/__init__.py", "var/nitsys.sqlite3", "nitsys.sqlite3", "db.sqlite3", "backup.sql", "dump.sql",
    "backup.tar.age", "var/backups/", "backups/", "static/", "static/css/", "static/staticfiles.json", "static/../manage.py",
    "static/%2e%2e/manage.py", "static/..%2fmanage.py", "media/", "uploads/", "logs/", "var/log/", "server-status", "phpinfo.php",
    "wp-login.php", "wp-admin/", "xmlrpc.php", "actuator", "actuator/env", "debug", "__debug__/", "console", "swagger",
    "graphql", "admin.php", "config.json", "id_rsa", ".ssh/id_rsa", ".aws/credentials", ".DS_Store", "Dockerfile",
    "docker-compose.yml", "Makefile", "pyproject.toml", "README.md", "docs/", "tests/", ".ci/run", ".htaccess", "web.config",
    "composer.json", "package.json", "node_modules/", "cgi-bin/", "telescope/requests", "_profiler", "metrics/", "styleguide/..",
)  # fmt: skip
SECRETS = re.compile(
    rb"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}|SG\.[\w-]{22}\.[\w-]{43}|sk-ant-api\d\d-[\w-]{40,}|AKIA[0-9A-Z]{16}(?!EXAMPLE)"
    rb"|-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----|ghp_\w{36}|xox[bp]-\d+-\w+|https://[0-9a-f]{32}@o\d+\.ingest"
)

SAMPLE = b"AGE-SECRET-KEY-" + b"1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
"""The key that tests/bench holds in the open: it opens nothing of ours."""


@pytest.fixture
def out_there(settings: Any) -> Client:
    """A browser of a site outside dev, over https."""
    settings.APP_ENV, settings.DEBUG = "prod", False
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/meets/", 200), ("/auth/login", 200), ("/admin/", 302), ("/nowhere", 404), ("/auth/logout", 405),
        ("/?a=%00", 400), ("/healthz", 200), ("/readyz", 200), ("/static/css/tokens.css", 200), ("/auth/request", 404),
    ],
)  # fmt: skip
def test_every_kind_of_answer_has_the_headers(db: None, out_there: Client, path: str, status: int) -> None:
    answer = out_there.get(path, secure=True)
    assert answer.status_code == status
    said = {name: answer.get(name, "") for name in ("Strict-Transport-Security", "X-Content-Type-Options")}
    assert said == {
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static/"):  # no document: nothing in it is run or framed
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_plain_http_goes_to_https(out_there: Client) -> None:
    answer = out_there.get("/meets/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/meets/")


@pytest.mark.parametrize("path", LEFT_BEHIND)
def test_nothing_is_left_lying_about(db: None, out_there: Client, path: str) -> None:
    """Sixty and more addresses that scanners try."""
    assert out_there.get(f"/{path}", secure=True).status_code in (400, 404)


def test_trace_gives_nothing_back(out_there: Client) -> None:
    answer = out_there.generic("TRACE", "/auth/login", secure=True, HTTP_COOKIE="canary=1")
    assert answer.status_code == 405
    assert b"canary" not in answer.content


def test_a_forged_scheme_counts_for_nothing_in_dev() -> None:
    """No proxy stands before a developer's machine, so nobody may speak for one."""
    assert not RequestFactory().get("/", HTTP_X_FORWARDED_PROTO="https").is_secure()


def test_a_new_key_signs_nobody_out(client: Client, baba: User, settings: Any) -> None:
    """Requirement G8: the older key goes into SECRET_KEY_FALLBACKS; without it everybody would be signed out
    (negative control)."""
    client.force_login(baba)
    assert client.get("/teams/").status_code == 200
    older = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new-" * 20, [older]
    assert client.get("/teams/").status_code == 200
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "other-" * 20, []
    assert client.get("/teams/").status_code == 302


def test_no_secret_is_in_the_repository() -> None:
    """What git would publish, for the keys of the services that are used here."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    files = [ROOT / name.decode() for name in names if name]
    assert len(files) > 300
    found = [file for file in files if file.is_file() and SECRETS.search(file.read_bytes().replace(SAMPLE, b""))]
    assert found == []
    assert SECRETS.search(SAMPLE), "the search finds nothing"
