"""render.yaml as data. It keeps to a plain part of YAML (maps, lists, scalars, aliases), so the suite needs no parser for all of it."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCALARS = {"true": True, "false": False, "[]": []}


def read(text: str) -> dict[str, Any]:
    """The file's maps and lists. Raises ValueError for whatever it does not know."""
    lines = [re.sub(r"\s+#.*$", "", line) for line in text.splitlines() if not re.match(r"\s*(#|$)", line)]
    found, rest = _block([(len(line) - len(line.lstrip()), line.strip()) for line in lines], {})
    if rest:
        raise ValueError(f"not understood: {rest[0][1]}")
    return found


def _block(lines: list[tuple[int, str]], names: dict[str, Any]) -> tuple[Any, list[tuple[int, str]]]:
    """What stands at the first line's depth, and the lines after it."""
    depth = lines[0][0]
    return _items(lines, depth, names) if lines[0][1].startswith("- ") else _map(lines, depth, names)


def _items(lines: list[tuple[int, str]], depth: int, names: dict[str, Any]) -> tuple[Any, list[tuple[int, str]]]:
    found = []
    while lines and lines[0][0] == depth and lines[0][1].startswith("- "):
        item, lines = _map([(depth + 2, lines[0][1][2:]), *lines[1:]], depth + 2, names)
        found.append(item)
    return found, lines


def _map(lines: list[tuple[int, str]], depth: int, names: dict[str, Any]) -> tuple[Any, list[tuple[int, str]]]:
    found: dict[str, Any] = {}
    while lines and lines[0][0] == depth and not lines[0][1].startswith("- "):
        match = re.fullmatch(r"(\w+):(?: (.+))?", lines[0][1])
        if not match or match[1] in found:
            raise ValueError(f"not understood: {lines[0][1]}")
        key, value, lines = match[1], match[2] or "", lines[1:]
        if not value or value.startswith("&"):
            found[key], lines = _block(lines, names)
            names[value[1:]] = found[key]
        else:
            found[key] = names[value[1:]] if value.startswith("*") else _scalar(value)
    return found, lines


def _scalar(text: str) -> Any:
    if text in SCALARS:
        return SCALARS[text]
    if text.isdecimal():
        return int(text)
    if text[0] in "'{[>|!%@`" or ": " in text:
        raise ValueError(f"not understood: {text}")
    return text.strip('"')


BLUEPRINT = read((ROOT / "render.yaml").read_text())


def services(site: str) -> list[dict[str, Any]]:
    """Web service, worker and cron jobs of `staging` or `prod`."""
    group = "nit-sys-staging" if site == "staging" else "nit-sys"
    return [service for service in BLUEPRINT["services"] if {"fromGroup": group} in service["envVars"]]


def values(service: dict[str, Any]) -> dict[str, str]:
    """The variables of a service whose values stand in the file, those of its group included."""
    groups = {group["name"]: group["envVars"] for group in BLUEPRINT["envVarGroups"]}
    given: list[dict[str, Any]] = []
    for variable in service["envVars"]:
        given += groups[variable["fromGroup"]] if "fromGroup" in variable else [variable]
    return {variable["key"]: variable["value"] for variable in given if "value" in variable}


def asked(service: dict[str, Any]) -> set[str]:
    """The variables that Render asks for."""
    return {variable["key"] for variable in service["envVars"] if variable.get("sync") is False}
