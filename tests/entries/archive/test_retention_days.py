"""Neither too much nor too little is cleared: the edges of retention (requirement P2)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from entries.archive import erasing, purging
from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team
from tenants.audit.actions import record
from tenants.models import AuditRecord, IncidentContact, RetentionRule, Tenant, User
from tenants.privacy import retention
from tenants.refusal import Refused
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import open_meet, race_of, states
from tests.entries.archive.canaries import child_of

pytestmark = pytest.mark.django_db


def line(kind: str, at: datetime, *, apply: bool = True) -> retention.ClassRun:
    return next(line for line in retention.run(at=at, apply=apply, only=[kind]))


def ended(meet: Meet, on: date, **fields: Any) -> None:
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(starts_on=on, ends_on=on, **fields)


@pytest.mark.parametrize(("moment", "overdue"), [("2027-05-31T23:59:59+09:00", 0), ("2027-06-01T00:00:00+09:00", 1)])
def test_a_meet_is_overdue_from_midnight_in_japan(meet: Meet, moment: str, overdue: int) -> None:
    ended(meet, date(2027, 5, 2))
    RetentionRule.objects.create(kind="meets", days=30)
    at = datetime.fromisoformat(moment)
    assert line("meets", at, apply=False).overdue == overdue
    assert line("meets", at).cleared == overdue


def test_a_meet_is_never_purged_before_its_rest_and_the_run_goes_on(meet: Meet, now: datetime) -> None:
    ended(meet, now.date() - timedelta(days=60))
    RetentionRule.objects.create(kind="meets", days=30)
    RetentionRule.objects.create(kind="meets_rest", days=400)
    assert (line("meets", now, apply=False).overdue, line("meets", now).cleared) == (0, 0)
    later = now + timedelta(days=341)
    assert (line("meets", later, apply=False).overdue, line("meets", later).cleared) == (1, 1)


def test_a_meet_whose_day_is_not_over_where_it_is_held_waits(meet: Meet) -> None:
    ended(meet, date(2027, 5, 2), time_zone="Pacific/Honolulu")
    for kind in ("meets", "meets_rest"):
        RetentionRule.objects.create(kind=kind, days=30)
    morning = datetime.fromisoformat("2027-06-01T06:00:00+09:00")
    assert line("meets", morning).cleared == 0
    assert line("meets", morning + timedelta(days=1)).cleared == 1


def test_an_account_that_was_shut_out_goes_without_being_told(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("unused@canary.example", is_active=False)
    User.objects.filter(pk=user.pk).update(created_at=now - timedelta(days=1_094))
    assert (line("accounts", now).cleared, line("accounts", now).told) == (0, 0)
    assert line("accounts", now + timedelta(days=2)).cleared == 1
    user.refresh_from_db()
    assert user.email == f"erased-user-{user.pk}@erased.invalid"


def test_an_athlete_of_a_team_with_many_members_counts_once(
    kita: Team, chiba: User, runners: list[Athlete], now: datetime
) -> None:
    Membership.objects.create(team=kita, user=chiba)
    long_ago = now - timedelta(days=2_000)
    Athlete.objects.filter(pk=runners[0].pk).update(left_at=long_ago, updated_at=long_ago)
    said = line("athletes_gone", now, apply=False)
    assert (said.overdue, line("athletes_gone", now).cleared) == (1, 1)


def test_the_trail_of_who_was_called_is_emptied_too(nittai: Tenant, aoki: User, now: datetime) -> None:
    contact = IncidentContact.objects.create(tenant=nittai, role="x", name="鶴", phone="080-9999-1234")
    record("incidentcontact.added", contact, by=aoki, after={"name": "鶴"})
    AuditRecord.objects.update(at=now - timedelta(days=401))
    assert line("trail_values", now).cleared == 1
    row = AuditRecord.objects.get()
    assert (row.verb, row.target_name, row.after) == ("incidentcontact.added", "", {})


def entered(race: Race, team: Team, athlete: Athlete, by: User, now: datetime) -> None:
    with tenant_scope(race.tenant_id):
        lines = [Line(0, athlete.pk, race.pk, 90_000)]
        actions.submit(meet=race.meet, team=team, lines=lines, key=str(race.pk), by=by, at=now)


def test_an_entry_that_came_through_beside_the_erasure_is_withdrawn_by_the_next_run(
    kita: Team, baba: User, race: Race, runners: list[Athlete], now: datetime
) -> None:
    entered(race, kita, runners[0], baba, now)
    Athlete.objects.filter(pk=runners[0].pk).update(erased_at=now, left_at=now)
    assert line("athletes_gone", now, apply=False).overdue == 1
    assert line("athletes_gone", now).cleared == 1
    with across_tenants():
        assert [state for _ticket, state in states(race)] == ["withdrawn"]
    assert line("athletes_gone", now).overdue == 0


def test_a_guardian_stays_while_another_host_needs_one(
    kita: Team, baba: User, race: Race, chuo: Tenant, now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    entered(race_of(open_meet(chuo)), kita, child.athlete, baba, now)
    ended(race.meet, now.date() - timedelta(days=60))
    race.meet.refresh_from_db()
    assert purging.preview(race.meet, at=now)["guardians"] == 0
    purging.purge_meet(race.meet, by=None, at=now, without_export=True)
    assert Athlete.objects.get().guardian_name == "蝶野保護者"


def test_a_copy_from_before_the_last_day_is_none(meet: Meet, aoki: User, now: datetime) -> None:
    ended(meet, now.date() - timedelta(days=20))
    meet.refresh_from_db()
    record("meet.exported", meet, by=aoki, after={"with_personal": True})
    AuditRecord.objects.update(at=now - timedelta(days=22))
    with pytest.raises(Refused, match="purge_not_exported"):
        purging.purge_meet(meet, by=aoki, at=now)
    AuditRecord.objects.update(at=now - timedelta(days=18))
    purging.purge_meet(meet, by=aoki, at=now)


def test_a_second_erasure_of_a_row_read_before_the_first_is_refused(
    kita: Team, baba: User, runners: list[Athlete], now: datetime
) -> None:
    stale = Athlete.objects.get(pk=runners[0].pk)
    erasing.erase(runners[0], by=baba, at=now)
    with pytest.raises(Refused, match="erased_already"):
        erasing.erase(stale, by=baba, at=now)
    assert AuditRecord.objects.filter(verb="athlete.erased").count() == 1


def test_nobody_entered_is_erased_as_an_account_unseen(
    make_user: Callable[..., User], race: Race, now: datetime
) -> None:
    from tests.conftest import team_of

    me = make_user("tsuru@canary.example", name="早乙女丸 鶴之助")
    team = team_of(me, "早乙女丸", "individual")
    child = child_of(team, me, race, now)
    said = erasing.preview(me)
    assert (said.withdrawn, said.refusal and said.refusal.code) == (1, "erase_entered")
    with pytest.raises(Refused, match="erase_entered"):
        erasing.erase(me, by=None, at=now)
    erasing.erase(me, by=None, at=now, withdraw=True)
    with across_tenants():
        assert not Entry.objects.live().filter(athlete=child.athlete).exists()
