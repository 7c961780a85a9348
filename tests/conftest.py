"""The standing cast.

Aoki organizes the meets of Nittai. Baba coaches Kita University; she has athletes and enters. Chiba coaches Minami High
School, another team. Doi organizes for Chuo, another host. Endo is staff of Nittai.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from entries.entry.models import Entry
from entries.meet.models import Meet, Race, State
from entries.news.page_cache import PAGES
from entries.roster.models import Athlete, Membership, Team, TeamKind
from tenants.models import Role, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.switches.queries import Watch
from tests.databases import NEEDS_POSTGRESQL, QUICK, name_of
from tests.migrated import django_db_setup, filled_when_made, monkeypatch_session

__all__ = ["django_db_setup", "filled_when_made", "monkeypatch_session"]

PASSWORD = "Correct-Horse-12"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Which database a file belongs to, when it is not both. `test_serve.py` starts the product on a SQLite of its own,
    whatever database the suite is on."""
    if connection.vendor == "postgresql":
        return True if collection_path.name == "test_serve.py" else None
    below = name_of(collection_path) + ("/" if collection_path.is_dir() else "")
    return True if below.startswith(NEEDS_POSTGRESQL) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database is run once, on PostgreSQL; what is only quick leaves out what asks it at length."""
    part = config.getoption("part")
    if part == "sqlite":
        once = {item for item in items if asks_no_database(item) and item.path.name != "test_serve.py"}
    elif part == "quick":
        once = {item for item in items if not asks_no_database(item) and name_of(item.path) not in QUICK}
    else:
        return
    config.hook.pytest_deselected(items=list(once))
    items[:] = [item for item in items if item not in once]


def pytest_collection_finish() -> None:
    """What has been read stays; looking through it for garbage, again and again, costs a tenth of a run."""
    gc.collect()
    gc.freeze()


def asks_no_database(item: pytest.Item) -> bool:
    """Whether neither a mark nor a fixture gives it one."""
    if item.get_closest_marker("django_db"):
        return False
    return not {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def forget_public_pages() -> None:
    """The page cache lives longer than a test's database."""
    PAGES.clear()


@pytest.fixture(autouse=True)
def forget_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_stopped(monkeypatch)


def nothing_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stopped is read once a second and process. In a test nothing is, until it stops something itself: a budget
    of queries must not depend on the clock."""
    monkeypatch.setattr("tenants.switches.queries.WATCH", Watch(known=[]))
    monkeypatch.setattr("tenants.switches.queries.EVERY_SECONDS", 3600.0)


@pytest.fixture(scope="module")
def once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """`once(build)` writes rows for all tests of a module, in a transaction around them: each test's own takes back what
    that test did. A test that needs the rows asks for `db` as well."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()

    def write(build: Callable[[], Any]) -> Any:
        PAGES.clear()
        with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
            nothing_is_stopped(patched)
            return build()

    yield write
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def nittai(db: None) -> Tenant:
    return Tenant.objects.create(slug="nittai", name="日本体育大学")


@pytest.fixture
def chuo(db: None) -> Tenant:
    return Tenant.objects.create(slug="chuo", name="中央大学")


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(email: str, **fields: Any) -> User:
        fields.setdefault("name", email.split("@")[0])
        return User.objects.create_user(email, PASSWORD, **fields)

    return make


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("admin@example.com", role=Role.PLATFORM_ADMIN)


@pytest.fixture
def aoki(make_user: Callable[..., User], nittai: Tenant) -> User:
    return make_user("aoki@example.com", role=Role.ORGANIZER, tenant=nittai)


@pytest.fixture
def doi(make_user: Callable[..., User], chuo: Tenant) -> User:
    return make_user("doi@example.com", role=Role.ORGANIZER, tenant=chuo)


@pytest.fixture
def endo(make_user: Callable[..., User], nittai: Tenant) -> User:
    return make_user("endo@example.com", role=Role.STAFF, tenant=nittai)


@pytest.fixture
def baba(make_user: Callable[..., User]) -> User:
    return make_user("baba@example.com")


@pytest.fixture
def chiba(make_user: Callable[..., User]) -> User:
    return make_user("chiba@example.com")


def team_of(user: User, name: str, kind: str = TeamKind.UNIVERSITY) -> Team:
    """A team with one member."""
    team = Team.objects.create(kind=kind, name=name, short_name=name[:4])
    Membership.objects.create(team=team, user=user)
    return team


def athletes_of(team: Team, how_many: int, sex: str = "M") -> list[Athlete]:
    """Adults with plausible names, unlike each other."""
    start = Athlete.objects.filter(team=team).count()
    rows = [
        Athlete(
            team=team, family_name="鈴木", given_name=f"一郎{start + n}", family_kana="スズキ", given_kana="イチロウ",
            family_romaji="Suzuki", given_romaji="Ichiro", sex=sex, birth_date=date(2004, 4, 2), grade="3",
        )
        for n in range(how_many)
    ]  # fmt: skip
    return Athlete.objects.bulk_create(rows)


@pytest.fixture
def kita(baba: User) -> Team:
    return team_of(baba, "北大学")


@pytest.fixture
def minami(chiba: User) -> Team:
    return team_of(chiba, "南高等学校", TeamKind.HIGH_SCHOOL)


@pytest.fixture
def runners(kita: Team) -> list[Athlete]:
    return athletes_of(kita, 5)


def open_meet(tenant: Tenant, slug: str = "ld326", **fields: Any) -> Meet:
    """A published meet whose entries opened yesterday and close in two weeks."""
    now = timezone.now()
    values: dict[str, Any] = {
        "name": "第326回長距離競技会", "venue": "健志台", "starts_on": date(2027, 5, 1), "ends_on": date(2027, 5, 2),
        "entries_open_at": now - timedelta(days=1), "entries_close_at": now + timedelta(days=14), "fee": 1000,
        "state": State.PUBLISHED, **fields,
    }  # fmt: skip
    with tenant_scope(tenant.pk):
        return Meet.objects.create(tenant=tenant, slug=slug, **values)


def race_of(meet: Meet, name: str = "男子5000m", **fields: Any) -> Race:
    """A race of men over 5000 m without limits, unless told otherwise."""
    values: dict[str, Any] = {"distance_m": 5000, "sex": "M", "waiting_places": None, **fields}
    with tenant_scope(meet.tenant_id):
        return Race.objects.create(tenant_id=meet.tenant_id, meet=meet, name=name, **values)


@pytest.fixture
def meet(nittai: Tenant) -> Meet:
    return open_meet(nittai)


@pytest.fixture
def race(meet: Meet) -> Race:
    return race_of(meet)


@pytest.fixture
def in_nittai(nittai: Tenant) -> Iterator[None]:
    with tenant_scope(nittai.pk):
        yield


@pytest.fixture
def everywhere() -> Iterator[None]:
    with across_tenants():
        yield


def states(race: Race) -> list[tuple[int | None, str]]:
    """(ticket, state) of each entry of a race, in the order of tickets."""
    rows: Any = Entry.objects.filter(race=race).with_state().order_by("ticket", "pk")
    return list(rows.values_list("ticket", "state"))
