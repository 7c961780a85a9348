"""Pausing the entries of one meet: what it stops, what goes on, and what is said."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from entries.entry import actions, entry_actions, pausing, rules
from entries.entry.lines import Line
from entries.entry.models import Entry, EntryUpload, Submission
from entries.meet.actions import copy_meet
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Tenant, User
from tenants.refusal import Refused
from tenants.wording import say
from tests.conftest import open_meet, race_of, states

pytestmark = pytest.mark.usefixtures("in_nittai")
SHEET, MEET = "/meets/nittai/ld326/enter", "/meets/nittai/ld326/"
NOTE = "種目の設定を確認しています。15時に再開します。"


@pytest.fixture
def enter(kita: Team, meet: Meet, runners: list[Athlete], baba: User, now: datetime) -> Callable[..., Submission]:
    def enter(race: Race, *numbers: int, key: str = "", meet: Meet = meet) -> Submission:
        lines = [Line(n, runners[number].pk, race.pk, 87_000) for n, number in enumerate(numbers)]
        return actions.submit(meet=meet, team=kita, lines=lines, key=key or f"{race.pk}{numbers}", by=baba, at=now)

    return enter


@pytest.fixture
def pause(meet: Meet, aoki: User, now: datetime) -> Callable[..., bool]:
    def pause(note: str = NOTE, why: str = "設定の誤り") -> bool:
        done = pausing.pause(meet=meet, by=aoki, at=now, note=note, why=why)
        meet.refresh_from_db()
        return done

    return pause


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(athlete: Athlete, race: Race) -> dict[str, Any]:
    return {
        "submission_key": "page-key",
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 0,
        "rows-0-athlete": athlete.pk,
        "rows-0-race": race.pk,
        "rows-0-seed_time": "14:30.00",
    }


def test_a_paused_meet_takes_no_entry_and_says_why(
    enter: Callable[..., Submission], pause: Callable[..., bool], race: Race
) -> None:
    assert pause()
    with pytest.raises(Refused) as refused:
        enter(race, 0)
    assert refused.value.code == "entries_paused"
    assert NOTE in say(refused.value)
    assert Entry.objects.count() == 0


def test_a_pause_without_a_note_asks_to_wait(meet: Meet, pause: Callable[..., bool], now: datetime) -> None:
    pause(note="")
    with pytest.raises(Refused) as refused:
        rules.check_takes_entries(meet, at=now)
    assert "再開までお待ちください" in say(refused.value)


def test_outside_the_window_it_is_the_window_that_is_said(meet: Meet, pause: Callable[..., bool]) -> None:
    pause()
    with pytest.raises(Refused) as refused:
        rules.check_takes_entries(meet, at=meet.entries_close_at)
    assert refused.value.code == "closed"


def test_who_looked_before_the_pause_is_refused_when_it_comes_to_writing(
    enter: Callable[..., Submission], meet: Meet, race: Race, aoki: User, now: datetime
) -> None:
    """The request's own copy of the meet is from before; the rows are read again once the queue is ours."""
    before = Meet.objects.get(pk=meet.pk)
    pausing.pause(meet=meet, by=aoki, at=now, note=NOTE)
    with pytest.raises(Refused) as refused:
        enter(race, 0, meet=before)
    assert refused.value.code == "entries_paused"
    race.refresh_from_db()
    assert (Entry.objects.count(), Submission.objects.count(), race.last_ticket) == (0, 0, 0)


def test_the_receipt_of_what_was_sent_before_comes_again(
    enter: Callable[..., Submission], pause: Callable[..., bool], race: Race
) -> None:
    first = enter(race, 0, key="same")
    pause()
    assert enter(race, 0, key="same") == first


