"""The first wall between tenants: no scope, no rows; in a scope, the own rows only (requirements T1, T4)."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone

from entries.meet.models import Meet, Race
from tenants.models import AuditRecord, IncidentContact, Job, OutboxMail, Tenant, User
from tenants.scope import ScopeError, TenantManager, TenantOwned, across_tenants, current_scope, tenant_scope
from tests.conftest import open_meet, race_of

Rows = Callable[[], Any]


def fields(tenant: Tenant, slug: str = "new") -> dict[str, Any]:
    now = timezone.now()
    return {
        "tenant": tenant,
        "slug": slug,
        "name": "x",
        "starts_on": date(2027, 5, 1),
        "ends_on": date(2027, 5, 1),
        "entries_open_at": now,
        "entries_close_at": now + timedelta(days=1),
    }


READS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "len": len,
    "bool": bool,
    "repr": repr,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "exclude, exists": lambda rows: rows.exclude(name="").exists(),
    "filter, or": lambda rows: list(rows.filter(Q(pk=1) | Q(pk__gt=0))),
    "distinct": lambda rows: list(rows.distinct()),
    "order_by, first": lambda rows: rows.order_by("pk").first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("pk"),
    "latest": lambda rows: rows.latest("pk"),
    "get": lambda rows: rows.get(pk=1),
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:5]),
    "contains": lambda rows: rows.contains(Meet(pk=1)),
    "iterator": lambda rows: list(rows.iterator()),
    "in_bulk": lambda rows: rows.in_bulk(),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "dates": lambda rows: list(rows.dates("starts_on", "day")),
    "datetimes": lambda rows: list(rows.datetimes("entries_open_at", "day")),
    "defer": lambda rows: list(rows.defer("name")),
    "only": lambda rows: list(rows.only("pk")),
    "reverse": lambda rows: list(rows.order_by("pk").reverse()),
    "alias": lambda rows: list(rows.alias(n=Count("pk"))),
    "annotate": lambda rows: list(rows.annotate(n=Count("pk"))),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "aggregate after distinct": lambda rows: rows.distinct().aggregate(n=Count("pk")),
    "select_related": lambda rows: list(rows.select_related("tenant")),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "extra": lambda rows: list(rows.extra(where=["1=1"])),
    "using": lambda rows: list(rows.using("default")),
    "explain": lambda rows: rows.explain(),
    "str(query)": lambda rows: str(rows.query),
    "union": lambda rows: list(rows.union(rows)),
    "union with none": lambda rows: list(rows.none().union(rows)),
    "intersection": lambda rows: list(rows.intersection(rows)),
    "difference": lambda rows: list(rows.difference(rows.none())),
    "or": lambda rows: list(rows | rows),
    "or none": lambda rows: list(rows.none() | rows),
    "and": lambda rows: list(rows & rows),
    "xor": lambda rows: list(rows ^ rows),
    "subquery": lambda rows: list(User.objects.annotate(n=Subquery(rows.values("pk")[:1]))),
    "exists subquery": lambda rows: list(User.objects.filter(Exists(rows.filter(tenant=OuterRef("tenant"))))),
    "in subquery": lambda rows: list(User.objects.filter(tenant__in=rows.values("tenant"))),
    "raw": lambda rows: list(rows.raw("SELECT * FROM entries_meet")),
    "acount": lambda rows: asyncio.run(rows.acount()),
    "afirst": lambda rows: asyncio.run(rows.afirst()),
}
WRITES: dict[str, Callable[[Any, Tenant], Any]] = {
    "update": lambda rows, _: rows.update(name="y"),
    "delete": lambda rows, _: rows.delete(),
    "raw delete": lambda rows, _: rows._raw_delete("default"),
    "create": lambda rows, tenant: rows.create(**fields(tenant)),
    "get_or_create": lambda rows, tenant: rows.get_or_create(slug="new", defaults=fields(tenant)),
    "update_or_create": lambda rows, tenant: rows.update_or_create(slug="new", defaults=fields(tenant)),
    "bulk_create": lambda rows, tenant: rows.bulk_create([Meet(**fields(tenant))]),
    "bulk_update": lambda rows, tenant: rows.bulk_update([Meet(pk=1, **fields(tenant))], ["name"]),
    "save": lambda rows, tenant: Meet(**fields(tenant)).save(),
    "delete a row": lambda rows, tenant: Meet(pk=1, **fields(tenant)).delete(),
}


@pytest.mark.parametrize("read", READS)
def test_no_method_reads_outside_a_scope(meet: Meet, read: str) -> None:
    with pytest.raises(ScopeError):
        READS[read](Meet.objects.all())


@pytest.mark.parametrize("write", WRITES)
def test_no_method_writes_outside_a_scope(meet: Meet, nittai: Tenant, write: str) -> None:
    with pytest.raises(ScopeError), transaction.atomic():
        WRITES[write](Meet.objects.all(), nittai)
    with across_tenants():
        assert list(Meet.objects.values_list("name", flat=True)) == [meet.name]


def test_async_iteration_is_closed_too(meet: Meet) -> None:
    async def read() -> list[Meet]:
        return [row async for row in Meet.objects.all()]

    with pytest.raises(ScopeError):
        asyncio.run(read())


def test_nothing_is_asked_for_by_none(meet: Meet) -> None:
    assert list(Meet.objects.none()) == []
    assert Meet.objects.none().count() == 0


def test_a_related_manager_is_closed_too(meet: Meet, race: Race) -> None:
    with pytest.raises(ScopeError):
        list(meet.races.all())


@pytest.fixture
def theirs(chuo: Tenant) -> Meet:
    return open_meet(chuo, "theirs", name="theirs")


def mentions(found: Any, meet: Meet) -> bool:
    """Whether anything that was found shows this meet."""
    return meet.name in repr(found) or f"'{meet.pk}'" in repr(found)


@pytest.mark.parametrize("read", [name for name in READS if name not in ("raw", "acount", "afirst", "explain")])
def test_no_method_reads_another_tenants_rows(meet: Meet, theirs: Meet, in_nittai: None, read: str) -> None:
    """Each method says the same whether the other tenant has rows or not."""

    def look() -> str:
        try:
            return repr(READS[read](Meet.objects.all()))
        except Meet.DoesNotExist:
            return "none"

    with_theirs = look()
    with across_tenants():
        Meet.objects.filter(pk=theirs.pk).delete()
    assert look() == with_theirs
    assert not mentions(with_theirs, theirs)


def test_rows_of_another_tenant_are_unknown(theirs: Meet, in_nittai: None) -> None:
    assert not Meet.objects.filter(pk=theirs.pk).exists()
    with pytest.raises(Meet.DoesNotExist):
        Meet.objects.get(pk=theirs.pk)


@pytest.mark.parametrize("write", ["create", "get_or_create", "update_or_create", "bulk_create", "save"])
def test_no_row_is_made_for_another_tenant(chuo: Tenant, in_nittai: None, write: str) -> None:
    with pytest.raises(ScopeError):
        WRITES[write](Meet.objects.all(), chuo)


def test_another_tenants_rows_are_neither_changed_nor_deleted(theirs: Meet, in_nittai: None) -> None:
    everything = Meet.objects.all()
    assert everything.update(name="y") == 0
    assert everything.delete() == (0, {})
    theirs.name = "y"
    for write in (theirs.save, theirs.delete):
        with pytest.raises(ScopeError):
            write()
    assert everything.bulk_update([theirs], ["name"]) == 0
    with across_tenants():
        assert Meet.objects.get(pk=theirs.pk).name == "theirs"


def test_a_foreign_key_number_with_the_own_tenant_beside_it_overwrites_nothing(
    theirs: Meet, nittai: Tenant, in_nittai: None
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Meet(pk=theirs.pk, **fields(nittai)).save(force_update=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Meet(pk=theirs.pk, **fields(nittai)).save(update_fields=["name"])
    assert Meet(pk=theirs.pk, **fields(nittai)).delete() == (0, {})
    with across_tenants():
        assert Meet.objects.get(pk=theirs.pk).name == "theirs"


def test_a_row_never_changes_its_tenant(meet: Meet, chuo: Tenant, in_nittai: None) -> None:
    for change in ({"tenant": chuo}, {"tenant_id": chuo.pk}):
        with pytest.raises(ScopeError):
            Meet.objects.update(**change)
    meet.tenant = chuo
    with pytest.raises(ScopeError), transaction.atomic():
        Meet.objects.bulk_update([meet], ["tenant"])
    with pytest.raises(ScopeError):
        meet.save()
    with across_tenants(), pytest.raises(DatabaseError):
        meet.save(force_update=True)


@pytest.mark.parametrize("combine", [
    lambda ours, closed: ours | closed, lambda ours, closed: ours & closed, lambda ours, closed: ours ^ closed,
    lambda ours, closed: closed | ours, lambda ours, closed: ours.union(closed),
], ids=["or", "and", "xor", "closed or", "union"])  # fmt: skip
def test_a_query_from_outside_opens_nothing_when_combined_inside(
    theirs: Meet, nittai: Tenant, combine: Callable[[Any, Any], Any]
) -> None:
    closed = Meet.objects.all()
    with tenant_scope(nittai.pk), pytest.raises(ScopeError):
        list(combine(Meet.objects.all(), closed))


def test_a_query_from_outside_stays_closed_inside(meet: Meet, nittai: Tenant) -> None:
    closed = Meet.objects.all()
    with tenant_scope(nittai.pk), pytest.raises(ScopeError):
        list(closed)


def test_scopes_nest_and_end(nittai: Tenant, chuo: Tenant) -> None:
    with tenant_scope(nittai.pk):
        with tenant_scope(chuo.pk):
            assert current_scope() == chuo.pk
        assert current_scope() == nittai.pk
    assert current_scope() is None


def test_a_scope_is_not_seen_by_another_thread(nittai: Tenant) -> None:
    seen = []
    with tenant_scope(nittai.pk):
        thread = Thread(target=lambda: seen.append(current_scope()))
        thread.start()
        thread.join()
    assert seen == [None]


def owned() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


@pytest.mark.parametrize("model", owned(), ids=lambda model: model.__name__)
def test_every_tenant_owned_model_asks_for_a_scope(model: Any) -> None:
    assert isinstance(model._default_manager, TenantManager)
    assert all(isinstance(manager, TenantManager) for manager in model._meta.managers)
    with pytest.raises(ScopeError):
        model._default_manager.exists()


def test_every_model_with_a_tenant_is_owned_or_known_not_to_be() -> None:
    """People, the trail, outbox, jobs and contacts also hold rows of no tenant; their doors filter (tests/test_access.py)."""
    with_tenant = {
        model
        for model in apps.get_models()
        if any(field.related_model is Tenant for field in model._meta.get_fields() if field.concrete)
    }
    assert with_tenant - set(owned()) == {User, AuditRecord, IncidentContact, Job, OutboxMail}


def test_no_unscoped_model_leads_by_name_to_a_tenant_owned_one() -> None:
    """A join from `Team` or `User` would go around the manager: no foreign key and no reverse name offers one."""
    doors = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if not issubclass(model, TenantOwned)
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model in owned()
    ]
    assert doors == []


def test_race_of_another_tenant_is_unknown_by_any_lookup(theirs: Meet, in_nittai: None) -> None:
    race_of(theirs, "their race")
    assert not Race.objects.filter(meet__name="theirs").exists()
    assert not Race.objects.filter(meet__tenant__slug="chuo").exists()
