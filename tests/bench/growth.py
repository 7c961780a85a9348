"""The same pages and statements on a small database and on one of a thousand hosts: what grows with it, and how much.

Meet 1 of host 1 is the same in both: 130 teams of 20 athletes, 2,600 entries (limit L1). Around it stand as many
hosts, meets and entries as the environment says.
"""

import json
import logging
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import psycopg
from django.db import connection, models

HOSTS, MEETS = int(os.environ.get("GROWTH_HOSTS", "1000")), int(os.environ.get("GROWTH_MEETS", "10000"))
ENTRIES, TEAMS = int(os.environ.get("GROWTH_ENTRIES", "2000000")), int(os.environ.get("GROWTH_TEAMS", "20000"))
RACES, ATHLETES, BIG = 8, 20, 130
RUNS = int(os.environ.get("GROWTH_RUNS", "5"))


Figures = tuple[float, int, int]
"""Median milliseconds, pages of 8 KiB that the database touched for it, and queries. The pages are the same whatever
else the machine does."""


@dataclass(frozen=True)
class Size:
    """How much stands in a database. `sheets` is what each other meet has, of 20 entries each."""

    name: str
    hosts: int
    meets: int
    teams: int
    sheets: int


def sizes() -> list[Size]:
    """The small one and the large one."""
    sheets = max(1, ENTRIES // MEETS // ATHLETES)
    return [Size("small", 2, 2, 200, sheets), Size("large", HOSTS, MEETS, TEAMS, sheets)]


def run() -> None:
    """Fill both, measure each in a process of its own, print the ratios."""
    found: dict[str, dict[str, Figures]] = {}
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    for size in sizes():
        with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS growth_{size.name} WITH (FORCE)")
            link.execute(f"CREATE DATABASE growth_{size.name}")
        env = {**os.environ, "DATABASE_URL": f"{server}/growth_{size.name}"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=env)
        command = [sys.executable, "-m", "tests.bench.growth", json.dumps(vars(size))]
        out = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True).stdout
        found[size.name] = json.loads(out.splitlines()[-1])
        print("\n".join(out.splitlines()[:-1]), flush=True)
    line = "{:<52} {:>9} {:>9} {:>6} {:>9} {:>9} {:>6} {:>7}"
    print(line.format(f"median of {RUNS}", "small ms", "large ms", "ratio", "pages", "pages", "ratio", "queries"))
    for name, (large, touched, queries) in found["large"].items():
        small, before, _ = found["small"][name]
        print(line.format(name, f"{small:.1f}", f"{large:.1f}", f"{large / small:.2f}", before, touched,
                          f"{touched / max(before, 1):.2f}", queries))  # fmt: skip


def one_size(size: Size) -> None:
    """In a process of its own: fill, measure, and print what was found as the last line."""
    import django

    django.setup()
    logging.disable(logging.INFO)
    began = perf_counter()
    fill(size)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM entries_entry")
        [entries] = cursor.fetchone()
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        [space] = cursor.fetchone()
    took = perf_counter() - began
    print(f"{size.name}: {size.hosts} hosts, {size.meets} meets, {entries:,} entries, {space}, filled in {took:.0f} s")
    print(json.dumps(measure()))


# ------------------------------------------------------------------------------------------------- filling


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    if isinstance(value, dict | list):
        return f"'{json.dumps(value)}'::jsonb"
    if isinstance(value, bool):
        return str(value)
    return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"


