"""Columns of many rows are written as Django would write them, and within the tenant."""

import pytest

from entries.heat.models import Heat, Start
from entries.meet.models import Race
from entries.roster.models import Team
from tenants.rows import write_columns
from tenants.scope import ScopeError, tenant_scope
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def starts(race: Race, kita: Team, in_nittai: None) -> list[Start]:
    heat = Heat.objects.create(tenant_id=race.tenant_id, race=race, number=1)
    entries = enter(race, kita, [90_000, 90_100, 90_200], race.meet.entries_open_at)
    return [
        Start.objects.create(tenant_id=race.tenant_id, heat=heat, entry=entry, hip_number=number)
        for number, entry in enumerate(entries, start=1)
    ]


def test_only_these_columns_of_only_these_rows_are_written(starts: list[Start]) -> None:
    first, second, third = starts
    first.reason, first.rank, first.hip_number = {"a": ["%s", None]}, 7, 99
    second.reason, second.rank = {}, None
    write_columns([first, second], ["reason", "rank"])
    found = {row.pk: (row.reason, row.rank, row.hip_number) for row in Start.objects.all()}
    assert found == {first.pk: ({"a": ["%s", None]}, 7, 1), second.pk: ({}, None, 2), third.pk: ({}, None, 3)}
    write_columns([], ["rank"])


def test_a_row_of_another_tenant_is_refused(starts: list[Start]) -> None:
    with tenant_scope(starts[0].tenant_id + 1), pytest.raises(ScopeError):
        write_columns(starts, ["rank"])
