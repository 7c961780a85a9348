"""Parts of references and names on PostgreSQL, in statements whose plan does not depend on statistics.

The table's statistics are those of all hosts together: where one host's references all hold "REF", the planner reads
another host's million products one by one to find none (1.2 s; this way 0.1 s). So a pattern is a sub-select, which the
planner does not look into, and the limit is always the same: a small one would make it hope to find that few soon.

What is too much to show is cut off before it is put in order, as it lies in the table: ordered by the database, a part
that a million products have would be sorted a million long (0.5 s; this way 0.03 s). Shorter answers are complete.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tenants.scope import ALL, ScopeError, current_scope

Row = tuple[str, str, int]
"""Reference, brand, number."""

PARTS = """
SELECT * FROM (
  (SELECT reference, brand, id FROM catalog_masterproduct p
   WHERE tenant_id = %(tenant)s {within} AND ({references}) AND {match} LIMIT %(most)s)
  UNION
  (SELECT reference, brand, id FROM catalog_masterproduct p
   WHERE tenant_id = %(tenant)s {within} AND ({names}) AND {match} LIMIT %(most)s)) p
ORDER BY reference, brand LIMIT %(most)s"""

OF_FEW = """
SELECT reference, brand, id FROM catalog_masterproduct p
WHERE tenant_id = %(tenant)s {within} AND ({references} OR {names}) AND {match} ORDER BY reference, brand LIMIT %(most)s"""

SIMILAR = """
(SELECT reference, brand, id FROM catalog_masterproduct p WHERE tenant_id = %(tenant)s {within} AND ({match})
 ORDER BY reference || '' LIMIT 100)
UNION (SELECT reference, brand, id FROM catalog_masterproduct p
 WHERE tenant_id = %(tenant)s {within} AND reference >= %(text)s ORDER BY reference, brand LIMIT 10)
UNION (SELECT reference, brand, id FROM catalog_masterproduct p
 WHERE tenant_id = %(tenant)s {within} AND reference < %(text)s ORDER BY reference DESC, brand LIMIT 10)"""


def having_parts(
    text: str, names: Sequence[str], *, within: Sequence[str] | None, most: int, is_large: bool
) -> list[Row]:
    """At most `most` products that have `text` in the reference, but not at its beginning, or one of `names` in the name;
    by reference. Where they are few (not `is_large`) all are read, by brand or host: the index of a part that half a
    million other products have takes 180 ms.
    """
    reference, name = ("p.reference", "upper(p.name)") if is_large else ("(p.reference || '')", "(upper(p.name) || '')")
    values = {f"name{n}": f"%{like(one)}%" for n, one in enumerate(names)}
    statement = (PARTS if is_large else OF_FEW).format(
        match="p.reference NOT LIKE %(begins)s",
        within="{within}",
        references=f"{reference} LIKE (SELECT %(holds)s)",
        names=" OR ".join(f"{name} LIKE upper((SELECT %({key})s))" for key in values),
    )
    return _rows(statement, within, {**values, "holds": f"%{like(text)}%", "begins": f"{like(text)}%", "most": most})


def nearly(text: str, gaps: Sequence[tuple[str, str]], *, within: Sequence[str] | None) -> list[Row]:
    """Products whose reference has one of these (head, tail), and the neighbours of `text` in order."""
    values = {f"gap{n}": f"{like(head)}%{like(tail)}" for n, (head, tail) in enumerate(gaps)}
    match = " OR ".join(f"p.reference LIKE (SELECT %({name})s)" for name in values) or "false"
    return _rows(SIMILAR.replace("{match}", match), within, {**values, "text": text})


def like(text: str) -> str:
    """The text as a pattern for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _rows(statement: str, within: Sequence[str] | None, values: dict[str, Any]) -> list[Row]:
    tenant = current_scope()
    if tenant is None or tenant == ALL:
        raise ScopeError("a search is within one host")
    brands = "" if within is None else "AND brand = ANY(%(within)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("{within}", brands), {**values, "tenant": tenant, "within": list(within or ())}
        )
        return cursor.fetchall()
