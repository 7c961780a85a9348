"""Start lists that are out: versions, names of that day, and numbers that nobody loses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from entries.entry.models import Entry
from entries.heat import board_actions
from entries.heat.actions import places_of, seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.board import Line, arranged
from entries.heat.models import ListVersion, RaceSeeding, Start
from entries.heat.publication import publish
from entries.heat.start_list import start_list_of
from entries.heat.versions import Row, compare
from entries.heat.wording import why
from entries.meet.actions import move_state
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.roster.models import Athlete, Team
from tenants.jobs.models import Job
from tenants.jobs.work import claim, run
from tenants.models import AuditRecord, OutboxMail, User
from tenants.outbox.contents import write
from tenants.refusal import Refused
from tests.conftest import race_of
from tests.entries.heat.casts import enter, heats

lines = st.lists(st.integers(1, 4), min_size=1, max_size=24)


@given(lines, st.lists(st.tuples(st.integers(0, 23), st.integers(1, 5)), max_size=12))
def test_no_sequence_of_moves_changes_the_number_of_somebody_else(
    of_heats: list[int], moves: list[tuple[int, int]]
) -> None:
    taken = dict.fromkeys(range(1, 6), 0)
    board = []
    for entry, heat in enumerate(of_heats):
        taken[heat] += 1
        board.append(Line(entry, heat, taken[heat], entry + 1, {}))
    for entry, heat in moves:
        if entry >= len(board):
            continue
        before = {line.entry: line for line in board}
        board = arranged(board, {entry: heat}, is_out=True)
        assert {line.entry: line for line in board if line.entry != entry} == {
            number: line for number, line in before.items() if number != entry
        }
        assert len({(line.heat, line.hip_number) for line in board}) == len(board)
        mine = next(line for line in board if line.entry == entry)
        assert mine.heat == heat
        assert mine.hip_number is not None
        assert mine.hip_number <= sum(line.heat == heat for line in board) or mine == before[entry]


def test_what_two_versions_differ_in() -> None:
    before: list[Row] = [
        [1, 5, 1, 1, 10, ""], [2, 5, 1, 2, 11, ""], [3, 5, 2, 1, 12, ""], [4, 5, 2, 2, 13, ""], [5, 5, 2, 3, None, ""],
        [7, 5, 3, 1, 16, None],
    ]  # fmt: skip
    after: list[Row] = [
        [1, 5, 1, 1, 10, ""], [2, 5, 2, 4, 11, ""], [4, 5, 2, 1, 13, ""], [5, 5, 2, 3, 14, ""], [6, 5, 1, 2, 15, ""],
        [7, 5, 3, 1, 16, "9:00"],
    ]  # fmt: skip
    found = {"added": [6], "gone": [3], "moved": [2], "renumbered": [4], "bib": [5], "time": [7]}
    assert compare(before, after) == found
    assert compare(before, before) == {}


@pytest.fixture
def race(meet: Meet, kita: Team, minami: Team, now: datetime, in_nittai: None) -> Race:
    """Five of kita and one of minami in heats of two, closed."""
    closed = {"state": State.ENTRIES_CLOSED, "entries_open_at": now - timedelta(days=9), "entries_close_at": now}
    Meet.objects.filter(pk=meet.pk).update(**closed)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2)
    enter(race, kita, [90_000, 90_100, 90_200, 90_300, 90_400], now)
    enter(race, minami, [90_050], now)
    race.meet = meet
    return race


@pytest.fixture
def out(race: Race, aoki: User, now: datetime) -> Race:
    """The same with heats and bibs, and the lists are out."""
    seed_heats(meet=race.meet, by=None, at=now)
    set_ranges(meet=race.meet, rows=[{"first": 100, "last": 199}], by=aoki)
    assign_bibs(meet=race.meet, by=aoki)
    race.meet = move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    return race


def work_through() -> None:
    while job := claim(at=timezone.now()):
        run(job)


def version_of(race: Race) -> int:
    return RaceSeeding.objects.get(race=race).version


@pytest.mark.django_db
def test_lists_do_not_come_out_while_somebody_stands_nowhere(race: Race, aoki: User, kita: Team, now: datetime) -> None:
    with pytest.raises(Refused, match="checks_missing"):
        move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    seed_heats(meet=race.meet, by=None, at=now)
    enter(race, kita, [91_000], now)
    with pytest.raises(Refused, match="checks_missing"):
        move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    seed_heats(meet=race.meet, by=None, at=now)
    assert move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now).state == State.START_LISTS_OUT


@pytest.mark.django_db
def test_coming_out_is_the_first_version(out: Race, aoki: User, now: datetime) -> None:
    version = ListVersion.objects.get()
    assert (version.number, version.published_by, version.published_at) == (1, aoki, now)
    assert sorted(row[0] for row in version.starts) == sorted(Entry.objects.values_list("pk", flat=True))
    assert AuditRecord.objects.get(verb="meet.lists_published").after == {"version": 1, "runners": 6}


@pytest.mark.django_db
def test_names_stay_those_of_the_day_the_lists_came_out(out: Race) -> None:
    before = start_list_of(out.meet)
    Athlete.objects.update(family_name="改", family_kana="カイ", grade="9")
    Team.objects.update(name="新しい名前", short_name="新")
    after = start_list_of(out.meet)
    called = ("name", "kana", "name_here", "team", "team_short", "grade")
    assert [[getattr(one, part) for part in called] for one in after] == [
        [getattr(one, part) for part in called] for one in before
    ]


@pytest.mark.django_db
def test_heats_are_not_made_anew_once_they_were_out(out: Race, aoki: User, now: datetime) -> None:
    before = heats(out)
    for races in (None, [out.pk]):
        with pytest.raises(Refused, match="lists_went_out"):
            seed_heats(meet=out.meet, by=None, at=now, races=races)
    back = move_state(meet=out.meet, to=State.ENTRIES_CLOSED, by=aoki, at=now, why="誤り")
    with pytest.raises(Refused, match="lists_went_out"):
        seed_heats(meet=back, by=None, at=now)
    assert heats(out) == before


@pytest.mark.django_db
def test_who_is_moved_takes_a_free_number_and_nobody_else_changes(out: Race, aoki: User, now: datetime) -> None:
    before = {one.entry: (one.start, one.heat, one.hip_number, one.bib) for one in start_list_of(out.meet)}
    mover = next(entry for entry, place in before.items() if place[1:3] == (1, 1))
    board_actions.move(race=out, entries=[mover], heat=3, version=version_of(out), by=aoki, at=now)
    after = {one.entry: (one.start, one.heat, one.hip_number, one.bib) for one in start_list_of(out.meet)}
    assert after.pop(mover) == (before[mover][0], 3, 3, before.pop(mover)[3])
    assert after == before
    other = next(entry for entry, place in before.items() if place[1] == 2)
    board_actions.move(race=out, entries=[other], heat=1, version=version_of(out), by=aoki, at=now)
    assert Start.objects.get(entry=other).hip_number == 1  # the hole
    board_actions.undo(race=out, version=version_of(out), by=aoki, at=now)
    board_actions.undo(race=out, version=version_of(out), by=aoki, at=now)
    assert {one.entry: one.hip_number for one in start_list_of(out.meet) if one.entry != mover} == {
        entry: place[2] for entry, place in before.items()
    }
    with pytest.raises(Refused, match="nothing_to_undo"):
        board_actions.undo(race=out, version=version_of(out), by=aoki, at=now)


@pytest.mark.django_db
def test_two_who_change_places_change_numbers(out: Race, aoki: User, now: datetime) -> None:
    starts = {one.entry: one for one in start_list_of(out.meet)}
    one = next(start for start in starts.values() if (start.heat, start.hip_number) == (1, 1))
    other = next(start for start in starts.values() if (start.heat, start.hip_number) == (3, 2))
    board_actions.swap(race=out, one=one.entry, other=other.entry, version=version_of(out), by=aoki, at=now)
    now_there = {start.entry: (start.heat, start.hip_number) for start in start_list_of(out.meet)}
    assert (now_there[one.entry], now_there[other.entry]) == ((3, 2), (1, 1))


@pytest.mark.django_db
def test_the_next_version_counts_what_changed_and_only_then_comes(out: Race, aoki: User, now: datetime) -> None:
    with pytest.raises(Refused, match="lists_unchanged"):
        publish(meet=out.meet, by=aoki, at=now)
    first, second, *_ = start_list_of(out.meet)
    Entry.objects.filter(pk=first.entry).update(withdrawn_at=now)
    board_actions.move(race=out, entries=[second.entry], heat=3, version=version_of(out), by=aoki, at=now)
    version = publish(meet=out.meet, by=aoki, at=now)
    assert (version.number, version.changes) == (2, {"gone": 1, "moved": 1})
    with pytest.raises(Refused, match="lists_unchanged"):
        publish(meet=out.meet, by=aoki, at=now)


@pytest.mark.django_db
def test_lists_that_were_taken_back_come_out_as_they_were(out: Race, aoki: User, now: datetime) -> None:
    back = move_state(meet=out.meet, to=State.ENTRIES_CLOSED, by=aoki, at=now, why="誤り")
    with pytest.raises(Refused, match="lists_not_out"):
        publish(meet=back, by=aoki, at=now)
    move_state(meet=back, to=State.START_LISTS_OUT, by=aoki, at=now)
    assert ListVersion.objects.count() == 1


@pytest.mark.django_db
def test_each_team_gets_one_mail_and_then_only_those_it_is_about(
    out: Race, aoki: User, now: datetime, kita: Team, minami: Team
) -> None:
    Team.objects.filter(pk=kita.pk).update(contact_email="kita@example.com")
    Team.objects.filter(pk=minami.pk).update(contact_email="minami@example.com")
    job = Job.objects.get(kind="heat.mail_lists")
    work_through()
    sent = OutboxMail.objects.filter(kind="heat.start_list")
    assert sorted(sent.values_list("to", flat=True)) == ["kita@example.com", "minami@example.com"]
    letter = write("heat.start_list", sent.get(to="minami@example.com").context)
    assert letter is not None
    assert "スタートリスト" in letter.subject
    [mine] = [one for one in start_list_of(out.meet) if one.team_id == minami.pk]
    assert f"{mine.heat}組 腰ナンバー{mine.hip_number}" in letter.body
    assert letter.body.count("腰ナンバー") == 1
    run(job)  # a worker that died after its work leaves the job to another
    assert sent.count() == 2
    Entry.objects.filter(pk=mine.entry).update(withdrawn_at=now)
    publish(meet=out.meet, by=aoki, at=now)
    work_through()
    assert sent.count() == 3
    assert sent.order_by("-pk")[0].to == "minami@example.com"


def _told(meet: Meet, team: Team, *, sent: int = 0) -> list[int]:
    """The versions whose mails to the team say something when they leave now, after those up to `sent` have left."""
    work_through()
    mails = OutboxMail.objects.filter(kind="heat.start_list", context__team=team.pk).order_by("pk")
    numbers = dict(ListVersion.objects.filter(meet=meet).values_list("pk", "number"))
    for mail in mails:
        if numbers[mail.context["version"]] <= sent:
            OutboxMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
    waiting = mails.filter(sent_at__isnull=True)
    return [numbers[mail.context["version"]] for mail in waiting if write(mail.kind, mail.context)]


@pytest.mark.django_db
def test_quick_versions_tell_a_team_the_same_starts_once(
    out: Race, aoki: User, now: datetime, kita: Team, minami: Team
) -> None:
    for team in (kita, minami):
        Team.objects.filter(pk=team.pk).update(contact_email=f"{team.pk}@example.com")
    [mine] = [one for one in start_list_of(out.meet) if one.team_id == minami.pk]
    other = next(one for one in start_list_of(out.meet) if one.team_id == kita.pk)
    there = mine.heat % 3 + 1

    def moved(entry: int, heat: int) -> None:
        board_actions.move(race=out, entries=[entry], heat=heat, version=version_of(out), by=aoki, at=now)
        publish(meet=out.meet, by=aoki, at=now)

    moved(mine.entry, there)
    assert _told(out.meet, minami) == [2]  # the first one had not left yet
    moved(mine.entry, there % 3 + 1)
    assert _told(out.meet, minami, sent=1) == [3]
    moved(other.entry, other.heat % 3 + 1)
    assert _told(out.meet, minami) == [3]
    assert _told(out.meet, kita) == [4]
    moved(mine.entry, there)
    assert _told(out.meet, minami, sent=3) == [5]


@pytest.mark.django_db
def test_who_is_back_where_the_last_mail_said_is_told_nothing(
    out: Race, aoki: User, now: datetime, minami: Team
) -> None:
    Team.objects.filter(pk=minami.pk).update(contact_email="minami@example.com")
    [mine] = [one for one in start_list_of(out.meet) if one.team_id == minami.pk]
    assert _told(out.meet, minami, sent=1) == []
    board_actions.move(race=out, entries=[mine.entry], heat=mine.heat % 3 + 1, version=version_of(out), by=aoki, at=now)
    publish(meet=out.meet, by=aoki, at=now)
    board_actions.undo(race=out, version=version_of(out), by=aoki, at=now)
    publish(meet=out.meet, by=aoki, at=now)
    assert _told(out.meet, minami) == []


@pytest.mark.django_db
def test_a_recut_counts_who_would_move_first(out: Race, kita: Team, now: datetime, capsys: Any) -> None:
    enter(out, kita, [89_000, 90_150], now)
    before = places_of(out.meet)
    address = f"{out.meet.tenant.slug}/{out.meet.slug}"
    call_command("seed_heats", address, "--recut")
    said = capsys.readouterr().out
    assert places_of(out.meet) == before
    call_command("seed_heats", address, "--recut", "--apply")
    after = places_of(out.meet)
    assert len(after) == 8
    moved = sum(after[entry] != place for entry, place in before.items())
    assert moved
    assert f"would move: {moved} of 8" in said


@pytest.mark.django_db
def test_the_desk_publishes_the_next_version(client: Client, aoki: User, out: Race, now: datetime) -> None:
    client.force_login(aoki)
    page = f"/admin/entries/meet/{out.meet_id}/programme/"
    text = client.get(page).content.decode()
    assert 'name="publish"' not in text
    assert 'name="seed"' not in text
    assert 'name="move"' in text
    assert client.post(page, {"publish": "1"}).status_code == 422
    assert client.post(page, {"seed": "1"}).status_code == 422
    Entry.objects.filter(pk=start_list_of(out.meet)[0].entry).update(withdrawn_at=now)
    text = client.get(page).content.decode()
    assert 'name="publish"' in text
    assert f"<strong>1</strong>: {start_list_of(out.meet)[0].name_here}" in text
    assert client.post(page, {"publish": "1"}, follow=True).status_code == 200
    assert ListVersion.objects.count() == 2
    public = client.get("/meets/nittai/ld326/start-lists/").content.decode()
    assert "第2版" in public
    assert f"取り消し済み 1: {start_list_of(out.meet)[0].name_here}" in public


@pytest.mark.django_db
def test_who_comes_late_takes_a_free_number_and_nobody_else_changes(
    client: Client, out: Race, aoki: User, minami: Team, now: datetime
) -> None:
    client.force_login(aoki)
    [late] = enter(out, minami, [88_000], now)
    before = {one.entry: (one.start, one.heat, one.hip_number) for one in start_list_of(out.meet)}
    page = f"/admin/entries/meet/{out.meet_id}/programme/"
    text = client.get(page).content.decode()
    assert "組にいない選手" in text
    values = {"move": "1", "race": out.pk, "version": version_of(out), "start": [late.pk], "heat": "2", "why": "追加"}
    assert client.post(page, values).status_code == 302
    after = {one.entry: (one.start, one.heat, one.hip_number) for one in start_list_of(out.meet)}
    assert after.pop(late.pk)[1:] == (2, 3)
    assert after == before
    assert "組にいない選手" not in client.get(page).content.decode()
    start = Start.objects.get(entry=late)
    assert why(start.reason, 2, {}) == "組ができた後に、主催者が2組に加えました。"
    assert publish(meet=out.meet, by=aoki, at=now).changes == {"added": 1}
    with pytest.raises(Refused, match="heat_unknown"):
        board_actions.move(race=out, entries=[late.pk], heat=4, version=version_of(out), by=aoki, at=now)
    with pytest.raises(Refused, match="start_unknown"):
        board_actions.move(race=out, entries=[late.pk + 999], heat=1, version=version_of(out), by=aoki, at=now)


@pytest.mark.django_db
def test_another_time_is_a_change_too(out: Race, aoki: User, now: datetime) -> None:
    TimetableSlot.objects.create(tenant_id=out.tenant_id, race=out, number=1, starts_at=now + timedelta(days=1))
    assert publish(meet=out.meet, by=aoki, at=now).changes == {"time": 2}
