"""The organizer's list of entries at 15,000 and 150,000 entries of one host: what it costs, and how that grows.

Beside it stands what Django's own changelist costs for the same rows: making the cells of fifty rows.
"""

import json
import logging
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter, process_time

import psycopg
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers, results
from django.db import connection
from django.test import Client, RequestFactory

from tests.bench.growth import Size, fill

RUNS = 15
SIZES = (15_000, 150_000)
SHEETS = 125
"""Of twenty entries, in each meet."""
LINE = "{:<58} {:>12} {:>12} {:>9}"


def run() -> None:
    """Fill both sizes, each measured in a process of its own; print milliseconds and the exponent of growth."""
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    found: list[dict[str, float]] = []
    for entries in SIZES:
        name = f"desk_{entries}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            link.execute(f"CREATE DATABASE {name}")
        env = {**os.environ, "DATABASE_URL": f"{server}/{name}"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=env)
        command = [sys.executable, "-m", "tests.bench.desk", str(entries)]
        out = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True).stdout
        found.append(json.loads(out.splitlines()[-1]))
    print(LINE.format(f"organizer's list, median of {RUNS}, ms", *(f"{size:,}" for size in SIZES), "exponent"))
    for name in found[0]:
        few, many = found[0][name], found[1][name]
        exponent = math.log(many / few, SIZES[1] / SIZES[0])
        print(LINE.format(name, f"{few:.1f}", f"{many:.1f}", f"{exponent:.2f}"), flush=True)


def one_size(entries: int) -> None:
    """In a process of its own: fill, measure, and print what was found as the last line."""
    import django

    django.setup()
    logging.disable(logging.INFO)
    from entries.meet.models import NO_LINE, Race
    from tenants.models import Role, Tenant, User
    from tenants.scope import across_tenants

    meets = entries // (SHEETS * 20)
    fill(Size("desk", 1, meets, 400, SHEETS))
    with across_tenants():  # half of each race waits, so that every page counts positions
        Race.objects.filter(line=NO_LINE).update(line=150, places=150)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE entries_race")
    host = Tenant.objects.get(pk=1)
    organizer = User.objects.create_user("organizer@example.com", "x", name="o", role=Role.ORGANIZER, tenant=host)
    client = Client()
    client.force_login(organizer)
    pages = {
        "all": "", "of one meet": "?meet=2", "of the oldest meet": f"?meet={meets}", "who wait in one": "?meet=2&state=waitlisted",
        "a name in one": "?meet=2&q=鈴木", "a name in all": "?q=鈴木太郎7",
    }  # fmt: skip
    found = {}
    for name, query in pages.items():
        page = f"/admin/entries/entry/{query}"
        assert client.get(page).status_code == 200, page
        found[name] = median(lambda page=page: client.get(page), perf_counter)  # type: ignore[misc]
    found["  CPU of one page in Python"] = median(lambda: client.get("/admin/entries/entry/?meet=2"), process_time)
    found["  of it, the cells of 50 rows by Django's changelist"] = median(cells_by_django(organizer), process_time)
    print(json.dumps(found))


def median(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Milliseconds by this clock, after one run that warms."""
    work()
    times = []
    for _ in range(RUNS):
        began = clock()
        work()
        times.append((clock() - began) * 1000)
    return statistics.median(times)


def cells_by_django(organizer: object) -> Callable[[], object]:
    """Headers and cells of the list's page as Django makes them, without query, template or our own code around."""
    from entries.models import Entry
    from tenants.scope import tenant_scope

    request = RequestFactory().get("/admin/entries/entry/", {"meet": 2})
    request.user = organizer  # type: ignore[assignment]
    with tenant_scope(1):
        page = admin.site.get_model_admin(Entry).get_changelist_instance(request)
        page.formset = None
    return lambda: (list(result_headers(page)), [list(row) for row in results(page)])


if __name__ == "__main__":
    one_size(int(sys.argv[1]))
