"""Requirements C9, I7: imports at the same time, imports that are killed, and people who type meanwhile.
Real processes."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from time import monotonic
from uuid import uuid4

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
from tests.forked import Command, begin_forking
from tests.site import database_url

ROWS, KILLS = 10_000, 10
CSV_ROWS = 3_000


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = keyed(
        *((f"BRAND{number % 50}", f"R{number * 7919 % ROWS:05}") for number in range(ROWS)), remarks="備考" * 20
    )
    return old_file(tmp_path_factory.mktemp("old") / "old.db", rows)


@pytest.fixture(scope="module", autouse=True)
def forking(django_db_setup: None) -> None:
    begin_forking()


def start(tenant: Tenant, old: Path) -> Command:
    words = ["import_master_products_from_sqlite", "--tenant", tenant.slug, "--sqlite", str(old), "--batch-size", "500"]
    return Command(*words, out=old.with_name(f"{uuid4()}.out"))


def whole(tenant: Tenant) -> None:
    """As after one undisturbed run."""
    found = list(
        MasterProduct.objects.filter(tenant=tenant).order_by("brand", "reference").values_list("brand", "reference")
    )
    assert found == sorted((f"BRAND{number % 50}", f"R{number * 7919 % ROWS:05}") for number in range(ROWS))
    assert sum(BrandCount.objects.filter(tenant=tenant).values_list("products", flat=True)) == ROWS


def wait_until(true: Callable[[], bool], command: Command, seconds: float = 60) -> None:
    """A bounded wait, which ends early when the process does."""
    ends = monotonic() + seconds
    while not true():
        assert monotonic() < ends, "it did not happen"
        command.process.join(0.01)
        assert command.process.is_alive() or true(), f"the import ended: {command.said}"


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
    said = [command.finish() for command in [start(nittai, old) for _ in range(3)]]
    assert sorted(f"inserted {ROWS}," in text for text in said) == [False, False, True]
    assert sum(f"inserted 0, skipped {ROWS}" in text for text in said) == 2
    whole(nittai)
    assert ImportRun.objects.count() == AuditRecord.objects.filter(verb="catalog.imported").count() == 3


def test_a_killed_import_leaves_nothing_and_its_repetition_everything(nittai: Tenant, old: Path) -> None:
    """Ten kills, wherever they fall; at least some of them while rows were on their way."""
    chance, under_way = random.Random(9), 0
    copying = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > "
    for _ in range(KILLS):
        command = start(nittai, old)
        seen = chance.randrange(1, ROWS - 1_000)
        wait_until(partial(is_more_than_none, f"{copying}{seen}"), command)
        command.kill()
        under_way += command.process.exitcode == -9
        wait_until_gone()
        assert (MasterProduct.objects.count(), ImportRun.objects.count(), BrandCount.objects.count()) == (0, 0, 0)
    assert under_way == KILLS
    start(nittai, old).finish()
    assert f"inserted 0, skipped {ROWS}" in start(nittai, old).finish()
    whole(nittai)


def wait_until_gone() -> None:
    """Until the server has noticed that the client died."""
    ends, ours = monotonic() + 30, "datname = current_database()"
    while asked(f"SELECT count(*) FROM pg_stat_activity WHERE {ours} AND query LIKE 'COPY%' AND state = 'active'"):
        assert monotonic() < ends


def test_a_product_that_somebody_adds_meanwhile_stays_theirs(nittai: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as somebody:
        somebody.execute(
            "INSERT INTO catalog_masterproduct (tenant_id, brand, reference, name, category, specs, events_allowed, list_status)"
            " VALUES (%s, 'BRAND0', 'R00000', 'typed', '', '{}', '[]', '')",
            [nittai.pk],
        )
        command = start(nittai, old)
        wait_until(waiting_for_a_lock, command)
        somebody.commit()
    assert f"inserted {ROWS - 1}, skipped 1" in command.finish()
    assert MasterProduct.objects.get(brand="BRAND0", reference="R00000").name == "typed"
    whole(nittai)


def test_imports_of_one_host_wait_for_each_other(nittai: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, nittai.pk])
        command = start(nittai, old)
        wait_until(waiting_for_a_lock, command)
        assert MasterProduct.objects.count() == 0
    command.finish()
    whole(nittai)


def test_imports_of_two_hosts_do_not_wait_for_each_other(nittai: Tenant, chuo: Tenant, old: Path) -> None:
    with psycopg.connect(database_url()) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, chuo.pk])
        start(nittai, old).finish()
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
    command = start(nittai, old)
    job = work.claim(at=timezone.now(), only=run.job_id)
    assert job is not None
    work.run(job)
    command.finish()
    whole(nittai)
    assert MasterProduct.objects.filter(name="n").count() == ROWS // 2
