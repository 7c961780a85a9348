"""`python -m tests.bench imports`: the SQLite import beside COPY of the same rows into an equally indexed table."""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from catalog.importing.sqlite.sqlite_file import open_old_file
from catalog.importing.staging import POSTGRES_SETTINGS, copy_text
from tenants.models import Tenant

ROWS = [int(number) for number in os.environ.get("BENCH_IMPORT_ROWS", "100000,1000000").split(",")]
COMMAND = "import_master_products_from_sqlite"
LINE = "{:<62} {:>9} {:>8} {:>12} {:>9}"

EQUAL_TABLE = """
CREATE TABLE bench_copy (LIKE catalog_masterproduct INCLUDING ALL);
ALTER TABLE bench_copy DROP CONSTRAINT IF EXISTS bench_copy_id_fkey,
    ALTER COLUMN name SET DEFAULT '', ALTER COLUMN category SET DEFAULT '', ALTER COLUMN events_allowed SET DEFAULT '[]',
    ALTER COLUMN list_status SET DEFAULT '', ALTER COLUMN tenant_id SET DEFAULT {tenant},
    ADD FOREIGN KEY (tenant_id) REFERENCES tenants_tenant DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER bench_added AFTER INSERT ON bench_copy REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_brand_added();
"""


def run() -> None:
    """Each size by itself: the limit, the import, the import again, the limit again."""
    print(LINE.format("what", "rows", "seconds", "rows/s", "peak MB"))
    start = min(_start() for _ in range(3))
    print(LINE.format("the command's process alone (--help)", "", f"{start:.2f}", "", ""), flush=True)
    for rows in ROWS:
        with tempfile.TemporaryDirectory(prefix="nitsys-bench-") as folder:
            old, ready = Path(folder) / "old.db", Path(folder) / "ready.tsv"
            write_old_file(old, rows)
            _write_ready(old, ready)
            _compare(rows, old, ready, start)


def _start() -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "manage.py", COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def _compare(rows: int, old: Path, ready: Path, start: float) -> None:
    tenant = Tenant.objects.create(slug=f"bench-{rows}", name="計測")
    limit = _copy(ready, rows)
    first = _import(tenant, old, rows, "first")
    again = _import(tenant, old, rows, "again")
    limits = [limit, _copy(ready, rows), _copy(ready, rows, tuned=True)]
    copy = (limits[0] + limits[1]) / 2
    print(
        f"    first = {copy / first:.2f} of COPY ({copy / (first - start):.2f} without the process's start; "
        f"{limits[2] / first:.2f} of COPY with the import's settings), again = {copy / again:.2f}",
        flush=True,
    )


def _import(tenant: Tenant, old: Path, rows: int, what: str) -> float:
    """The command as ops run it: a process of its own, with its start-up."""
    _statement("CHECKPOINT")
    command = [sys.executable, "manage.py", COMMAND, "--tenant", str(tenant.pk), "--sqlite", str(old)]
    began = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    expected = f"inserted {rows}, skipped 0" if what == "first" else f"inserted 0, skipped {rows}"
    assert process.returncode == 0, said
    assert expected in said, said
    _print(f"import from SQLite, {what} (with the process's start)", rows, seconds, f"{usage.ru_maxrss / 1024:.0f}")
    return seconds


def _copy(ready: Path, rows: int, *, tuned: bool = False) -> float:
    """The database's own limit: rows that are ready as text, into a table with the same indexes, triggers and key."""
    tenant = Tenant.objects.create(slug=f"copy-{Tenant.objects.count()}", name="計測")
    _statement("DROP TABLE IF EXISTS bench_copy")
    _statement(EQUAL_TABLE.format(tenant=tenant.pk))
    _statement("CHECKPOINT")
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL statement_timeout = 0")
        if tuned:
            for name, value in POSTGRES_SETTINGS.items():
                cursor.execute(f"SET LOCAL {name} = '{value}'")
        with (
            ready.open("rb") as file,
            cursor.copy("COPY bench_copy (brand, reference, price_jpy, specs) FROM STDIN") as copy,
        ):
            while piece := file.read(256 * 1024):
                copy.write(piece)
        cursor.execute("COMMIT")
    seconds = perf_counter() - began
    _print("COPY into an equal table" + (", with the import's settings" if tuned else ""), rows, seconds)
    _statement("DROP TABLE bench_copy")
    return seconds


def _print(what: str, rows: int, seconds: float, peak: str = "") -> None:
    print(LINE.format(what, f"{rows:,}", f"{seconds:.2f}", f"{rows / seconds:,.0f}", peak), flush=True)


def _statement(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(text)


def _write_ready(old: Path, ready: Path) -> None:
    with open_old_file(old) as file, ready.open("wb") as out:
        for chunk in file.chunks(5_000, whole=True):
            out.write(copy_text([(brand, (ref or b"").upper(), price, specs) for brand, ref, price, specs in chunk]))


def write_old_file(path: Path, rows: int) -> None:
    """A catalogue as the old system had it, invented: 200 brands, 17 columns, in no order."""
    names = (
        "brand, reference, price_jpy, case_size_mm, movement, case_material, bracelet_strap, dial_color, "
        "water_resistance_m, buckle, warranty_years, collection, movement_caliber, case_thickness_mm, lug_width_mm, remarks"
    )
    with sqlite3.connect(path) as old:
        old.execute(f"CREATE TABLE master_products (id INTEGER PRIMARY KEY, {names})")
        marks = ", ".join("?" * len(names.split(",")))
        old.executemany(f"INSERT INTO master_products ({names}) VALUES ({marks})", _rows(rows))
    old.close()


def _rows(rows: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(326)
    for number in range(rows):
        mixed = number * 2_654_435_761 % 2**32
        yield (
            f"BRAND{chance.randrange(200):03}", f"Ref-{mixed:010}", chance.randrange(1_000, 500_000),
            chance.choice((36.0, 39.5, 41.0, None)), chance.choice(("自動巻き", "手巻き", "クォーツ")),
            "ステンレススチール", chance.choice(("革ベルト", "ブレスレット", None)),
            chance.choice(("ブラック", "ホワイト", "ブルー")), chance.choice((30, 50, 100)), "フォールディング", 2,
            f"Collection {chance.randrange(50)}", f"Cal.{chance.randrange(9_999)}", 11.5, 20.0,
            chance.choice((None, "限定モデル 箱・保証書付き", "a note")),
        )  # fmt: skip
