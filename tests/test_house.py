"""The walls of the house: docs/house.md says why, this file says where."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
ORDERS = {
    found["containers"][0].replace(".", "/"): [
        name for layer in reversed(found["layers"]) for name in layer.split(" : ")
    ]
    for found in CONTRACTS
    if "containers" in found
}
"""The rooms of each folder in their order, as import-linter holds it (`make lint`): each knows the earlier ones."""
SHELVES = ["models", "queries", "rules", "actions"]
DOORS = {"forms", "importer", "views", "admin", "urls", "commands"}
PURE = [
    "tenants/search_key.py", "tenants/kanji_forms.py", "entries/marks.py", "entries/dates.py", "entries/roster/romaji.py", "entries/roster/printing.py",
    "entries/meet/charts.py", "entries/heat/run_time.py",
]  # fmt: skip
ASK_NOTHING = [
    "entries/news/context.py", "entries/meet/standing.py", "entries/meet/gauge.py", "entries/entry/sheet/sheet_layout.py",
    "catalog/shoes/verdict.py", "catalog/desk/context.py", "catalog/drafting/context.py", "catalog/importing/context.py",
]  # fmt: skip
MANAGERS = {"objects", "_default_manager", "_base_manager"}
WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete",
}  # fmt: skip
ACROSS_TENANTS = {
    "config/ops/loadtest/run.py": "a load test looks whether any host's meet takes entries now, and reads the races of its model",
    "config/ops/performance_report/rushes.py": "the performance report counts submissions a minute of all hosts' meets",
    "config/ops/pre_meet_check/site.py": "before a meet ops look whether another host opens at the same hour",
    "config/ops/weekly_check/ageing.py": "every week ops look which hosts paused a meet",
    "config/ops/env_data.py": "check_env_data counts the catalogue of every host, for ops who may see the whole database",
    "config/telemetry/metrics/known.py": "/metrics counts the entries of all hosts, for whoever runs the installation",
    "entries/news/queries.py": "home and meet list show the published meets of all hosts",
    "entries/entry/queries.py": "a receipt is found by its reference before its host is known; a team's last meet is its own",
    "entries/entry/receipt/views.py": "a team's list of receipts is its own history, whatever the host",
    "entries/entry/reminders.py": "the worker looks for meets of all hosts that close tomorrow",
    "entries/meet/recent.py": "the meet of an address is found by slugs before its tenant is known",
    "entries/meet/lookup.py": "ops name a meet before its host is known",
    "entries/archive/subject_access.py": "a person is handed what is stored about them at every host",
    "entries/entry/pending.py": "a guardian stays while the athlete is entered at any host",
    "entries/archive/queries.py": "a team sees in which of its own meets an athlete is entered, whatever the host",
    "entries/archive/erasing.py": "a person is erased at every host at once",
    "tenants/privacy/retention.py": "retention periods hold for every host, and are kept by a command",
    "tenants/outbox/delivery.py": "a mail's text is written from ids in its row, whichever host's it is",
}

KNOWN_TO_THE_ARCHIVE = {
    "exporting.py": {"meet.models": "an archive is of a meet"},
    "purging.py": {"meet.models": "a meet is purged, and notes when"},
    "rules.py": {"meet.models": "a meet is purged when it is over"},
    "actions.py": {"meet.models": "an archive is asked for of a meet"},
    "meet_admin.py": {"meet.desk": "the button on a meet's page"},
    "people_admin.py": {"roster.models": "the page of an athlete"},
    "views.py": {
        "roster.models": "a coach's page of an athlete",
        "roster.decorators": "only the team's members may ask",
    },
}
"""All else the archive reads from what rooms register, so that a new room edits nothing of it."""


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
    """`athlete_views.py` and `product_forms.py` are doors as `views.py` and `forms.py` are."""
    last = path.stem.rpartition("_")[2]
    return last if last in DOORS else path.stem


def room_files() -> Iterator[tuple[Path, str, str]]:
    for room in ORDERS["entries"]:
        for path in sources(f"entries/{room}"):
            yield path, room, shelf_of(path)


@pytest.mark.parametrize("folder", ORDERS)
def test_every_room_has_its_place_in_the_order(folder: str) -> None:
    """Models and wordings of all rooms are known to the app; whatever else is a package there is a room."""
    packages = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
    assert packages - {"migrations", "formats", "templatetags"} <= set(ORDERS[folder])


@pytest.mark.parametrize("folder", ORDERS)
def test_the_page_of_the_house_names_the_order(folder: str) -> None:
    rooms = [
        name for name in ORDERS[folder] if (ROOT / folder / name / "__init__.py").is_file() and name != "templatetags"
    ]
    page = " ".join((ROOT / "docs/house.md").read_text().split())
    assert " ← ".join(rooms) in page


def test_no_room_asks_for_the_models_of_all() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, _, _ in room_files()
        for name, line in imported(path)
        if name[:2] == ["entries", "models"]
    ]
    assert wrong == []


def test_every_file_of_the_core_is_kept_from_the_parts() -> None:
    """Addresses alone are collected from all parts."""
    [contract] = [found for found in CONTRACTS if found["type"] == "forbidden"]
    files = {f"entries.entry.{path.stem}" for path in (ROOT / "entries/entry").glob("*.py")}
    assert files - {"entries.entry.__init__", "entries.entry.urls"} == set(contract["source_modules"])


def test_the_archive_reads_the_records_and_imports_no_room() -> None:
    found: dict[str, set[str]] = {}
    for path in sources("entries/archive"):
        for name, _line in imported(path):
            if name[0] == "entries" and len(name) > 2 and name[1] not in ("records", "archive", "marks"):
                found.setdefault(path.name, set()).add(".".join(name[1:-1]))
    assert found == {file: set(modules) for file, modules in KNOWN_TO_THE_ARCHIVE.items()}


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


def test_pure_files_know_no_django() -> None:
    wrong = [
        f"{path}:{line}"
        for path in PURE
        if (ROOT / path).exists()
        for name, line in imported(ROOT / path)
        if name[0] == "django"
    ]
    assert wrong == []


def asked_by(path: Path) -> Iterator[int]:
    """Lines that name a manager, the connection, or a function of a `queries.py`; its constants are no question."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield node.lineno
    for name, line in imported(path):
        if name[-1] in ("connection", "queries") or (name[-2:-1] == ["queries"] and name[-1].islower()):
            yield line


def test_what_is_handed_loaded_rows_asks_the_database_nothing() -> None:
    """docs/house.md says who asks: these, by name, do not."""
    assert [f"{path}:{line}" for path in ASK_NOTHING for line in asked_by(ROOT / path)] == []
    assert list(asked_by(ROOT / "entries/entry/sheet/context.py")) != []


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
