"""`python -m tests.bench search`: the staff's search in a million products, beside its bare statements.

Each case is asked with many different texts. "bare" is the same statements as the page's, ready as text, over one
connection; "list" is what htmx asks for while one types, "page" the whole page, over HTTP as signed-in staff. What they
may cost is the bare statements and a trivial page for the same person, both twice.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter
from urllib.parse import urlencode

import psycopg
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.desk.search import search
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests.rush import cookies
from tests.site import Site

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", "1000000"))
HOSTS = 200
TIMES = int(os.environ.get("BENCH_TIMES", "200"))
TRIVIAL = "/auth/account"
LINE = "{:<42} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  {}"

# Series of references as makers number them, half of one kind: prefixes and parts from rare to common.
FILL = """INSERT INTO catalog_masterproduct (tenant_id, brand, reference, name, category, price_jpy, specs,
events_allowed, list_status)
SELECT %(first)s + n %% %(hosts)s, 'BRAND' || lpad((n / %(hosts)s %% 100)::text, 3, '0'),
  CASE WHEN n %% 2 = 0 THEN 'REF' || lpad(n::text, 7, '0')
  ELSE upper(substr(md5(n::text), 1, 2)) || '-' || lpad(n::text, 7, '0') || '-' || upper(substr(md5((n * 7)::text), 1, 1)) END,
  (ARRAY['スピード', 'ロング', 'トラック', 'スパイク', 'ライト', 'Metaspeed', 'Vapor'])[1 + n %% 7] || ' ' || (n %% 1000)
  || ' ' || substr(md5((n * 3)::text), 1, 6), CASE WHEN n %% 10 = 0 THEN 'shoe' ELSE '' END, n %% 50000, '{}', '[]', ''
FROM generate_series(1, %(rows)s) n"""


@dataclass(frozen=True)
class Case:
    """What is typed, for the n-th time."""

    name: str
    query: Callable[[int], dict[str, str]]


def _reference(n: int) -> str:
    """Of a product that is there (the even ones)."""
    return f"REF{(n * 7919 * 2) % PRODUCTS:07}"


CASES = [
    Case("nothing typed: list of brands", lambda n: {}),
    Case("brand", lambda n: {"brand": f"brand{n % 100:03}"}),
    Case("brand and 4 letters from the beginning", lambda n: {"brand": f"brand{n % 100:03}", "reference": _reference(n)[:4]}),
    Case("1 letter from the beginning", lambda n: {"reference": "RABCDEF"[n % 7]}),
    Case("2 letters from the beginning", lambda n: {"reference": f"{n % 256:02x}"}),
    Case("4 letters from the beginning", lambda n: {"reference": f"{n % 256:02x}-{n % 10}"}),
    Case("whole reference", lambda n: {"reference": _reference(n)}),
    Case("part of 3", lambda n: {"reference": f"{(n * 37) % 1000:03}"}),
    Case("part of 5", lambda n: {"reference": f"{(n * 7919) % 100_000:05}"}),
    Case("part of the name", lambda n: {"reference": ("スピード", "metaspeed", "vapor", "トラック")[n % 4] + f" {n}"}),
    Case("typing error: nothing, but something like it", lambda n: {"reference": _reference(n)[:6] + "X" + _reference(n)[7:]}),
    Case("no hit, nothing like it", lambda n: {"reference": f"QQ{n:04}ZZ"}),
    Case("unknown brand", lambda n: {"brand": f"brund{n % 100:03}"}),
]  # fmt: skip


def run() -> None:
    """One host with everything, then as many products over 200 hosts more."""
    print(LINE.format("ms", "bare p50", "p99", "list p50", "p99", "page p50", "p99", "page p99 / (bare + trivial) p99"))
    with Site(
        workers=2, threads=3, DJANGO_SETTINGS_MODULE="config.settings", DATABASE_URL=os.environ["DATABASE_URL"]
    ) as site:
        _measure(site, _host(1), f"{PRODUCTS:,} products in one host")
        _measure(site, _host(HOSTS), f"{PRODUCTS:,} more over {HOSTS} hosts")


def _host(how_many: int) -> Tenant:
    """New hosts with all products spread over them; the first of them."""
    start = Tenant.objects.count()
    made = Tenant.objects.bulk_create(
        Tenant(slug=f"search{start + n}", name=f"計測{start + n}") for n in range(how_many)
    )
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, {"first": made[0].pk, "hosts": how_many, "rows": PRODUCTS})
        cursor.execute("VACUUM ANALYZE catalog_masterproduct")
        cursor.execute("ANALYZE catalog_brandcount")
        cursor.execute("RESET statement_timeout")
    print(f"    {PRODUCTS:,} rows written in {perf_counter() - began:.0f} s", flush=True)
    return made[0]


def _measure(site: Site, tenant: Tenant, title: str) -> None:
    print(f"  {title}", flush=True)
    user = get_user_model().objects.create_user(
        f"{tenant.slug}@example.com", name="staff", role=Role.STAFF, tenant=tenant
    )
    client = Client()
    client.force_login(user)
    browser = Browser(site.port, cookies(client.session.session_key or ""))
    trivial = browser.times([TRIVIAL] * TIMES)
    print(LINE.format(f"trivial page ({TRIVIAL})", "", "", "", "", *_said(trivial), ""), flush=True)
    for case in CASES:
        queries = [case.query(n) for n in range(TIMES)]
        bare = _bare(tenant, user, queries)
        addresses = [f"/staff/search?{urlencode(query)}" for query in queries]
        fragment, page = browser.times(addresses, typing=True), browser.times(addresses)
        ratio = at(page, 0.99) / (at(bare, 0.99) + at(trivial, 0.99))
        print(LINE.format(case.name, *_said(bare), *_said(fragment), *_said(page), f"{ratio:.2f}"), flush=True)


def _bare(tenant: Tenant, user: User, queries: Sequence[dict[str, str]]) -> list[float]:
    """Seconds of the same statements without Django."""
    times = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, cursor_factory=psycopg.ClientCursor) as bare:
        for query in queries:
            connection.queries_log.clear()  # it holds 9,000
            with tenant_scope(tenant.pk), CaptureQueriesContext(connection) as asked:
                search(brand=query.get("brand", ""), typed=query.get("reference", ""), page=1, user=user)
            statements = [row["sql"] for row in asked.captured_queries]
            began = perf_counter()
            for statement in statements:
                bare.execute(statement.encode()).fetchall()  # without parameters: nothing to escape
            times.append(perf_counter() - began)
    return sorted(times)


class Browser:
    """One person's requests over one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Cookie": cookie}

    def times(self, addresses: Iterable[str], *, typing: bool = False) -> list[float]:
        """Seconds of each request, sorted; the first five warm up and do not count."""
        headers = self.headers | ({"HX-Request": "true"} if typing else {})
        addresses = list(addresses)
        times = []
        self.connection.close()  # the server did so while we were away
        for address in [*addresses[:5], *addresses]:
            began = perf_counter()
            self.connection.request("GET", address, headers=headers)
            answer = self.connection.getresponse()
            answer.read()
            times.append(perf_counter() - began)
            assert answer.status == 200, (address, answer.status)
        return sorted(times[5:])


def at(times: Sequence[float], quantile: float) -> float:
    """The time at this quantile of sorted times."""
    return times[min(int(len(times) * quantile), len(times) - 1)]


def _said(times: Sequence[float]) -> list[str]:
    return [f"{at(times, quantile) * 1000:.1f}" for quantile in (0.5, 0.99)]
