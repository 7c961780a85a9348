"""Making heats from entries: who starts, what is written, when it is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from entries.entry.models import Entry
from entries.heat import queries, wording
from entries.heat.actions import seed_heats
from entries.heat.models import Heat, RaceSeeding, SeedBy, SeedingPin, Start
from entries.heat.reasons import others_named
from entries.heat.runners import PinKind
from entries.meet.models import Meet, State
from entries.roster.models import Team
from tenants.models import AuditRecord, Tenant, User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.conftest import race_of, team_of
from tests.entries.heat.casts import enter, heats

pytestmark = pytest.mark.usefixtures("in_nittai")


@pytest.fixture
def closed(meet: Meet, now: datetime) -> Meet:
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    return meet


def test_heats_come_from_the_entries_that_hold_a_place(closed: Meet, kita: Team, admin: User, now: datetime) -> None:
    race = race_of(closed, places=4, starters_per_heat=2)
    entries = enter(race, kita, [90_000, 89_000, None, 88_000, 87_000], now)
    Entry.objects.filter(pk=entries[1].pk).update(withdrawn_at=now)
    (one,) = seed_heats(meet=closed, by=admin, at=now)
    assert heats(race) == [[entries[0].pk, entries[2].pk], [entries[3].pk]]
    assert [start.hip_number for start in Start.objects.in_order()] == [1, 2, 1]
    row = RaceSeeding.objects.get(race=race)
    assert (row.version, row.hash, row.seeded_at) == (1, one.seeding.hash, now)
    trail = AuditRecord.objects.get(verb="race.seeded")
    assert (trail.actor, trail.after["entries"], trail.after["heats"]) == (admin, 3, 2)


def test_seeding_again_takes_the_place_of_what_was_there(closed: Meet, kita: Team, now: datetime) -> None:
    race = race_of(closed, starters_per_heat=2)
    enter(race, kita, [90_000, 89_000, 88_000], now)
    first = seed_heats(meet=closed, by=None, at=now)[0].seeding
    assert seed_heats(meet=closed, by=None, at=now)[0].seeding == first
    race.starters_per_heat = 40
    race.save()
    seed_heats(meet=closed, by=None, at=now)
    assert (Heat.objects.count(), Start.objects.count(), RaceSeeding.objects.get().version) == (1, 3, 3)


def test_one_race_leaves_the_others_alone(closed: Meet, kita: Team, now: datetime) -> None:
    one, other = race_of(closed), race_of(closed, "女子5000m", sex="F")
    enter(one, kita, [90_000], now)
    enter(other, kita, [99_000], now)
    seed_heats(meet=closed, by=None, at=now, races=[other.pk])
    assert (heats(one), len(heats(other))) == ([], 1)


def test_the_time_that_counts_is_chosen_for_each_race(closed: Meet, kita: Team, now: datetime) -> None:
    race = race_of(closed)
    slow = enter(race, kita, [90_000], now, personal_best=80_000)
    fast = enter(race, kita, [85_000], now, personal_best=84_000)
    none = enter(race, kita, [None], now, personal_best=82_000)
    expected = {
        SeedBy.DECLARED: [fast, slow, none], SeedBy.DECLARED_THEN_BEST: [none, fast, slow],
        SeedBy.BEST_THEN_DECLARED: [slow, none, fast],
    }  # fmt: skip
    for seed_by, order in expected.items():
        RaceSeeding.objects.update_or_create(race=race, defaults={"tenant_id": race.tenant_id, "seed_by": seed_by})
        seed_heats(meet=closed, by=None, at=now)
        assert heats(race) == [[entry.pk for (entry,) in order]]


def test_beyond_the_best_of_a_selection_race_one_starts_in_its_fallback_race(
    closed: Meet, kita: Team, minami: Team, now: datetime
) -> None:
    """Who has an entry of their own there starts once, and is shown as a choice."""
    general = race_of(closed, "男子10000m", distance_m=10_000)
    selection = race_of(closed, "NCG男子10000m", distance_m=10_000, is_ncg=True, fallback_race=general, position=1)
    RaceSeeding.objects.create(race=selection, tenant_id=selection.tenant_id, stays=2)
    best = enter(selection, kita, [180_000, 179_000, 181_000, 182_000], now)
    pace = enter(selection, minami, [200_000], now, pacemaker=True)
    own = enter(general, minami, [185_000], now)
    Entry.objects.filter(pk=own[0].pk).update(athlete=best[3].athlete)
    found = {one.race: one.starters for one in seed_heats(meet=closed, by=None, at=now)}
    assert heats(selection) == [[best[1].pk, best[0].pk, pace[0].pk]]
    assert heats(general) == [[best[2].pk, own[0].pk]]
    assert [(one.pk, other.pk) for one, other in found[general].both] == [(best[3].pk, own[0].pk)]
    start = Start.objects.get(entry=best[2])
    assert start.reason["from_race"] == selection.pk
    assert wording.why(start.reason, 1, {}) == "選抜種目から回りました。2名中1番目のタイム30:10.00。タイム順で1組。"
    assert "選抜種目から" in wording.notes(start.reason, 1, together=0, is_pinned=False, is_gone=False)


def test_who_comes_over_leaves_the_heat_of_the_selection_race(closed: Meet, kita: Team, now: datetime) -> None:
    """Only the fallback race is made anew after fewer may stay."""
    general = race_of(closed, "男子10000m", distance_m=10_000)
    selection = race_of(closed, "NCG男子10000m", distance_m=10_000, is_ncg=True, fallback_race=general, position=1)
    RaceSeeding.objects.create(race=selection, tenant_id=selection.tenant_id, stays=2)
    fast, slow = (entry.pk for entry in enter(selection, kita, [180_000, 181_000], now))
    seed_heats(meet=closed, by=None, at=now)
    assert (heats(selection), heats(general)) == ([[fast, slow]], [])
    RaceSeeding.objects.filter(race=selection).update(stays=1)
    seed_heats(meet=closed, by=None, at=now, races=[general.pk])
    assert (heats(selection), heats(general)) == ([[fast]], [[slow]])


def test_pins_are_kept_and_those_that_cannot_be_are_named(closed: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(closed, starters_per_heat=2)
    entries = enter(race, kita, [90_000, 89_000, 88_000, 87_000], now)

    def pin(kind: PinKind, **fields: Any) -> None:
        SeedingPin.objects.create(
            race=race, tenant_id=race.tenant_id, kind=kind, reason="希望", made_by=baba, made_at=now, **fields
        )

    pin(PinKind.INTO, entry=entries[0], heat_number=2)
    pin(PinKind.APART, entry=entries[0], other=entries[3])
    seed_heats(meet=closed, by=None, at=now)
    assert [set(heat) for heat in heats(race)] == [{entries[3].pk, entries[1].pk}, {entries[0].pk, entries[2].pk}]
    pin(PinKind.FROZEN, heat_number=1)
    late = enter(race, kita, [86_000], now)
    seed_heats(meet=closed, by=None, at=now)
    assert [set(heat) for heat in heats(race)] == [
        {entries[3].pk, entries[1].pk},
        {entries[0].pk, entries[2].pk},
        {late[0].pk},
    ]
    pin(PinKind.TOGETHER, entry=entries[0], other=entries[3])
    with pytest.raises(Refused) as refused:
        seed_heats(meet=closed, by=None, at=now)
    assert refused.value.code == "pins_broken"
    names = [entries[n].athlete.full_name for n in (0, 3)]
    assert f"{names[0]}、{names[1]}: 同じ組にする" in refused.value.data["pins"]
    assert len(heats(race)) == 3


@pytest.mark.parametrize(
    ("state", "minutes", "code"),
    [
        (State.DRAFT, 0, "seeding_not_now"), (State.PUBLISHED, -1, "seeding_before_closing"), (State.PUBLISHED, 0, ""),
        (State.ENTRIES_CLOSED, -1, ""), (State.START_LISTS_OUT, 0, "lists_went_out"), (State.ARCHIVED, 0, "seeding_not_now"),
    ],
)  # fmt: skip
def test_when_heats_may_be_made(meet: Meet, state: State, minutes: int, code: str) -> None:
    Meet.objects.filter(pk=meet.pk).update(state=state)
    at = meet.entries_close_at + timedelta(minutes=minutes)
    if not code:
        assert seed_heats(meet=meet, by=None, at=at) == []
        return
    with pytest.raises(Refused) as refused:
        seed_heats(meet=meet, by=None, at=at)
    assert refused.value.code == code


def test_queries_do_not_grow_with_entries(closed: Meet, kita: Team, now: datetime) -> None:
    races = [race_of(closed, f"男子{number}", starters_per_heat=10) for number in range(3)]
    asked = []
    for _ in range(3):
        for race in races:
            enter(race, kita, [90_000 + n for n in range(30)], now)
        with CaptureQueriesContext(connection) as queries:
            seed_heats(meet=closed, by=None, at=now)
        asked.append(len(queries))
    assert asked[1] == asked[2], asked


def test_each_start_says_why(closed: Meet, baba: User, kita: Team, minami: Team, now: datetime) -> None:
    race = race_of(closed, starters_per_heat=4)
    mates = enter(race, kita, [90_100, 90_150, 90_200], now)
    others = [enter(race, team_of(baba, f"{time}高"), [time], now)[0] for time in (89_000, 89_001, 90_050)]
    (nobody,) = enter(race, minami, [None], now)
    (pace,) = enter(race, minami, [None], now, pacemaker=True)
    SeedingPin.objects.create(
        race=race, tenant_id=race.tenant_id, kind=PinKind.INTO, entry=others[1], heat_number=1, reason="-", made_at=now
    )
    seed_heats(meet=closed, by=None, at=now)
    said = {}
    for start in Start.objects.select_related("heat"):
        named = Entry.objects.select_related("athlete").in_bulk(others_named(start.reason))
        said[start.entry_id] = wording.why(start.reason, start.heat.number, named)
    assert said == {
        others[0].pk: "7名中1番目のタイム14:50.00。タイム順で2組。",
        others[1].pk: "7名中2番目のタイム14:50.01。基準は2組、主催者の指定により1組。",
        others[2].pk: "7名中3番目のタイム15:00.50。タイム順で2組。",
        mates[0].pk: "7名中4番目のタイム15:01.00。基準は1組、主催者の指定により2組。",
        mates[1].pk: "7名中5番目のタイム15:01.50。タイム順で1組。",
        mates[2].pk: "7名中6番目のタイム15:02.00。タイム順で1組。",
        nobody.pk: "7名中7番目（タイムなし）。タイム順で1組。",
        pace.pk: "ペースメーカーのため、順位をつけずに2組に入っています。",
    }


def test_team_mates_who_were_parted_and_who_gave_way_are_told(
    closed: Meet, baba: User, kita: Team, now: datetime
) -> None:
    race = race_of(closed, starters_per_heat=3)
    mates = enter(race, kita, [90_100, 90_150, 90_200], now)
    others = [enter(race, team_of(baba, f"{time}高"), [time], now)[0] for time in (89_000, 89_001, 90_050)]
    seed_heats(meet=closed, by=None, at=now)
    mate, other = Start.objects.get(entry=mates[0]), Start.objects.get(entry=others[2])
    assert (
        wording.why(mate.reason, 2, {})
        == "6名中4番目のタイム15:01.00。基準は1組、1組に同じチームの選手が3名いるため2組（0.5秒差）。"
    )
    named = Entry.objects.select_related("athlete").in_bulk(others_named(other.reason))
    assert (
        wording.why(other.reason, 1, named)
        == "6名中3番目のタイム15:00.50。基準は2組、鈴木 一郎0と入れ替わり1組（0.5秒差）。"
    )
    with override("en"):
        assert wording.why(mate.reason, 2, {}) == (
            "No. 4 of 6 by time (15:01.00). By time heat 1; 3 of the team were in heat 1, so heat 2 (0.5 s apart)."
        )


def test_the_command_writes_only_when_told(
    closed: Meet, kita: Team, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    race = race_of(closed, starters_per_heat=2)
    enter(race, kita, [90_000, 89_000, 88_000], now)
    call_command("seed_heats", "nittai/ld326")
    out = capsys.readouterr().out.splitlines()
    assert out[1].split("\t")[:6] == ["男子5000m", "entries=3", "heats=2", "sizes=2,1", "together=0", "moved=0"]
    assert out[1].split("\t")[6].startswith("hash=")
    assert (out[-1], Heat.objects.count()) == ("dry run: nothing was written; add --apply", 0)
    call_command("seed_heats", "nittai/ld326", "--race", "男子5000m", "--apply")
    assert Heat.objects.count() == 2
    for words in (["--race", "男子1m"], ["--by", "nobody@example.com"]):
        with pytest.raises(CommandError):
            call_command("seed_heats", "nittai/ld326", *words)


def test_a_command_is_refused_in_the_language_of_commands(closed: Meet) -> None:
    Meet.objects.filter(pk=closed.pk).update(state=State.START_LISTS_OUT)
    with pytest.raises(CommandError, match=r"^[ -~]*start lists are out[ -~]*\. Nothing was written\.$"):
        call_command("seed_heats", "nittai/ld326")


def test_another_hosts_heats_are_never_touched(closed: Meet, chuo: Tenant, kita: Team, now: datetime) -> None:
    race = race_of(closed)
    enter(race, kita, [90_000], now)
    with tenant_scope(chuo.pk), pytest.raises(Meet.DoesNotExist):
        seed_heats(meet=closed, by=None, at=now)
    assert not Heat.objects.exists()


def test_who_entered_both_races_is_shown_as_a_choice(
    client: Client, closed: Meet, kita: Team, minami: Team, aoki: User, now: datetime
) -> None:
    general = race_of(closed, "男子10000m", distance_m=10_000)
    selection = race_of(closed, "NCG男子10000m", distance_m=10_000, is_ncg=True, fallback_race=general, position=1)
    RaceSeeding.objects.create(race=selection, tenant_id=selection.tenant_id, stays=1)
    fast, slow = enter(selection, kita, [180_000, 181_000], now)
    own = enter(general, minami, [185_000, 186_000], now)
    for mine, other in zip(own, (fast, slow), strict=True):
        Entry.objects.filter(pk=mine.pk).update(athlete=other.athlete)
    seed_heats(meet=closed, by=None, at=now)
    assert (heats(selection), heats(general)) == ([[fast.pk]], [[one.pk for one in own]])
    client.force_login(aoki)
    page = client.get(f"/admin/entries/meet/{closed.pk}/programme/").content.decode()
    assert "両方に申込 2名" in " ".join(page.split())
    assert f"{fast.athlete.name_here}: 両方の種目に出場" in page
    assert f"{slow.athlete.name_here}: この種目だけに出場" in page
    assert all(f"/admin/entries/entry/{one.pk}/change/" in page for one in (fast, slow, *own))


def test_whoever_asks_who_starts_is_told_the_same(
    closed: Meet, kita: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving out those who have not paid is a change of one queryset: heats, and what the checklist misses, follow it."""
    race = race_of(closed)
    paid, unpaid = enter(race, kita, [90_000, 90_100], now)
    assert queries.unplaced([closed.pk]) == {closed.pk: 2}
    everybody = queries.entries_that_start
    monkeypatch.setattr(queries, "entries_that_start", lambda meets: everybody(meets).exclude(pk=unpaid.pk))
    seed_heats(meet=closed, by=None, at=now)
    assert heats(race) == [[paid.pk]]
    assert queries.unplaced([closed.pk]) == {}
