"""Rosters when several act at the same moment. Real PostgreSQL, one connection a thread."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from entries.roster import actions, rules
from entries.roster.importing import actions as import_actions
from entries.roster.importing.columns import ROSTER_TITLES
from entries.roster.models import Athlete, Membership, Team
from tenants.audit.models import AuditRecord
from tenants.files.grid import Grid
from tenants.models import User
from tenants.refusal import Refused
from tests.tables import grid_of_rows

AT_ONCE = 20


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Do all at the same moment; how each ended: `done`, or the code of its refusal."""
    start = Barrier(len(acts))

    def act(number: int) -> str:
        try:
            start.wait()
            acts[number]()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(act, range(len(acts))))


def test_an_invitation_accepted_20_times_at_once_works_once(kita: Team, baba: User, chiba: User, now: datetime) -> None:
    token = actions.invite(kita, email=chiba.email, by=baba, at=now).token
    ends = at_once([lambda: actions.join(chiba, token=token, at=now)] * AT_ONCE)
    assert ends == {"done": 1, "link_invalid": AT_ONCE - 1}
    assert Membership.objects.filter(team=kita, user=chiba).count() == 1
    assert AuditRecord.objects.filter(verb="team.joined").count() == 1


def remove_each_other(kita: Team, baba: User, chiba: User) -> Counter[str]:
    mine = Membership.objects.get(team=kita, user=baba)
    theirs = Membership.objects.create(team=kita, user=chiba)
    return at_once(
        [
            lambda: actions.remove_member(kita, theirs, by=baba),
            lambda: actions.remove_member(kita, mine, by=chiba),
        ]
    )


def test_two_who_remove_each_other_at_once_leave_one(kita: Team, baba: User, chiba: User) -> None:
    assert remove_each_other(kita, baba, chiba) == {"done": 1, "last_member": 1}
    assert Membership.objects.filter(team=kita).count() == 1


def test_without_the_lock_on_the_team_nobody_is_left(
    kita: Team, baba: User, chiba: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both count two members, and both remove one."""
    counted, check = Barrier(2), rules.check_may_remove

    def check_together(team: Team) -> None:
        check(team)
        counted.wait()

    monkeypatch.setattr(rules, "check_may_remove", check_together)
    monkeypatch.setattr(actions, "hold", lambda team_id: None)
    assert remove_each_other(kita, baba, chiba) == {"done": 2}
    assert not Membership.objects.filter(team=kita).exists()


HEADER = ["姓", "名", "姓フリガナ", "名フリガナ", "性別", "生年月日"]


def grid(how_many: int) -> Grid:
    rows = [[f"姓{number}", "名", "ア", "イ", "男", "2004/4/2"] for number in range(how_many)]
    return grid_of_rows(ROSTER_TITLES, HEADER, *rows)


def test_a_preview_confirmed_many_times_at_once_is_written_once(kita: Team, baba: User, now: datetime) -> None:
    today = timezone.localdate()
    kept = import_actions.keep_upload(kita, by=baba, file_name="a.csv", grid=grid(200), at=now, today=today)
    ends = at_once([lambda: import_actions.apply_upload(kept, by=baba, at=now, today=today)] * 8)
    assert ends == {"done": 8}
    assert Athlete.objects.filter(team=kita).count() == 200
    assert AuditRecord.objects.filter(verb="athlete.added").count() == 200


def test_two_files_with_the_same_people_at_once_make_each_once(kita: Team, baba: User, now: datetime) -> None:
    today = timezone.localdate()
    kept = [
        import_actions.keep_upload(kita, by=baba, file_name="a.csv", grid=grid(50), at=now, today=today)
        for _ in range(2)
    ]
    ends = at_once([lambda row=row: import_actions.apply_upload(row, by=baba, at=now, today=today) for row in kept])  # type: ignore[misc]
    assert ends == {"done": 1, "roster_changed": 1}
    assert Athlete.objects.filter(team=kita).count() == 50
