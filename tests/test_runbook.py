"""docs/runbook.md maps every line of both seeds to what does it and to the test that proves it, and nothing is invented."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from config.env.variables import VARIABLES

ROOT = Path(__file__).parents[1]
SEEDS = ("000", "002")
MARKUP = re.compile(r"^(```.*|-{3,}|\|[-|: ]+\||\[!IMPORTANT\])$")
BULLET = re.compile(r"^(#+|[-*>] \[ \]|[-*>]|\d+[.)])\s+")
ROW = re.compile(r"^\| (?P<seed>\d{3}):(?P<line>\d+) \| (?P<text>.*) \| (?P<does>[^|]*) \| (?P<tests>[^|]*) \|$")
NAMED = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """One line of the table."""

    seed: str
    line: int
    text: str
    does: str
    tests: str


def said(line: str) -> str:
    """A seed's line as the table repeats it: without list marks, and with `|` as `/`, which would end a cell."""
    text = line.strip()
    while BULLET.match(text):
        text = BULLET.sub("", text, count=1)
    cells = text.strip("|").split("|") if text.startswith("|") else text.split("|")
    return " / ".join(" ".join(cell.split()) for cell in cells)


def seed_lines(seed: str) -> dict[int, str]:
    """Every line of a seed that says something, by its number."""
    lines = (ROOT / f"docs/seeds/{seed}.txt").read_text().splitlines()
    bare = {number: line.strip().removeprefix("> ") for number, line in enumerate(lines, 1)}
    return {number: said(line) for number, line in bare.items() if line and not MARKUP.match(line)}


@cache
def rows() -> list[Row]:
    lines = (ROOT / "docs/runbook.md").read_text().splitlines()
    found = [match for line in lines if (match := ROW.match(line))]
    return [Row(m["seed"], int(m["line"]), m["text"], m["does"], m["tests"]) for m in found]


@cache
def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def functions(path: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}


def is_command(words: list[str]) -> bool:
    """Whether manage.py knows the command and each of its options."""
    apps = get_commands()
    if words[0] not in apps:
        return False
    app = apps[words[0]]
    command = load_command_class(app, words[0]) if isinstance(app, str) else app
    known = command.create_parser("manage.py", words[0])._option_string_actions
    return all(word.split("=")[0] in known for word in words[1:] if word.startswith("--"))


def is_address(path: str) -> bool:
    try:
        resolve(path.split("?")[0])
    except Resolver404:
        return False
    return True


def exists(name: str) -> bool:
    """Whether a command, address, variable, page or file of the product goes by this name."""
    if name.startswith("manage.py "):
        return is_command(name.split()[1:])
    if name.startswith("/"):
        return is_address(name)
    if re.match(r"[A-Z][A-Z0-9_]{2,}(=|$)", name):
        return name.split("=")[0] in {variable.name for variable in VARIABLES}
    path, _, anchor = name.partition("#")
    return (ROOT / path).exists() and (not anchor or anchor in anchors(path))


def is_test(name: str) -> bool:
    path, _, function = name.partition("::")
    return (ROOT / path).is_file() and function in functions(path)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_line_of_the_seeds_is_missing_and_none_is_invented(seed: str) -> None:
    assert {row.line: row.text for row in rows() if row.seed == seed} == seed_lines(seed)


def test_each_line_stands_once() -> None:
    places = [(row.seed, row.line) for row in rows()]
    assert places == sorted(set(places))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.seed}:{row.line}")
def test_what_does_it_exists(row: Row) -> None:
    names = NAMED.findall(row.does)
    assert names
    assert [name for name in names if not exists(name)] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.seed}:{row.line}")
def test_what_proves_it_exists(row: Row) -> None:
    names = NAMED.findall(row.tests)
    assert names
    assert [name for name in names if not is_test(name)] == []


@pytest.mark.parametrize(
    "name",
    ["manage.py no_such", "manage.py smoke --no-such", "/no/such", "NO_SUCH=1", "docs/no.md", "docs/environment.md#no"],
)
def test_an_invented_name_is_found_out(name: str) -> None:
    assert not exists(name)


def test_every_command_in_the_runbook_exists() -> None:
    """Also in its running text: `manage.py …` in a block of commands or between backquotes."""
    text = (ROOT / "docs/runbook.md").read_text()
    calls = re.findall(r"manage\.py ([a-z_]+(?: --[a-z-]+)*)", text)
    assert len(calls) > 30
    assert [call for call in calls if not is_command(call.split())] == []
