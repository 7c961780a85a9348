"""Reading an archive as a stranger would: with unzip's, sha256sum's and a schema's own rules, not with our code."""

import io
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

KNOWN = {"$schema", "type", "properties", "required", "additionalProperties", "items", "title", "format", "const"}
TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
FORMATS: dict[str, Any] = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}


def violations(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where a value breaks its JSON Schema.

    It knows just the words that our schemas use and fails at any other, so nothing passes unread; that is why no
    library is needed.
    """
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "const" in schema:
        return [] if value == schema["const"] else [f"{at}: {value!r}"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(TYPES[kind](value) for kind in kinds):
        return [f"{at}: {value!r} is no {kinds}"]
    found = []
    if "format" in schema and value is not None:
        FORMATS[schema["format"]](value)
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{at}: {name} is missing" for name in schema["required"] if name not in value]
        found += [f"{at}: {name} is unknown" for name in value if name not in schema["properties"]]
        for name in set(value) & set(schema["properties"]):
            found += violations(value[name], schema["properties"][name], f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        found += [
            line for number, one in enumerate(value) for line in violations(one, schema["items"], f"{at}[{number}]")
        ]
    return found


def unpacked(archive: bytes | Path, where: Path) -> Path:
    """All of it, in a folder."""
    with ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive) as bundle:
        assert bundle.testzip() is None
        bundle.extractall(where)
    return where


def sums_hold(folder: Path) -> bool:
    """As the real program says; every file but the list itself has its line."""
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    return done.returncode == 0 and listed == there