def test_after_resuming_the_order_goes_on_where_it_stood(
    enter: Callable[..., Submission], pause: Callable[..., bool], meet: Meet, aoki: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    enter(race, 0)
    pause()
    assert pausing.resume(meet=meet, by=aoki)
    meet.refresh_from_db()
    enter(race, 1)
    assert states(race) == [(1, "accepted"), (2, "waitlisted")]


def test_withdrawals_promotions_and_corrections_go_on(
    enter: Callable[..., Submission], pause: Callable[..., bool], meet: Meet, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    enter(race, 0)
    enter(race, 1)
    pause()
    first, second = Entry.objects.order_by("ticket")
    promoted = entry_actions.withdraw(entry=first, by=baba, at=now)
    assert promoted == [second]
    entry_actions.correct_times(entry=second, seed_time=88_000, personal_best=None, by=baba, at=now)
    assert Entry.objects.get(pk=second.pk).seed_time == 88_000


def test_pausing_is_safe_to_repeat_and_stands_in_the_trail(
    pause: Callable[..., bool], meet: Meet, aoki: User, now: datetime
) -> None:
    assert pause()
    assert not pause()
    since = meet.entries_paused_at
    assert pause(note="16時に再開します。")
    assert meet.entries_paused_at == since
    assert pausing.resume(meet=meet, by=aoki)
    assert not pausing.resume(meet=meet, by=aoki)
    trail = AuditRecord.objects.filter(target_type="meet").order_by("pk")
    assert list(trail.values_list("verb", "actor", "why")) == [
        ("meet.paused", aoki.pk, "設定の誤り"),
        ("meet.pause_said", aoki.pk, "設定の誤り"),
        ("meet.resumed", aoki.pk, ""),
    ]
    assert trail[0].after["pause_note"] == NOTE


def test_other_meets_go_on(
    enter: Callable[..., Submission], pause: Callable[..., bool], nittai: Tenant, race: Race
) -> None:
    pause()
    other = open_meet(nittai, "other")
    assert enter(race_of(other), 0, meet=other).meet == other


def test_a_race_that_was_paused_by_itself_stays_so(
    enter: Callable[..., Submission], pause: Callable[..., bool], meet: Meet, race: Race, aoki: User, now: datetime
) -> None:
    Race.objects.filter(pk=race.pk).update(paused_at=now)
    pause()
    pausing.resume(meet=meet, by=aoki)
    assert Race.objects.get(pk=race.pk).paused_at == now


def test_a_copied_meet_is_not_paused(pause: Callable[..., bool], meet: Meet, aoki: User) -> None:
    pause()
    copy = copy_meet(meet=meet, name="次", slug="next", starts_on=meet.starts_on + timedelta(days=7), by=aoki)
    assert (copy.entries_paused_at, copy.pause_note) == (None, "")


def test_a_note_that_is_too_long_changes_nothing(meet: Meet, aoki: User, now: datetime) -> None:
    with pytest.raises(Refused):
        pausing.pause(meet=meet, by=aoki, at=now, note="x" * 301)
    assert Meet.objects.get(pk=meet.pk).entries_paused_at is None


def test_the_sheet_says_so_keeps_everything_and_can_still_be_sent_later(
    pause: Callable[..., bool], meet: Meet, race: Race, runners: list[Athlete], baba: User, aoki: User, now: datetime
) -> None:
    pause()
    client = signed_in(baba)
    page = client.get(SHEET).content.decode()
    assert NOTE in page
    assert "一時停止中" in page
    assert 'id="sheet-send"' in page
    typed = rows(runners[0], race) | {"rows-0-personal_best": "14分20秒"}
    answer = client.post(SHEET, typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert NOTE in text
    for kept in ("14:30.00", "14分20秒", "page-key"):
        assert kept in text
    draft = {"team": runners[0].team_id, "version": 0, "rows": []}
    assert client.post(f"{SHEET}/draft", draft, content_type="application/json").status_code == 200
    pausing.resume(meet=meet, by=aoki)
    assert client.post(SHEET, typed).status_code == 303


def test_a_file_is_previewed_and_entered_once_the_pause_is_over(
    pause: Callable[..., bool], meet: Meet, race: Race, runners: list[Athlete], baba: User, kita: Team, aoki: User, now: datetime
) -> None:  # fmt: skip
    from django.core.files.uploadedfile import SimpleUploadedFile

    pause()
    client = signed_in(baba)
    file = SimpleUploadedFile("x.csv", f"氏名,種目,申告タイム\n{runners[0].full_name},{race.name},14:30.00\n".encode())
    kept = client.post(f"{SHEET}/upload", {"file": file})
    assert kept.status_code == 303
    address = kept["Location"]
    assert NOTE in client.get(address).content.decode()
    answer = client.post(address)
    assert answer.status_code == 422
    assert NOTE in answer.content.decode()
    assert EntryUpload.objects.get().submission is None
    pausing.resume(meet=meet, by=aoki)
    assert client.post(address).status_code == 303


def test_the_public_pages_say_it_with_word_shape_and_note(pause: Callable[..., bool], meet: Meet, race: Race) -> None:
    from entries.news.page_cache import PAGES

    pause()
    text = Client().get(MEET).content.decode()
    assert re.search(r'<span class="chip chip--bad">申込を一時停止中</span>', text)
    assert NOTE in text
    assert "button--next" not in text
    assert "一時停止中" in text
    for address in ("/", "/meets/"):
        assert "申込を一時停止中" in Client().get(address).content.decode()
    Meet.objects.update(entries_paused_at=None, pause_note="")
    PAGES.clear()
    assert "申込を一時停止中" not in Client().get(MEET).content.decode()


def test_once_entries_have_closed_nothing_speaks_of_a_pause(pause: Callable[..., bool], meet: Meet, race: Race) -> None:
    pause()
    Meet.objects.update(state=State.ENTRIES_CLOSED)
    assert "一時停止" not in Client().get(MEET).content.decode()


def press(client: Client, meet: Meet, action: str, **typed: str) -> Any:
    values = {"action": action, "_selected_action": meet.pk, "from_row": "1", **typed}
    return client.post("/admin/entries/meet/", values)


def test_an_organizer_pauses_and_resumes_on_the_desk_with_a_reason(meet: Meet, aoki: User) -> None:
    client = signed_in(aoki)
    assert "申込を一時停止" in client.get("/admin/").content.decode()
    assert press(client, meet, "pause_entries").status_code == 200
    refused = press(client, meet, "pause_entries", confirmed="1", note=NOTE, why="")
    assert refused.status_code == 422
    assert NOTE in refused.content.decode()
    assert Meet.objects.get().entries_paused_at is None
    assert press(client, meet, "pause_entries", confirmed="1", note=NOTE, why="設定の誤り").status_code == 302
    assert Meet.objects.get().pause_note == NOTE
    desk = client.get("/admin/").content.decode()
    assert "申込を一時停止しています" in desk
    assert NOTE in desk
    page = client.get(f"/admin/entries/meet/{meet.pk}/change/").content.decode()
    assert "一時停止中" in page
    assert "申込を再開" in page
    assert press(client, meet, "resume_entries", confirmed="1", why="").status_code == 302
    assert Meet.objects.get().entries_paused_at is None


@pytest.mark.parametrize("who", ["doi", "endo", "baba"])
def test_nobody_else_pauses_a_hosts_meet(request: pytest.FixtureRequest, meet: Meet, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    press(client, meet, "pause_entries", confirmed="1", note=NOTE, why="x")
    assert Meet.objects.get(pk=meet.pk).entries_paused_at is None
