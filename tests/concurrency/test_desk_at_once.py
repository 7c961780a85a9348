"""Two at the desk at the same moment: one guest is made, a notice is mailed once, and no move of a runner is lost."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from entries.entry.desk.actions import invite_new
from entries.entry.models import Entry
from entries.heat import board_actions
from entries.heat.actions import seed_heats
from entries.heat.models import ListVersion, RaceSeeding, SeedingPin
from entries.heat.publication import MAIL, publish
from entries.heat.timetable import filled, times_of, wishes_now
from entries.heat.timetable_actions import fill_timetable
from entries.meet.actions import move_state
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.news import actions, queries
from entries.news.models import Notice
from entries.roster.models import Athlete, Team
from tenants.jobs.models import Job
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.entries.heat.casts import enter, heats

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = {
    "family_name": "Kamau", "given_name": "Peter", "family_kana": "カマウ", "given_kana": "ピーター", "family_romaji": "",
    "given_romaji": "", "sex": "M", "birth_date": date(2001, 2, 3), "grade": "", "nationality": "KEN", "jaaf_id": "",
    "jaaf_pending": False, "registration_number": "", "registration_prefecture": "", "guardian_name": "",
    "guardian_consent": False,
}  # fmt: skip
AT_ONCE = 4


def at_once(act: Callable[[], object], tenant: int) -> Counter[str]:
    """What came of doing the same several times at the same moment."""
    start = Barrier(AT_ONCE)

    def one(_: int) -> str:
        try:
            with tenant_scope(tenant):
                start.wait()
                act()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def test_a_form_sent_twice_at_once_makes_one_guest(race: Race, aoki: User) -> None:
    now = timezone.now()

    def act() -> object:
        return invite_new(race=race, team=None, values=PERSON, by=aoki, at=now, today=now.date())

    assert at_once(act, race.tenant_id) == {"done": 1, "duplicate": AT_ONCE - 1}
    assert Athlete.objects.count() == Entry._base_manager.count() == 1


def test_two_who_publish_the_same_notice_ask_for_one_mail(race: Race, aoki: User) -> None:
    with tenant_scope(race.tenant_id):
        notice = Notice.objects.create(tenant_id=race.tenant_id, meet=race.meet, title="x")

    def act() -> object:
        return actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)

    assert at_once(act, race.tenant_id) == {"done": 1, "notice_out": AT_ONCE - 1}
    assert Job.objects.filter(kind=queries.MAIL).count() == 1


def test_of_moves_made_on_the_same_board_one_is_made_and_the_others_are_told(
    race: Race, kita: Team, aoki: User
) -> None:
    now = timezone.now()
    with tenant_scope(race.tenant_id):
        Meet.objects.filter(pk=race.meet_id).update(state=State.ENTRIES_CLOSED)
        race.meet.refresh_from_db()
        race.starters_per_heat = 2
        race.save()
        entries = enter(race, kita, [90_000 + n for n in range(4)], now)
        seed_heats(meet=race.meet, by=aoki, at=now)
        version = RaceSeeding.objects.get(race=race).version

    def act() -> object:
        return board_actions.move(race=race, entries=[entries[0].pk], heat=1, version=version, by=aoki, at=now)

    assert at_once(act, race.tenant_id) == {"done": 1, "board_changed": AT_ONCE - 1}
    with tenant_scope(race.tenant_id):
        assert sorted(len(heat) for heat in heats(race)) == [1, 3]
        assert (SeedingPin.objects.count(), RaceSeeding.objects.get(race=race).version) == (1, version + 1)


def test_two_who_publish_the_same_changes_make_one_version(race: Race, kita: Team, aoki: User) -> None:
    now = timezone.now()
    with tenant_scope(race.tenant_id):
        Meet.objects.filter(pk=race.meet_id).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
        race.meet.refresh_from_db()
        [first, *_] = enter(race, kita, [90_000, 90_100], now)
        seed_heats(meet=race.meet, by=aoki, at=now)
        move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now)
        Entry.objects.filter(pk=first.pk).update(withdrawn_at=now)

    def act() -> object:
        return publish(meet=race.meet, by=aoki, at=now)

    assert at_once(act, race.tenant_id) == {"done": 1, "lists_unchanged": AT_ONCE - 1}
    with tenant_scope(race.tenant_id):
        assert list(ListVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Job.objects.filter(kind=MAIL).count() == 2


def test_of_start_times_that_several_looked_at_one_set_is_written(race: Race, kita: Team, aoki: User) -> None:
    now = timezone.now()
    with tenant_scope(race.tenant_id):
        Meet.objects.filter(pk=race.meet_id).update(state=State.ENTRIES_CLOSED)
        race.meet.refresh_from_db()
        enter(race, kita, [90_000 + n for n in range(4)], now)
        seed_heats(meet=race.meet, by=aoki, at=now)
        wishes = wishes_now(race.meet, times_of(race.meet))
        seen = filled(race.meet, times_of(race.meet), wishes).token

    def act() -> object:
        return fill_timetable(meet=race.meet, wishes=wishes, seen=seen, by=aoki, at=now)

    assert at_once(act, race.tenant_id) == {"done": 1, "timetable_changed": AT_ONCE - 1}
    assert TimetableSlot._base_manager.count() == 1
