"""What the documents list exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (?P<rule>[^|]+) \| `(?P<home>[\w.]+)` \| `(?P<test>[\w/.]+)` \|$")


def rules() -> list[re.Match[str]]:
    lines = (ROOT / "docs/rules.md").read_text().splitlines()
    return [found for line in lines if (found := ROW.match(line))]


def test_every_line_of_the_table_is_read() -> None:
    rows = [line for line in (ROOT / "docs/rules.md").read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rules()) == len(rows) > 20


@pytest.mark.parametrize("row", rules(), ids=lambda row: row["home"])
def test_every_rule_in_the_index_exists(row: re.Match[str]) -> None:
    parts = row["home"].split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return
    raise AssertionError(row["home"])


@pytest.mark.parametrize("row", rules(), ids=lambda row: row["home"])
def test_every_rule_in_the_index_has_its_test(row: re.Match[str]) -> None:
    path = ROOT / row["test"]
    assert path.is_file()
    assert "def test_" in path.read_text()


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
