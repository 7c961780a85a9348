"""The walls of the house: docs/house.md says why, this file says where."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ["roster", "meet", "entry", "payment", "parking", "heat", "callroom", "result", "report", "archive", "news"]
APPS = ["tenants", "catalog", "entries", "config"]
ORDERS = {
    "tenants": [
        "upkeep", "audit", "jobs", "throttle", "outbox", "signin", "switches", "incidents", "privacy",
    ],
    "catalog": ["shoes", "overrides", "importing", "drafting", "desk"],
    "entries": ROOMS,
    "entries/entry": ["sheet", "upload", "receipt", "desk"],
    "config": ["env", "telemetry", "http", "runtime", "demo", "ops", "management"],
    "config/ops": [
        "ready", "humanize", "meets", "runs", "checklist", "checklist_command", "alarms", "watching", "env_data", "backups",
        "status", "smoke", "loadtest", "preflight", "switching", "weekly_check", "pre_meet_check", "performance_report",
    ],
}  # fmt: skip
"""The rooms of each folder in their order: each knows the earlier ones."""
SHELVES = ["models", "queries", "rules", "actions"]
DOORS = {"forms", "importer", "views", "admin", "urls", "commands", "tasks", "api"}
PURE = ["entries/marks.py", "entries/roster/romaji.py", "entries/meet/charts.py"]
WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete",
}  # fmt: skip
ACROSS_TENANTS = {
    "config/ops/loadtest/run.py": "a load test looks whether any host's meet takes entries now, and reads the races of its model",
    "config/ops/meets.py": "ops name a meet before its host is known",
    "config/ops/performance_report/rushes.py": "the performance report counts submissions a minute of all hosts' meets",
    "config/ops/pre_meet_check/site.py": "before a meet ops look whether another host opens at the same hour",
    "config/ops/weekly_check/ageing.py": "every week ops look which hosts paused a meet",
    "config/ops/env_data.py": "check_env_data counts the catalogue of every host, for ops who may see the whole database",
    "config/telemetry/metrics/known.py": "/metrics counts the entries of all hosts, for whoever runs the installation",
    "entries/news/queries.py": "home and meet list show the published meets of all hosts",
    "entries/entry/queries.py": "a receipt is found by its reference before its host is known; a team's last meet is its own",
    "entries/entry/receipt/views.py": "a team's list of receipts is its own history, whatever the host",
    "entries/entry/reminders.py": "the worker looks for meets of all hosts that close tomorrow",
    "entries/meet/decorators.py": "the meet of an address is found by slugs before its tenant is known",
    "entries/archive/handing.py": "a person is handed what is stored about them at every host",
    "entries/archive/queries.py": "a team sees in which of its own meets an athlete is entered, whatever the host",
    "entries/archive/erasing.py": "a person is erased at every host at once",
    "tenants/privacy/retention.py": "retention periods hold for every host, and are kept by a command",
    "tenants/outbox/delivery.py": "a mail's text is written from ids in its row, whichever host's it is",
}


def imported(path: Path) -> Iterator[tuple[list[str], int]]:
    """Yield (dotted name in parts, line) for every import, inside functions too; relative ones are resolved."""
    here = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split("."), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level]] if node.level else []
            base += (node.module or "").split(".") if node.module else []
            yield from (([*base, alias.name], node.lineno) for alias in node.names)


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def shelf_of(path: Path) -> str:
    """`receipt_views.py` and `registration_forms.py` are doors as `views.py` and `forms.py` are."""
    last = path.stem.rpartition("_")[2]
    return last if last in DOORS else path.stem


def room_files() -> Iterator[tuple[Path, str, str]]:
    for room in ROOMS:
        for path in sources(f"entries/{room}"):
            yield path, room, shelf_of(path)


def later_rooms_known(folder: str) -> Iterator[str]:
    """Each import in a room of `folder` that names a later room of it."""
    base, rooms = folder.split("/"), ORDERS[folder]
    for number, room in enumerate(rooms):
        paths = (
            [ROOT / folder / f"{room}.py"] if (ROOT / folder / f"{room}.py").exists() else sources(f"{folder}/{room}")
        )
        for path in paths:
            for name, line in imported(path):
                if name[: len(base)] == base and set(name[len(base) : len(base) + 1]) & set(rooms[number + 1 :]):
                    yield f"{path.relative_to(ROOT)}:{line} {room} must not know {name[len(base)]}"


@pytest.mark.parametrize("folder", ORDERS)
def test_rooms_only_look_upstream(folder: str) -> None:
    assert list(later_rooms_known(folder)) == []


@pytest.mark.parametrize("folder", ORDERS)
def test_every_folder_of_rooms_states_their_order(folder: str) -> None:
    """Models and wordings of all rooms are known to the app; whatever else is a package there is a room."""
    packages = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
    assert packages - {"migrations", "formats", "templatetags", "commands"} - {"management"} <= set(ORDERS[folder])


def test_no_room_asks_for_the_models_of_all() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, _, _ in room_files()
        for name, line in imported(path)
        if name[:2] == ["entries", "models"]
    ]
    assert wrong == []


def test_the_core_of_a_room_knows_none_of_its_parts() -> None:
    """Addresses alone are collected from all parts."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} must not know {name[2]}"
        for path in sorted((ROOT / "entries/entry").glob("*.py"))
        if path.stem != "urls"
        for name, line in imported(path)
        if name[:2] == ["entries", "entry"] and set(name[2:3]) & set(ORDERS["entries/entry"])
    ]
    assert wrong == []


