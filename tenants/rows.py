"""Writing thousands of rows that are there already."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tenants.scope import TenantOwned


def write_columns(rows: Sequence[TenantOwned], names: Sequence[str]) -> None:
    """Save these columns of each row, which must be of one table: `bulk_update`, whose CASE expressions cost Django far more than
    the database takes. Raises ScopeError for a row of another tenant. Has no signals and computes no search key."""
    if not rows:
        return
    for row in rows:
        row.check_scope()
    meta: Any = rows[0]._meta
    quote, fields = connection.ops.quote_name, [meta.get_field(name) for name in names]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {quote(meta.pk.column)} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*_values(row, fields), row.pk] for row in rows])


def _values(row: TenantOwned, fields: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
