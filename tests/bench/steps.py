"""Each step of docs/scaling.md beside the one before: the public page, the sheet, connections; and ten times the load.

All on one machine, so that the servers share its cores: the ratios say what a step costs, not what it brings on
machines of its own.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import perf_counter

from django.db import connection

from config.runtime import databases
from entries.entry.models import Submission
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.bench import cast
from tests.bench.load import Figures, wrk
from tests.rush import Coach, coaches, post_all, request
from tests.services import Pooler, Redis, Replica
from tests.site import Site

LINE = "{:<44} {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}  {}"
CLIENTS, FLOOD = 16, 80
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}


def run(url: str, *, seconds: int, teams: int) -> None:
    """Everything, one after the other."""
    hosts = [Tenant.objects.create(slug=f"steps-{letter}", name="計測") for letter in "ab"]
    people = coaches(teams, athletes=cast.ROWS)
    print(LINE.format("what", "ping/s", "page/s", "sheets/s", "p50 ms", "p95 ms", "connections", "answers"))
    for name, servers, workers in (
        ("1 server, 1 process x 3 threads", 1, 1),
        ("1 server, 2 x 3", 1, 2),
        ("1 server, 4 x 3", 1, 4),
        ("2 servers, 2 x 3 each", 2, 2),
    ):
        _step(name, {**SETTINGS, "DATABASE_URL": url}, hosts[0], people, servers, workers, seconds)
    databases.hold_timeouts()
    with Pooler(size=5) as pooler:
        behind = {**SETTINGS, **pooler.env}
        _step("2 servers behind PgBouncer (5)", behind, hosts[0], people, 2, 2, seconds)
        kept = {**behind, "DJANGO_SETTINGS_MODULE": "tests.bench.kept"}
        _step("  the same, connections kept", kept, hosts[0], people, 2, 2, seconds)
    with Redis() as redis:
        shared = {**SETTINGS, "DATABASE_URL": url, "CACHE_URL": redis.url}
        _step("2 servers, shared cache", shared, hosts[0], people, 2, 2, seconds)
    with Replica() as replica:
        copied = {**SETTINGS, "DATABASE_URL": url, "REPLICA_DATABASE_URL": replica.url}
        _step("2 servers, replica", copied, hosts[0], people, 2, 2, seconds)
    _overload(url, hosts, people, seconds)


def _sheets(host: Tenant, people: Sequence[Coach]) -> tuple[str, list[str]]:
    with tenant_scope(host.pk):
        meet, races = cast.new_meet(host, places=1000)
        return f"/meets/{host.slug}/{meet.slug}/", list(cast.sheets(meet, races, people))


def _on_all(sites: Sequence[Site], lines: Sequence[str], clients: int, seconds: int) -> tuple[float, Figures]:
    """Requests per second of all sites together, and the figures of the first."""
    parts = [lines[n :: len(sites)] or lines for n in range(len(sites))]
    with ThreadPoolExecutor(len(sites)) as pool:
        found = list(
            pool.map(lambda s, part: wrk(s.port, part, clients=clients // len(sites), seconds=seconds), sites, parts)
        )
    return sum(figures.per_second for figures in found), found[0]


def _connections() -> int:
    """To this database, but for our own and the replica's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _step(
    name: str, env: dict[str, str], host: Tenant, people: Sequence[Coach], servers: int, workers: int, seconds: int
) -> None:
    page, sheets = _sheets(host, people)
    sites = [Site(workers=workers, threads=3, **env) for _ in range(servers)]
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(site)
        _on_all(sites, [f"GET\t{page}\t\t"], CLIENTS, 1)
        ping, _ = _on_all(sites, ["GET\t/healthz\t\t"], CLIENTS, seconds)
        shown, _ = _on_all(sites, [f"GET\t{page}\t\t"], CLIENTS, seconds)
        sent, figures = _on_all(sites, sheets, CLIENTS, seconds)
        held = _connections()
    times = [f"{value:.0f}" for value in (figures.p50, figures.p95)]
    row = [f"{ping:.0f}", f"{shown:.0f}", f"{sent:.0f}", *times, str(held), figures.statuses]
    print(LINE.format(name, *row), flush=True)


def _overload(url: str, hosts: Sequence[Tenant], people: Sequence[Coach], seconds: int) -> None:
    """Requirement M8: host A is flooded with ten times the clients; what host B sees, and how soon it is over."""
    half = len(people) // 2
    print(LINE.format("2 x 3, host B beside host A", "", "", "B/s", "B p50", "B p95", "A clients", "A's answers"))
    with Site(workers=2, threads=3, **SETTINGS, DATABASE_URL=url) as site:
        for clients in (0, 8, FLOOD):
            _, mine = _sheets(hosts[1], people[:half])
            page, theirs = _sheets(hosts[0], people[half:])
            with ThreadPoolExecutor(2) as pool:
                flood = pool.submit(wrk, site.port, theirs, clients=clients, seconds=seconds + 1) if clients else None
                figures = wrk(site.port, mine, clients=2, seconds=seconds)
                answers = flood.result() if flood else None
            times = [f"{value:.0f}" for value in (figures.p50, figures.p95)]
            said = f"{answers.statuses} p95 {answers.p95:.0f} ms, {answers.per_second:.0f}/s" if answers else "-"
            row = ["", "", f"{figures.per_second:.0f}", *times, str(clients), said]
            print(LINE.format("  sheets of B", *row), flush=True)
        began = perf_counter()
        [reply] = post_all(site.port, [request(page, "")])
        print(f"  the next page after the flood: {reply.status} in {(perf_counter() - began) * 1000:.0f} ms")
        with across_tenants():
            print(f"  submissions stored: {Submission.objects.count()}")
