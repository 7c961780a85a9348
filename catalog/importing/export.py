"""The catalogue as a file that the import understands."""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from catalog.fields import FIELDS, OLD_COLUMNS
from catalog.importing import staging
from catalog.importing.columns import KEYS, titles_for
from catalog.importing.comparing import as_value
from catalog.values import as_typed
from tenants.files.tables import guarded
from tenants.scope import ALL, ScopeError, current_scope

PAGE = 2_000
NAMES = {
    True: "SELECT DISTINCT jsonb_object_keys(specs) FROM catalog_masterproduct WHERE tenant_id = %s",
    False: "SELECT DISTINCT s.key FROM catalog_masterproduct m, json_each(m.specs) s WHERE m.tenant_id = %s",
}


def export_csv() -> Iterator[bytes]:
    """All products of the host in scope by brand and reference, as CSV in UTF-8 with byte order mark, piece by piece.

    The titles are in the reader's language, which the import understands in any. The scope and the language are those
    of the call, whenever the pieces are asked for. Raises ScopeError outside of one host's scope.
    """
    tenant = current_scope()
    if tenant is None or tenant == ALL:
        raise ScopeError("an export is of one host")
    names = _spec_names(tenant)
    titles = [str(KEYS["brand"][0]), str(KEYS["reference"][0]), *(str(field.label) for field in FIELDS.values())]
    return _pieces(tenant, [*titles, *titles_for(names)], names)


def _spec_names(tenant: int) -> list[str]:
    """Names that any product uses: those of the old files in their order, then the others by name."""
    used = {name for (name,) in staging.fetch(NAMES[staging.is_postgres()], [tenant])}
    return [*(name for name in OLD_COLUMNS if name in used), *sorted(used - set(OLD_COLUMNS))]


def _pieces(tenant: int, titles: list[str], names: list[str]) -> Iterator[bytes]:
    yield codecs.BOM_UTF8 + _csv([titles])
    rows: Sequence[tuple[Any, ...]] = _page(tenant, ("", ""))
    while rows:
        yield _csv(_cells(row, names) for row in rows)
        rows = _page(tenant, rows[-1][:2])


def _page(tenant: int, after: Sequence[Any]) -> list[tuple[Any, ...]]:
    """By key, so that each page is a walk along the index and no cursor stays open."""
    return staging.fetch(
        f"SELECT brand, reference, specs, {', '.join(FIELDS)} FROM catalog_masterproduct"
        " WHERE tenant_id = %s AND (brand, reference) > (%s, %s) ORDER BY brand, reference LIMIT %s",
        [tenant, *after, PAGE],
    )


def _cells(row: tuple[Any, ...], names: list[str]) -> list[str]:
    brand, reference, raw = row[:3]
    specs = json.loads(raw) if isinstance(raw, str) else raw
    fields = [as_typed(as_value(name, value)) for name, value in zip(FIELDS, row[3:], strict=True)]
    return [brand, reference, *fields, *(_spec(specs.get(name)) for name in names)]


def _spec(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _csv(rows: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
