"""Rows that one large SQL statement writes: whoever owns a table says what goes into its columns, as `insert_from`."""

from collections.abc import Mapping

from django.db import models


def insert_from(model: type[models.Model], values: Mapping[str, str], rows: str) -> str:
    """`INSERT … SELECT` of the SQL expressions in `values`, by attribute name, for each row of the FROM clause `rows`.

    Raises ValueError for a name that is no column, and for a column left out that can be neither NULL nor filled by the
    database: a column that is added later is asked for when the site starts, not in the middle of a rush.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    filled = {name for name, field in fields.items() if field.null or field.primary_key or field.has_db_default()}
    wrong = (values.keys() - fields) | (fields.keys() - filled - values.keys())
    if wrong:
        raise ValueError(f"{model.__name__}: {sorted(wrong)}")
    columns = ", ".join(f'"{fields[name].column}"' for name in values)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {", ".join(values.values())} FROM {rows}'