def insert(model: type[models.Model], source: str, **given: str) -> None:
    """INSERT … SELECT; columns that are not given get the model's default, and moments are now."""
    columns, values = [], []
    for field in model._meta.concrete_fields:
        name = field.column
        if name not in given and field.primary_key:
            continue
        columns.append(f'"{name}"')
        if name in given:
            values.append(given[name])
        elif isinstance(field, models.DateTimeField) and not field.null:
            values.append("now()")
        else:
            values.append(literal(field.get_default()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"
        )


def fill(size: Size) -> None:
    """Whole statements, without the checks of foreign keys: a generator, not a user."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET synchronous_commit = off")
    _people(size)
    _meets(size)
    _orders(size)
    with connection.cursor() as cursor:
        for table in ("tenants_tenant", "tenants_user", "entries_team", "entries_athlete", "entries_meet",
                      "entries_race", "entries_submission"):  # fmt: skip
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET statement_timeout = 10000")


def _people(size: Size) -> None:
    from entries.roster.models import Athlete, Membership, Team
    from tenants.models import Tenant, User

    insert(Tenant, f"generate_series(1, {size.hosts}) n", id="n", slug="'host-' || n", name="'主催団体' || n")
    insert(
        User, f"generate_series(1, {size.teams}) n", id="n", email="'coach-' || n || '@example.com'",
        name="'監督' || n", password="'!'",
    )  # fmt: skip
    insert(
        Team, f"generate_series(1, {size.teams}) n", id="n", kind="'university'", name="'第' || n || '大学'",
        short_name="n || '大'",
    )  # fmt: skip
    insert(Membership, f"generate_series(1, {size.teams}) n", team_id="n", user_id="n")
    insert(
        Athlete, f"generate_series(0, {size.teams * ATHLETES - 1}) n", id="n + 1", team_id=f"n / {ATHLETES} + 1",
        family_name="(ARRAY['鈴木','佐藤','高橋','田中','伊藤','渡辺'])[1 + n % 6]", given_name="'太郎' || n",
        family_kana="(ARRAY['スズキ','サトウ','タカハシ','タナカ','イトウ','ワタナベ'])[1 + n % 6]",
        given_kana="'タロウ'", sex="'M'", birth_date="date '2003-04-02' + (n % 1000)",
    )  # fmt: skip


def _meets(size: Size) -> None:
    """Meet 1 takes entries; of the others one in fifty, and the rest are over, one a day back from yesterday."""
    from entries.meet.models import NO_LINE, Meet, Race

    is_open = "(n = 1 OR n % 50 = 0)"
    day = f"CASE WHEN {is_open} THEN current_date + 30 ELSE current_date - (n % 3000)::int - 1 END"
    insert(
        Meet, f"generate_series(1, {size.meets}) n", id="n", tenant_id=f"(n - 1) % {size.hosts} + 1",
        slug="'meet-' || n", name="'第' || n || '回長距離競技会'", venue="'競技場' || n % 300", starts_on=day, ends_on=day,
        entries_open_at=f"({day})::timestamptz - interval '60 days'", entry_list_public="true",
        entries_close_at=f"({day})::timestamptz - interval '10 days'", fee="1000",
        state=f"CASE WHEN {is_open} THEN 'published' ELSE 'archived' END",
    )  # fmt: skip
    insert(
        Race, f"generate_series(0, {size.meets * RACES - 1}) n", id="n + 1", meet_id=f"n / {RACES} + 1",
        tenant_id=f"(n / {RACES}) % {size.hosts} + 1", position=f"n % {RACES}", name=f"'男子5000m ' || n % {RACES}",
        distance_m="5000", sex="'M'", last_ticket="0", line=str(NO_LINE), waiting_places="NULL",
    )  # fmt: skip


def _orders(size: Size) -> None:
    """A sheet is a team's twenty athletes over the eight races; teams take turns, so that each has a history."""
    from entries.entry.models import Entry, Submission
    from tenants.models import AuditRecord, OutboxMail

    others = f"generate_series(2, {size.meets}) m, generate_series(0, {size.sheets - 1}) k"
    source = (
        f"(SELECT row_number() OVER () AS id, * FROM (SELECT 1 AS m, k + 1 AS team FROM generate_series(0, {BIG - 1}) k "
        f"UNION ALL SELECT m, (m * {size.sheets} + k) % {size.teams} + 1 FROM {others}) pairs) s"
    )
    insert(
        Submission, source, id="s.id", meet_id="s.m", tenant_id=f"(s.m - 1) % {size.hosts} + 1", team_id="s.team",
        key="'key-' || s.id", body_hash="repeat('0', 64)", reference="'R' || lpad(s.id::text, 9, '0')",
        submitted_by_id="s.team", submitted_at="now() - s.id * interval '1 second'",
    )  # fmt: skip
    insert(
        Entry, f"entries_submission s, generate_series(0, {ATHLETES - 1}) k", tenant_id="s.tenant_id",
        submission_id="s.id", race_id=f"(s.meet_id - 1) * {RACES} + k % {RACES} + 1",
        athlete_id=f"(s.team_id - 1) * {ATHLETES} + k + 1", seed_time="84000 + k * 100", fee="1000", entered_at="s.submitted_at",
        ticket=f"row_number() OVER (PARTITION BY s.meet_id, k % {RACES} ORDER BY s.id, k)",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE entries_race r SET last_ticket = n FROM (SELECT race_id, count(*) n FROM entries_entry GROUP BY 1) e"
            " WHERE e.race_id = r.id"
        )
    insert(
        OutboxMail, "entries_submission s", key="'entry.received:' || s.id", kind="'entry.received'",
        to="'coach-' || s.team_id || '@example.com'", tenant_id="s.tenant_id", sent_at="now()", attempts="1",
        context="jsonb_build_object('submission', s.id)",
    )  # fmt: skip
    insert(
        AuditRecord, "entries_submission s", at="s.submitted_at", tenant_id="s.tenant_id", actor_id="s.submitted_by_id",
        verb="'entry.submitted'", target_type="'submission'", target_id="s.id", target_name="s.reference",
        before="'{}'", after="'{\"entries\": 20}'",
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------- measuring


def measure() -> dict[str, Figures]:
    """Median milliseconds and number of queries, by what was done."""
    from django.test import Client

    from entries.news.page_cache import PAGES
    from tenants.models import Role, Tenant, User

    coach = User.objects.get(pk=1)
    organizer = User.objects.create_user("organizer@example.com", "x", name="o", role=Role.ORGANIZER, tenant=Tenant.objects.get(pk=1))  # fmt: skip
    admin = User.objects.create_user("admin@example.com", "x", name="a", role=Role.PLATFORM_ADMIN)
    found = {}
    meet, order = "/meets/host-1/meet-1/", "/orders/R000000001/"
    pages = [
        ("public", Client(), ["/", "/meets/", "/meets/?page=100", "/meets/?q=競技場7", "/meets/?host=host-1", meet,
                              f"{meet}entries/", f"{meet}entries/?page=9", f"{meet}entries/?q=鈴木"]),
        ("coach", signed_in(coach), [f"{meet}enter", f"{meet}enter?from=last", order, "/teams/", "/teams/1/orders/",
                                     "/teams/1/athletes/"]),
        ("organizer", signed_in(organizer), ["/admin/", *lists(), "/admin/entries/meet/1/change/",
                                             "/admin/entries/entry/?q=鈴木", "/admin/entries/entry/?meet=1"]),
        ("platform admin", signed_in(admin), ["/admin/", *lists(), "/admin/entries/entry/?q=鈴木",
                                              "/admin/entries/entry/?meet=1&q=鈴木", "/admin/tenants/user/?q=coach-77"]),
    ]  # fmt: skip
    for who, client, paths in pages:
        for path in paths:
            found[f"{who} {path}"] = timed(partial(_get, client, path), before=PAGES.clear)
    return found | _steps_of_the_worker() | _sheets(coach)


def lists() -> list[str]:
    """The desk's lists."""
    names = (
        "entries/meet",
        "entries/race",
        "entries/entry",
        "entries/submission",
        "tenants/auditrecord",
        "tenants/outboxmail",
    )
    return [f"/admin/{name}/" for name in names]


def signed_in(user: Any) -> Any:
    """A browser of this user, past the second step where there is one."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def _get(client: Any, path: str) -> None:
    response = client.get(path)
    if response.status_code != 200:
        print(f"{path}: {response.status_code} {response.headers.get('Location', '')}")


def timed(work: Callable[[], Any], *, before: Callable[[], Any] = lambda: None) -> Figures:
    """The median of `RUNS`, after one that warms, and what one costs the database."""
    from django.test.utils import CaptureQueriesContext

    before()
    work()
    before()
    touched = pages_touched()
    with CaptureQueriesContext(connection) as queries:
        work()
    asked, touched, times = len(queries), pages_touched() - touched, []
    for _ in range(RUNS):
        before()
        began = perf_counter()
        work()
        times.append((perf_counter() - began) * 1000)
    return statistics.median(times), touched, asked


def pages_touched() -> int:
    """By this connection since it began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(hits + reads)::bigint FROM pg_stat_get_backend_io(pg_backend_pid())")
        return int(cursor.fetchone()[0])


def _steps_of_the_worker() -> dict[str, Figures]:
    from django.utils import timezone

    from entries.entry.reminders import remind_of_closing
    from tenants.housekeeping import clear_expired
    from tenants.jobs.work import claim
    from tenants.outbox.delivery import due

    return {
        "worker: is a mail due": timed(lambda: due(timezone.now()).exists()),
        "worker: is a job due": timed(lambda: claim(at=timezone.now())),
        "worker: whom to remind": timed(lambda: remind_of_closing(at=timezone.now())),
        "worker: what has served its time": timed(lambda: clear_expired(at=timezone.now())),
    }


def _sheets(coach: Any) -> dict[str, Figures]:
    """New sheets of one and of twenty rows, through the action that every door calls."""
    from django.utils import timezone

    from entries.entry import actions
    from entries.entry.lines import Line, new_reference
    from entries.meet.models import Meet, Race, State
    from entries.roster.models import Athlete, Team
    from tenants.scope import tenant_scope

    team = Team.objects.get(pk=1)
    athletes = list(Athlete.objects.filter(team=team).order_by("pk"))
    found = {}
    with tenant_scope(1):
        for rows in (1, ATHLETES):
            spare = []
            for _ in range(RUNS + 2):
                first = Meet.objects.get(pk=1)
                meet = Meet(
                    **{f.attname: getattr(first, f.attname) for f in Meet._meta.concrete_fields if not f.primary_key}
                )
                meet.slug, meet.state = new_reference().lower(), State.PUBLISHED
                meet.save()
                race = Race.objects.create(
                    tenant_id=1, meet=meet, name="5000m", distance_m=5000, sex="M", waiting_places=None
                )
                spare.append((Meet.objects.with_clock().select_related("tenant").get(pk=meet.pk), race))

            def send(rows: int = rows, spare: list[Any] = spare) -> None:
                meet, race = spare.pop()
                lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, athlete in enumerate(athletes[:rows])]
                actions.submit(meet=meet, team=team, lines=lines, key=new_reference(), by=coach, at=timezone.now())

            found[f"a sheet of {rows} is taken"] = timed(send)
    return found


if __name__ == "__main__":
    one_size(Size(**json.loads(sys.argv[1])))