def test_what_a_site_runs_with_is_known_to_no_room_of_config() -> None:
    """The files at the root of config stand after all its rooms."""
    rooms = {*ORDERS["config"], "formats"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} must not know config.{name[1]}"
        for room in ORDERS["config"]
        for path in sources(f"config/{room}")
        for name, line in imported(path)
        if name[0] == "config" and len(name) > 1 and name[1] not in rooms
    ]
    assert wrong == []


def test_shelves_only_look_down_and_never_at_a_door() -> None:
    wrong = []
    for path, room, shelf in room_files():
        for name, line in imported(path):
            if name[0] != "entries" or len(name) < 3 or shelf in DOORS or "commands" in path.parts:
                continue
            there = next((part for part in name[2:4] if part in DOORS or part in SHELVES), "")
            above = shelf in SHELVES and name[1] == room and there in SHELVES[SHELVES.index(shelf) + 1 :]
            if there in DOORS or above:
                wrong.append(f"{path.relative_to(ROOT)}:{line} {shelf} must not know {there}")
    assert wrong == []


def test_doors_and_rules_never_write() -> None:
    """By call name, so a view's dict is merged with |=, not .update()."""
    wrong = []
    for path in sources("entries", "catalog", "tenants"):
        if shelf_of(path) in DOORS | {"rules", "queries"} or "commands" in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} writes with .{node.func.attr}()")
    assert wrong == []


def test_apps_only_look_upstream() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {app} must not know {name[0]}"
        for app in APPS
        for path in sources(app)
        for name, line in imported(path)
        if name[0] in APPS and APPS.index(name[0]) > APPS.index(app)
    ]
    assert wrong == []


def test_pure_files_know_no_django() -> None:
    wrong = [
        f"{path}:{line}"
        for path in PURE
        if (ROOT / path).exists()
        for name, line in imported(ROOT / path)
        if name[0] == "django"
    ]
    assert wrong == []


def test_only_config_env_reads_the_environment() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("config", "tenants", "catalog", "entries")
        if str(path.relative_to(ROOT)) not in ("config/env/__init__.py", "config/wsgi.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert wrong == []


def test_nothing_catches_everything() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("config", "tenants", "catalog", "entries")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert wrong == []


def test_each_look_across_tenants_is_argued_for() -> None:
    used = {
        str(path.relative_to(ROOT))
        for path in sources("config", "tenants", "catalog", "entries")
        if path.name != "scope.py" and "across_tenants()" in path.read_text()
    }
    assert used == set(ACROSS_TENANTS)
