"""Adding durations to the table: one statement for all that a process saw, in whatever order processes come."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from tenants.upkeep.buckets import empty
from tenants.upkeep.models import Timing


@dataclass
class Sums:
    """How long one address or query took within one hour, in milliseconds."""

    hour: datetime
    kind: str
    name: str
    count: int = 0
    failures: int = 0
    total_ms: float = 0.0
    worst_ms: float = 0.0
    buckets: list[int] = field(default_factory=empty)


_SUM_OF_BUCKETS = {
    "postgresql": """(SELECT jsonb_agg(coalesce(a.v, '0')::bigint + coalesce(b.v, '0')::bigint ORDER BY n)
        FROM jsonb_array_elements_text(t.buckets) WITH ORDINALITY a(v, n)
        FULL JOIN jsonb_array_elements_text(excluded.buckets) WITH ORDINALITY b(v, n) USING (n))""",
    "sqlite": """(SELECT json_group_array(coalesce(json_extract(t.buckets, '$[' || key || ']'), 0) + value)
        FROM json_each(excluded.buckets))""",
}
_GREATER = {"postgresql": "greatest", "sqlite": "max"}
_ROW = {"postgresql": "(%s, %s, %s, %s, %s, %s, %s, %s::jsonb)", "sqlite": "(%s, %s, %s, %s, %s, %s, %s, %s)"}


def add(sums: Sequence[Sums]) -> None:
    """Add to what other processes wrote. Rows are locked in the order of their keys, so that nobody waits in a circle."""
    if not sums:
        return
    kind = connection.vendor
    ordered = sorted(sums, key=lambda one: (one.hour, one.kind, one.name))
    field_of = Timing._meta.get_field("hour")
    values: list[Any] = []
    for one in ordered:
        hour = field_of.get_db_prep_value(one.hour, connection)
        values += [hour, one.kind, one.name[:500], one.count, one.failures, one.total_ms, one.worst_ms]
        values.append(json.dumps(one.buckets))
    statement = f"""
        INSERT INTO tenants_timing AS t (hour, kind, name, count, failures, total_ms, worst_ms, buckets)
        VALUES {", ".join([_ROW[kind]] * len(ordered))}
        ON CONFLICT (hour, kind, name) DO UPDATE SET
          count = t.count + excluded.count, failures = t.failures + excluded.failures,
          total_ms = t.total_ms + excluded.total_ms, worst_ms = {_GREATER[kind]}(t.worst_ms, excluded.worst_ms),
          buckets = {_SUM_OF_BUCKETS[kind]}
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
