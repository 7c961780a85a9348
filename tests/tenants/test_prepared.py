"""A prepared queryset answers as the queryset itself, with the values, the tenant and the connection of the moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, QuerySet
from pytest_django import DjangoAssertNumQueries

from entries.meet.models import Meet, Race
from entries.roster.models import Team
from tenants.models import Tenant, User
from tenants.prepared import TENANT_MARK, Prepared
from tenants.scope import ScopeError, across_tenants, tenant_scope
from tests.conftest import athletes_of, open_meet, race_of, team_of


def by_slug(slug: str) -> QuerySet[Meet]:
    return Meet.objects.filter(slug=slug).select_related("tenant").order_by("pk")


@pytest.fixture
def same_slug(nittai: Tenant, chuo: Tenant) -> list[Meet]:
    """A meet of the same name at two hosts."""
    return [open_meet(nittai, "june"), open_meet(chuo, "june")]


def test_it_answers_as_the_queryset_does(
    kita: Team, baba: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def build(user: int, name: str) -> QuerySet[Team]:
        return (
            Team.objects.filter(memberships__user=user).exclude(name=name).annotate(again=F("name")).defer("name_kana")
        )

    prepared = Prepared(build, user=int, name=str)
    other = team_of(baba, "東高")
    for name in ("東高", "西高"):
        with django_assert_num_queries(1):
            rows = prepared(user=baba.pk, name=name)
        assert [vars(row) | {"_state": 0} for row in rows] == [
            vars(row) | {"_state": 0} for row in build(baba.pk, name)
        ]
        assert (other in rows) is (name == "西高")


def test_rows_of_joined_tables_come_along(
    same_slug: list[Meet], nittai: Tenant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    prepared = Prepared(by_slug, slug=str)
    with tenant_scope(nittai.pk), django_assert_num_queries(1):
        assert [meet.tenant.name for meet in prepared(slug="june")] == [nittai.name]


def test_the_tenant_is_the_one_in_scope_whoever_asked_first(
    same_slug: list[Meet], nittai: Tenant, chuo: Tenant
) -> None:
    prepared = Prepared(by_slug, slug=str)
    for tenant, own in zip((nittai, chuo, nittai), (*same_slug, same_slug[0]), strict=True):
        with tenant_scope(tenant.pk):
            assert prepared(slug="june") == [own]
    with across_tenants():
        assert prepared(slug="june") == same_slug
    with pytest.raises(ScopeError):
        prepared(slug="june")
    with tenant_scope(chuo.pk):
        assert prepared(slug="june") == same_slug[1:]


def test_lists_of_like_length_are_compiled_once(kita: Team) -> None:
    asked: list[int] = []

    def build(team: int, numbers: list[int]) -> QuerySet[Any]:
        asked.append(len(numbers))
        return kita.athletes.model.objects.filter(team=team, pk__in=numbers).order_by("pk")

    prepared = Prepared(build, team=int, numbers=list)
    runners = [athlete.pk for athlete in athletes_of(kita, 5)]
    for wanted in ([], runners[:1], runners[:3], runners[:4], runners[1:4], runners, [*runners, 10**30]):
        known = [number for number in wanted if number < TENANT_MARK]
        assert [row.pk for row in prepared(team=kita.pk, numbers=wanted)] == known
    assert asked == [1, 4, 8]


def test_a_number_that_no_column_holds_finds_nobody(kita: Team) -> None:
    prepared = Prepared(lambda pk: Team.objects.filter(pk=pk), pk=int)
    assert prepared(pk=kita.pk) == [kita]
    assert prepared(pk=10**30) == prepared(pk=-(10**30)) == []


def test_a_value_of_another_kind_is_refused(kita: Team) -> None:
    with pytest.raises(TypeError):
        Prepared(lambda pk: Team.objects.filter(pk=pk), pk=int)(pk=str(kita.pk))


@pytest.mark.parametrize(
    "build",
    [
        lambda team: Team.objects.all(),
        lambda team: Team.objects.filter(pk=team + 1),
        lambda team: Team.objects.filter(pk=team).values("pk"),
        lambda team: Team.objects.filter(pk=team).prefetch_related("memberships"),
        lambda team: Team(pk=1).athletes.filter(pk=team),
    ],
)
def test_what_would_be_kept_wrongly_is_not_compiled(db: None, build: Callable[[int], Any]) -> None:
    """A value that is left out or reckoned with, rows that are none, a second query, and a row that would stay."""
    with pytest.raises(ValueError):
        Prepared(build, team=int)(team=1)


def test_a_query_that_lost_its_tenant_is_not_compiled(meet: Meet, in_nittai: None) -> None:
    race = race_of(meet)
    with pytest.raises(ValueError, match="tenant"):
        Prepared(lambda race: Race._base_manager.filter(pk=race), race=int)(race=race.pk)


def test_nothing_of_a_connection_is_kept(kita: Team) -> None:
    prepared = Prepared(lambda pk: Team.objects.filter(pk=pk), pk=int)
    prepared(pk=kita.pk)
    (compiled,) = prepared._compiled.values()
    assert compiled.compiler.connection is None
