"""What the first wall does not cover, one test each. Whoever closes a hole turns its test around.

The second wall, row-level security in the database, will cover them all; until then these are rules for our own code,
and `tests/test_access.py` tries what an outsider could make of them.
"""

import pytest
from django.db import connection

from entries.meet.models import Meet, Race
from tenants.models import Tenant
from tenants.scope import ScopeError, across_tenants, tenant_scope
from tests.conftest import open_meet, race_of


@pytest.fixture
def theirs(chuo: Tenant) -> Meet:
    return open_meet(chuo, "theirs", name="theirs")


def test_hole_the_base_manager_knows_no_scope(theirs: Meet, in_nittai: None) -> None:
    """Django needs it unfiltered, for saving and for foreign keys. Our code names it once, to lock a row of the admin that
    the scoped manager had found (`tenants/desk/base.py`)."""
    assert Meet._base_manager.filter(pk=theirs.pk).exists()


def test_hole_following_a_foreign_key_knows_no_scope(theirs: Meet, nittai: Tenant) -> None:
    """From a row of another tenant, which one cannot have got through a manager. `check_scope()` checks by hand."""
    theirs_race = race_of(theirs)
    with tenant_scope(nittai.pk):
        found = Race._base_manager.get(pk=theirs_race.pk).meet
        assert found.name == "theirs"
        with pytest.raises(ScopeError):
            found.check_scope()


def test_hole_refresh_from_db_knows_no_scope(theirs: Meet, in_nittai: None) -> None:
    theirs.refresh_from_db()
    assert theirs.name == "theirs"


def test_hole_a_foreign_key_may_point_across_tenants(theirs: Meet, nittai: Tenant) -> None:
    """Nothing compares a row's tenant with the one of the row it points to: rules do (`race_unknown`)."""
    with tenant_scope(nittai.pk):
        race = Race.objects.create(tenant=nittai, meet=theirs, name="x", distance_m=5000, sex="M")
    with across_tenants():
        assert Race.objects.get(pk=race.pk).meet.tenant_id != race.tenant_id


def test_hole_an_upsert_by_primary_key_overwrites_a_foreign_row(theirs: Meet, nittai: Tenant) -> None:
    """`bulk_create(update_conflicts=True)` must name the tenant among its unique fields; catalog's import does."""
    stolen = Meet(
        pk=theirs.pk, tenant=nittai, slug="x", name="stolen", starts_on=theirs.starts_on, ends_on=theirs.ends_on,
        entries_open_at=theirs.entries_open_at, entries_close_at=theirs.entries_close_at,
    )  # fmt: skip
    with tenant_scope(nittai.pk):
        Meet.objects.bulk_create([stolen], update_conflicts=True, unique_fields=["pk"], update_fields=["name"])
    with across_tenants():
        assert Meet.objects.get(pk=theirs.pk).name == "stolen"


def test_hole_raw_sql_knows_no_scope(theirs: Meet, in_nittai: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM entries_meet")
        assert cursor.fetchall() == [("theirs",)]


def test_hole_a_query_keeps_the_scope_it_was_made_in(theirs: Meet, nittai: Tenant, chuo: Tenant) -> None:
    """The tenant is written into the query when it is made, not when it runs. A request has one scope."""
    with tenant_scope(chuo.pk):
        made_there = Meet.objects.all()
    with tenant_scope(nittai.pk):
        assert [meet.name for meet in made_there] == ["theirs"]
