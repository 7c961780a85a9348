"""Our own addresses are asked for by name: `reverse` and `{% url %}`. Only the urls.py files spell them out."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).parents[1]
LITERAL = {
    "config/ops/loadtest/rush.py": "a visitor from outside, who knows the site by its published addresses",
    "config/http/maintenance.py": "judges a request before any pattern is looked for, also while no URL conf can be loaded",
    "config/management/commands/seed_staging_min.py": "a hint to whoever types commands",
    "config/management/commands/smoke.py": "asks a running site, perhaps of another version, by its published addresses",
    "config/http/middleware.py": "tells public pages by their beginning before any pattern is looked for",
    "config/runtime/processes.py": "the parent asks its children over HTTP and loads no URL conf",
    "config/telemetry/route.py": "names what a middleware answered before any pattern was looked for",
    "config/settings.py": "LOGIN_URL and STATIC_URL are read before there is a URL conf",
    "config/ops/smoke/desk.py": "asks a running site, perhaps of another version, by its published addresses",
    "config/ops/smoke/lines.py": "asks a running site, perhaps of another version, by its published addresses",
    "config/ops/smoke/people.py": "asks a running site, perhaps of another version, by its published addresses",
    "config/ops/smoke/signin.py": "asks a running site, perhaps of another version, by its published addresses",
    "config/telemetry/timing.py": "leaves out probes before any pattern is looked for",
    "tenants/middleware.py": "the admin's door is held by the beginning of the path, whatever stands behind it",
    "config/env/variables.py": "tells whoever sets a variable which page it concerns",
    "templates/errors/closed.html": "an error page needs no URL conf",
    "templates/errors/page.html": "an error page needs no URL conf",
}


def starts(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    """The first part of every address: `teams`, `admin`, `healthz`."""
    for one in patterns:
        first = str(one.pattern).partition("/")[0]
        if first:
            yield first
        elif isinstance(one, URLResolver):
            yield from starts(one.url_patterns)


OWN = rf"/(?:{'|'.join(sorted(set(starts(get_resolver().url_patterns))))})(?![\w.-])"
SPELLED_OUT = {
    ".html": re.compile(rf"""(?:=["']|["'}}\s]){OWN}|(?:href|action|hx-\w+|data-[\w-]+)=["']/|\{{% link ["']/"""),
    ".txt": re.compile(rf"(?:^|[\s}}]){OWN}"),
    ".js": re.compile(rf"""["'`]{OWN}"""),
}


def texts_of(source: str) -> Iterator[tuple[str, int]]:
    """Every string of a module but its docstrings, with its line; of an f-string the fixed pieces."""
    tree = ast.parse(source)
    said = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value, node.lineno


def spelled_out_in_python(source: str) -> list[int]:
    return [line for text, line in texts_of(source) if re.search(rf"(?:^|\s){OWN}", text)]


def spelled_out_in_page(source: str, kind: str) -> list[int]:
    without_comments = re.sub(r"\{#.*?#\}", "", source)
    return [n for n, line in enumerate(without_comments.splitlines(), 1) if SPELLED_OUT[kind].search(line)]


def found() -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for app in ("config", "tenants", "catalog", "entries"):
        for path in (ROOT / app).rglob("*.py"):
            if path.name != "urls.py" and "migrations" not in path.parts:
                places[str(path.relative_to(ROOT))] = spelled_out_in_python(path.read_text())
    for folder in ("templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SPELLED_OUT:
                places[str(path.relative_to(ROOT))] = spelled_out_in_page(path.read_text(), path.suffix)
    return {place: lines for place, lines in places.items() if lines}


def test_no_address_of_ours_is_spelled_out() -> None:
    wrong = [f"{place}:{line}" for place, lines in found().items() if place not in LITERAL for line in lines]
    assert wrong == []


def test_each_exception_is_still_needed() -> None:
    assert sorted(set(LITERAL) - set(found())) == []


@pytest.mark.parametrize(
    "source",
    [
        'go("/teams/")',
        'go(f"/teams/{pk}/")',
        'go(f"{base}/admin/status/")',
        'go("/auth/login?next=/")',
        'go("/healthz")',
        'go("now at /staff/search")',
    ],
)
def test_one_in_python_is_found(source: str) -> None:
    assert spelled_out_in_python(source) == [1]


@pytest.mark.parametrize(
    "source", ['"""Answers `/teams/`, and /meets/ too."""', 'go("/usr/bin/meets")', 'render("staff/x.html")', 'go("/")']
)
def test_what_is_none_is_let_through(source: str) -> None:
    assert spelled_out_in_python(source) == []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('<a href="/teams/{{ team.pk }}/">', ".html"),
        ("<a href='/'>", ".html"),
        ('<form action="/auth/logout">', ".html"),
        ('<p hx-get="/staff/search">', ".html"),
        ('<form data-romaji="/teams/romaji">', ".html"),
        ("{% link '/meets/' %}", ".html"),
        ("{{ site }}/auth/login", ".txt"),
        ('fetch("/teams/romaji")', ".js"),
    ],
)
def test_one_on_a_page_is_found(source: str, kind: str) -> None:
    assert spelled_out_in_page(source, kind) == [1]
