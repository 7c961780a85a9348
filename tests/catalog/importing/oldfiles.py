"""Old SQLite files, invented row by row."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from catalog.fields import OLD_COLUMNS

REF001 = {
    "brand": "TestBrand", "reference": "ref001", "price_jpy": 123456, "case_size_mm": 39.5, "movement": "自動巻き",
    "case_material": "ステンレス", "bracelet_strap": None, "dial_color": "", "water_resistance_m": 100,
    "buckle": " フォールディング ", "warranty_years": 2, "collection": "𠮷野\"\\'\t改行\nあり", "movement_caliber": "Cal.1",
    "case_thickness_mm": 11.0, "lug_width_mm": 20, "remarks": "備考",
}  # fmt: skip
TYPES = {"price_jpy": "INTEGER", "case_size_mm": "REAL", "case_thickness_mm": "REAL", "water_resistance_m": "INTEGER"}


def old_file(
    path: Path,
    rows: Iterable[dict[str, Any]] = (REF001,),
    *,
    columns: Sequence[str] = OLD_COLUMNS,
    table: str = "master_products",
) -> Path:
    """A file as the old system left it. Columns that a row has not are NULL."""
    with sqlite3.connect(path) as connection:
        quoted = ['"' + column.replace('"', '""') + '"' for column in columns]
        kinds = [f"{name} {TYPES.get(column, 'TEXT')}" for name, column in zip(quoted, columns, strict=True)]
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(kinds)})")
        into = f"INSERT INTO {table} ({', '.join(quoted)}) VALUES ({', '.join('?' * len(columns))})"
        connection.executemany(into, ([row.get(column) for column in columns] for row in rows))
    connection.close()
    return path


def keyed(*keys: tuple[Any, Any], **more: Any) -> list[dict[str, Any]]:
    """Rows with these brands and references."""
    return [{"brand": brand, "reference": reference, **more} for brand, reference in keys]
