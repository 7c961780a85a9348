"""Requirements C9, I7: imports at the same time, imports that are killed, and people who type meanwhile.
Real processes."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from time import monotonic

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from catalog.importing import actions
from catalog.importing.models import ImportRun
from catalog.importing.staging import IMPORT_LOCK
from catalog.models import BrandCount, MasterProduct
from tenants.jobs import work
from tenants.models import AuditRecord, Tenant, User
from tests.catalog.importing.csvfiles import preview
from tests.catalog.importing.oldfiles import keyed, old_file
from tests.site import ROOT, database_url

ROWS, KILLS = 10_000, 10
CSV_ROWS = 3_000


@pytest.fixture
def old(tmp_path: Path) -> Path:
    rows = keyed(
        *((f"BRAND{number % 50}", f"R{number * 7919 % ROWS:05}") for number in range(ROWS)), remarks="備考" * 20
    )
    return old_file(tmp_path / "old.db", rows)


def start(tenant: Tenant, old: Path) -> "subprocess.Popen[str]":
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url(), "APP_ENV": "dev"}
    command = [sys.executable, "manage.py", "import_master_products_from_sqlite"]
    return subprocess.Popen(
        [*command, "--tenant", tenant.slug, "--sqlite", str(old), "--batch-size", "500"],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def finish(process: "subprocess.Popen[str]") -> str:
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said


def whole(tenant: Tenant) -> None:
    """As after one undisturbed run."""
    found = list(
        MasterProduct.objects.filter(tenant=tenant).order_by("brand", "reference").values_list("brand", "reference")
    )
    assert found == sorted((f"BRAND{number % 50}", f"R{number * 7919 % ROWS:05}") for number in range(ROWS))
    assert sum(BrandCount.objects.filter(tenant=tenant).values_list("products", flat=True)) == ROWS


def wait_until(true: Callable[[], bool], process: "subprocess.Popen[str]", seconds: float = 60) -> None:
    """A bounded wait, which ends early when the process does."""
    ends = monotonic() + seconds
    while not true():
        assert monotonic() < ends, "it did not happen"
        try:
            process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            continue
        assert true(), f"the import ended: {process.stdout.read() if process.stdout else ''}"


def asked(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def is_more_than_none(question: str) -> bool:
    return asked(question) > 0


def waiting_for_a_lock() -> bool:
    return (
        asked("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        > 0
    )


def test_three_imports_at_once_add_each_product_once(nittai: Tenant, old: Path) -> None:
    said = [finish(process) for process in [start(nittai, old) for _ in range(3)]]
    assert sorted(f"inserted {ROWS}," in text for text in said) == [False, False, True]
    assert sum(f"inserted 0, skipped {ROWS}" in text for text in said) == 2
    whole(nittai)
    assert ImportRun.objects.count() == AuditRecord.objects.filter(verb="catalog.imported").count() == 3


def test_a_killed_import_leaves_nothing_and_its_repetition_everything(nittai: Tenant, old: Path) -> None:
    """Ten kills, wherever they fall; at least some of them while rows were on their way."""
    chance, under_way = random.Random(9), 0
    copying = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > "
    for _ in range(KILLS):
        process = start(nittai, old)
        seen = chance.randrange(1, ROWS - 1_000)
        wait_until(partial(is_more_than_none, f"{copying}{seen}"), process)
        process.kill()
        process.communicate(timeout=30)
        under_way += process.returncode == -9
        wait_until_gone()
        assert (MasterProduct.objects.count(), ImportRun.objects.count(), BrandCount.objects.count()) == (0, 0, 0)
    assert under_way == KILLS
    finish(start(nittai, old))
    assert f"inserted 0, skipped {ROWS}" in finish(start(nittai, old))
    whole(nittai)


def wait_until_gone() -> None:
    """Until the server has noticed that the client died."""
    ends = monotonic() + 30
    while asked("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'"):
        assert monotonic() < ends


def test_a_product_that_somebody_adds_meanwhile_stays_theirs(nittai: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as somebody:
        somebody.execute(
            "INSERT INTO catalog_masterproduct (tenant_id, brand, reference, name, category, specs, events_allowed, list_status)"
            " VALUES (%s, 'BRAND0', 'R00000', 'typed', '', '{}', '[]', '')", [nittai.pk],
        )  # fmt: skip
        process = start(nittai, old)
        wait_until(waiting_for_a_lock, process)
        somebody.commit()
    assert f"inserted {ROWS - 1}, skipped 1" in finish(process)
    assert MasterProduct.objects.get(brand="BRAND0", reference="R00000").name == "typed"
    whole(nittai)


def test_imports_of_one_host_wait_for_each_other(nittai: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, nittai.pk])
        process = start(nittai, old)
        wait_until(waiting_for_a_lock, process)
        assert MasterProduct.objects.count() == 0
    finish(process)
    whole(nittai)


def test_imports_of_two_hosts_do_not_wait_for_each_other(nittai: Tenant, chuo: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, chuo.pk])
        finish(start(nittai, old))
    whole(nittai)


def csv(name: str) -> str:
    return "brand,reference,name\n" + "".join(f"A,{number},{name}\n" for number in range(CSV_ROWS))


def test_files_that_are_confirmed_at_once_are_written_one_after_the_other(nittai: Tenant, aoki: User) -> None:
    names = ["first", "second", "third"]
    runs = [actions.confirm(preview(nittai, csv(name), aoki), by=aoki) for name in names]
    together = Barrier(len(runs))

    def write(run: ImportRun) -> None:
        try:
            job = work.claim(at=timezone.now(), only=run.job_id)
            together.wait()
            assert job is not None
            work.run(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(write, runs))
    stored = set(MasterProduct.objects.values_list("name", flat=True))
    assert len(stored) == 1, "of three files of the same products the last one holds, all of it"
    counts = [run.counts for run in ImportRun.objects.order_by("finished_at")]
    assert [(count["new"], count["changed"]) for count in counts] == [(CSV_ROWS, 0), (0, CSV_ROWS), (0, CSV_ROWS)]


def test_an_import_and_a_csv_at_once_do_not_lock_each_other_out(nittai: Tenant, aoki: User, old: Path) -> None:
    content = "brand,reference,name\n" + "".join(f"BRAND{n % 50},R{n * 7919 % ROWS:05},n\n" for n in range(ROWS // 2))
    run = actions.confirm(preview(nittai, content, aoki), by=aoki)
    process = start(nittai, old)
    job = work.claim(at=timezone.now(), only=run.job_id)
    assert job is not None
    work.run(job)
    finish(process)
    whole(nittai)
    assert MasterProduct.objects.filter(name="n").count() == ROWS // 2
