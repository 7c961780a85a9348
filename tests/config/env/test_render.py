"""`render.yaml`, the product and Render's schema agree (https://render.com/docs/blueprint-spec, read in September 2026)."""

import re
from collections import Counter
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from config.env.variables import VARIABLES
from tests.blueprint import BLUEPRINT, asked, read, services, values

COMMON = {
    "type",
    "name",
    "runtime",
    "region",
    "plan",
    "branch",
    "autoDeployTrigger",
    "buildCommand",
    "startCommand",
    "envVars",
}
KEYS = {
    "web": COMMON | {"preDeployCommand", "healthCheckPath", "maxShutdownDelaySeconds"},
    "worker": COMMON | {"preDeployCommand", "maxShutdownDelaySeconds"},
    "cron": COMMON | {"schedule"},
}
PLANS = {"starter", "standard", "pro", "pro plus", "pro max", "pro ultra"}
DATABASE_PLANS = {"basic-256mb", "basic-1gb", "basic-4gb", "pro-4gb", "pro-8gb", "pro-16gb"}
CRON_FIELD = r"(\*|\d+)"
COMMAND = re.compile(r"python manage\.py (\w+)([^&]*)")
SITES = ("staging", "prod")


def all_services() -> list[dict[str, Any]]:
    return BLUEPRINT["services"]


def test_only_what_render_knows_stands_in_it() -> None:
    assert BLUEPRINT.keys() <= {"services", "databases", "envVarGroups"}
    for service in all_services():
        assert service.keys() == KEYS[service["type"]], service["name"]
        assert (service["runtime"], service["region"]) == ("python", "singapore")
        assert service["plan"] in PLANS
        assert service["autoDeployTrigger"] in ("commit", "checksPass", "off")
        assert 1 <= service.get("maxShutdownDelaySeconds", 30) <= 300
        assert service["type"] != "cron" or re.fullmatch(" ".join([CRON_FIELD] * 5), service["schedule"])
    for database in BLUEPRINT["databases"]:
        assert database.keys() == {"name", "region", "plan", "postgresMajorVersion", "ipAllowList"}
        assert database["plan"] in DATABASE_PLANS
        assert database["ipAllowList"] == [], "reached from outside"


@pytest.mark.parametrize("service", all_services(), ids=lambda service: service["name"])
def test_every_variable_exists_and_comes_from_somewhere(service: dict[str, Any]) -> None:
    """Each is a value, asked for, generated, or taken from a database or web service of the same site that has it."""
    known = {variable.name for variable in VARIABLES} | {"PYTHON_VERSION"}
    group = service["envVars"][0]["fromGroup"]
    for variable in service["envVars"][1:]:
        assert variable["key"] in known
        (source,) = variable.keys() - {"key"}
        if source == "fromDatabase":
            assert variable[source] == {"name": f"{group}-db", "property": "connectionString"}
        elif source == "fromService":
            web = next(other for other in all_services() if other["name"] == group)
            assert variable[source] == {"type": "web", "name": group, "envVarKey": variable["key"]}
            assert variable["key"] in asked(web), "Render would find nothing to copy"
        else:
            assert (source, variable[source]) in (("sync", False), ("generateValue", True))
    keys = [variable["key"] for variable in service["envVars"][1:]] + list(values(service))
    assert max(Counter(keys).values()) == 1, "said twice"


def test_no_secret_stands_in_it() -> None:
    """Groups hold plain values: what would be asked for there is silently left out by Render."""
    for group in BLUEPRINT["envVarGroups"]:
        assert all(variable.keys() == {"key", "value"} for variable in group["envVars"])
    given = {key: value for service in all_services() for key, value in values(service).items()}
    assert given.keys() == {"APP_ENV", "PYTHON_VERSION", "BACKUP_S3_PREFIX"}


@pytest.mark.parametrize("site", SITES)
def test_both_sites_have_all_they_need_and_share_nothing(site: str) -> None:
    kinds = Counter(service["type"] for service in services(site))
    assert (kinds["web"], kinds["worker"]) == (1, 1)
    assert {values(service)["APP_ENV"] for service in services(site)} == {site}
    assert len(services("staging")) + len(services("prod")) == len(all_services())
    for service in services(site):
        assert {"APP_ENV", "DATABASE_URL", "SECRET_KEY"} <= values(service).keys() | {
            variable.get("key") for variable in service["envVars"]
        }, service["name"]


@pytest.mark.parametrize("site", SITES)
def test_a_deployment_migrates_first_and_is_asked_whether_it_is_ready(site: str) -> None:
    web, worker = (next(s for s in services(site) if s["type"] == kind) for kind in ("web", "worker"))
    assert web["healthCheckPath"] == "/readyz"
    assert web["preDeployCommand"].startswith("python manage.py migrate --noinput && ")
    assert "migrations --wait" in worker["preDeployCommand"], "new code of the worker on the old schema"
    assert web["startCommand"] == "python -m config.runtime.web"
    assert worker["startCommand"] == "python manage.py run_worker"


def test_production_waits_for_a_person_and_is_backed_up() -> None:
    assert {service["autoDeployTrigger"] for service in services("prod")} == {"off"}
    crons = {
        s["startCommand"].removeprefix("python manage.py "): s["schedule"] for s in services("prod") if "schedule" in s
    }
    assert crons == {
        "backup --scheduled": "0 18 * * *",
        "retention --apply": "30 18 * * *",
        "verify_backup --latest": "0 20 * * 0",
        "weekly_check": "0 22 * * 0",
    }
    assert {"BACKUP_KEY", "BACKUP_S3_BUCKET", "ALARM_EMAILS"} <= asked(services("prod")[0])


def test_the_web_server_ends_before_the_platform_kills_it() -> None:
    from config import gunicorn

    assert gunicorn.graceful_timeout < min(s["maxShutdownDelaySeconds"] for s in all_services() if s["type"] == "web")


def test_the_web_server_keeps_idle_connections_longer_than_any_proxy() -> None:
    """Who closes first loses the request that the other is just sending. Render advises 120 seconds."""
    from config import gunicorn

    assert gunicorn.keepalive >= 120


def test_every_command_in_it_exists_and_knows_its_options() -> None:
    said = {found for service in all_services() for value in service.values() for found in COMMAND.findall(str(value))}
    assert len({name for name, _options in said}) >= 9
    assert {name for name, _options in said} - get_commands().keys() == set()
    for name, options in sorted(said):
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(options.split())  # raises CommandError


@pytest.mark.parametrize(
    "text", ["a: {b: 1}", "a: |\n  b", "a: 'b'", "a:\n  - b: 1\n    - c: 2", "a: 1\na: 2", "nonsense"]
)
def test_what_the_reader_does_not_know_it_refuses(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read(text)
