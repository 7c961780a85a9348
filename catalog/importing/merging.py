"""The rows of a CSV beside the catalogue: what is new, what differs, and writing it. Whole statements on both databases.

The rows stand in a temporary table (`staging`), one column for each field that the file has, and `specs` as a patch:
null takes a name out. A column that the file has not is never looked at. Everything here is within the caller's
transaction and names the host in every statement, for raw SQL knows no scope.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from catalog.importing import staging
from catalog.importing.columns import Columns
from catalog.importing.product_rows import ProductRow
from catalog.importing.staging import is_postgres, plain_column

STAGE = "import_rows"
CATALOGUE = "catalog_masterproduct"
TYPES = {
    "name": "text", "category": "text", "price_jpy": "integer", "stack_height_mm": "numeric(4,1)",
    "events_allowed": "jsonb", "list_status": "text", "valid_from": "date", "valid_until": "date",
}  # fmt: skip
TEXTS = ("name", "category")
"""What is no change when only its width or its form of Unicode differs."""
DEFAULTS = {"name": "''", "category": "''", "events_allowed": "'[]'", "list_status": "''"}
KEY = {
    "row_no": "integer",
    "brand": 'varchar(100) COLLATE "C"',
    "reference": 'varchar(100) COLLATE "C"',
}
FOUND = {"product_id": "bigint", "is_changed": "boolean"}

SPECS_DIFFER = {
    True: """EXISTS (SELECT 1 FROM jsonb_each_text(t.specs) p
        WHERE coalesce(m.specs ->> p.key, '') <> coalesce(p.value, ''))""",
    False: """EXISTS (SELECT 1 FROM json_each(t.specs) p LEFT JOIN json_each(m.specs) s ON s.key = p.key
        WHERE coalesce(CAST(s.value AS text), '') <> coalesce(p.value, ''))""",
}
PATCHED = {True: "jsonb_strip_nulls({old} || t.specs)", False: "json_patch({old}, t.specs)"}


class Merge:
    """One file's rows against one host's catalogue: `stage`, then `look`, then perhaps `write`."""

    def __init__(self, tenant_id: int, columns: Columns) -> None:
        self.tenant_id = tenant_id
        self.fields = [name for name in TYPES if name in columns.fields]
        self.has_specs = bool(columns.specs)

    def stage(self, lines: Iterable[list[ProductRow]]) -> None:
        """Take the rows, batch by batch."""
        types = KEY | {name: TYPES[name] for name in self.fields} | ({"specs": "jsonb"} if self.has_specs else {})
        staging.create(STAGE, types | FOUND)
        with staging.Loader(STAGE, list(types)) as load:
            for batch in lines:
                load([self._cells(line) for line in batch])
        staging.analyse(STAGE)

    def _cells(self, line: ProductRow) -> list[Any]:
        values = [line.values[name] for name in self.fields]
        cells = [json.dumps(value) if isinstance(value, list) else value for value in values]
        if self.has_specs:
            cells.append(json.dumps(line.specs, ensure_ascii=False))
        return [line.number, line.brand, line.reference, *cells]

    def look(self) -> dict[str, int]:
        """Find each row's product, and whether the row would change it: how many new, changed, unchanged."""
        staging.execute(
            f"UPDATE {STAGE} AS t SET product_id = m.id, is_changed = ({self._differs()}) FROM {CATALOGUE} m"
            " WHERE m.tenant_id = %s AND m.brand = t.brand AND m.reference = t.reference",
            [self.tenant_id],
        )
        staging.analyse(STAGE)
        rows, known, changed = staging.fetch(
            f"SELECT count(*), count(product_id), coalesce(sum(CASE WHEN is_changed THEN 1 END), 0) FROM {STAGE}"
        )[0]
        return {"new": rows - known, "changed": changed, "unchanged": known - changed}

    def _differs(self) -> str:
        """A condition on `t`, a row, and `m`, its product."""
        parts = [_unequal(name) for name in self.fields]
        if self.has_specs:
            parts.append(SPECS_DIFFER[is_postgres()])
        return " OR ".join(parts) or "1 = 0"

    def write(self) -> int:
        """Change what differs and add what is new; how many were added, which is all unless somebody was faster."""
        columns = [*self.fields, *(["specs"] if self.has_specs else [])]
        if columns:
            sets = ", ".join(f"{name} = {_kept_or(name, self._new_value(name, 'm.specs'))}" for name in columns)
            staging.execute(
                f"UPDATE {CATALOGUE} AS m SET {sets} FROM {STAGE} t"
                " WHERE m.id = t.product_id AND m.tenant_id = %s AND t.is_changed",
                [self.tenant_id],
            )
        values = [self._new_value(name, "'{}'") for name in (*TYPES, "specs")]
        return staging.execute(
            f"INSERT INTO {CATALOGUE} (tenant_id, brand, reference, {', '.join(TYPES)}, specs)"
            f" SELECT %s, t.brand, t.reference, {', '.join(values)} FROM {STAGE} t WHERE t.product_id IS NULL"
            " ORDER BY t.brand, t.reference ON CONFLICT (tenant_id, brand, reference) DO NOTHING",
            [self.tenant_id],
        )

    def _new_value(self, name: str, old_specs: str) -> str:
        if name == "specs":
            old = f"{old_specs}::jsonb" if is_postgres() and old_specs != "m.specs" else old_specs
            return PATCHED[is_postgres()].format(old=old) if self.has_specs else old
        return f"t.{name}" if name in self.fields else DEFAULTS.get(name, "NULL")

    def changed_with_overrides(self) -> list[int]:
        """Products that the rows change and that somebody corrected: the ones where the two may disagree."""
        return [
            product_id
            for (product_id,) in staging.fetch(
                f"SELECT DISTINCT t.product_id FROM {STAGE} t JOIN catalog_productoverride o"
                " ON o.product_id = t.product_id WHERE t.is_changed ORDER BY t.product_id"
            )
        ]

    def kinds(self) -> dict[int, str]:
        """What each row would do, by its number in the file: new, changed or unchanged."""
        return {
            number: "new" if product_id is None else "changed" if is_changed else "unchanged"
            for number, product_id, is_changed in staging.fetch(f"SELECT row_no, product_id, is_changed FROM {STAGE}")
        }

    def rows(self, condition: str, limit: int) -> Iterator[tuple[Any, ...]]:
        """(brand, reference, product, specs before, patch, fields before …, fields after …) of rows that fulfil the
        condition, in the file's order."""
        specs = "m.specs, t.specs" if self.has_specs else "m.specs, '{}'"
        both = [f"{row}.{name}" for row in ("m", "t") for name in self.fields]
        listed = ", ".join(["t.brand", "t.reference", "t.product_id", specs, *both])
        yield from staging.fetch(
            f"SELECT {listed} FROM {STAGE} t LEFT JOIN {CATALOGUE} m ON m.id = t.product_id"
            f" WHERE {condition} ORDER BY t.row_no LIMIT %s",
            [limit],
        )

    def drop(self) -> None:
        staging.drop(STAGE)


def _kept_or(name: str, value: str) -> str:
    """The new value, but for a text that says the same as the one that is stored."""
    if name not in TEXTS:
        return value
    return f"CASE WHEN {_unequal(name)} THEN {value} ELSE m.{name} END"


def _unequal(name: str) -> str:
    if name in TEXTS:
        return f"(m.{name} <> t.{name} AND {plain_column(f'm.{name}')} <> {plain_column(f't.{name}')})"
    if is_postgres():
        return f"m.{name} IS DISTINCT FROM t.{name}"
    if TYPES[name] == "jsonb":
        return f"json(m.{name}) IS NOT json(t.{name})"
    return f"m.{name} IS NOT t.{name}"
