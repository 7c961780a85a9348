"""Numbers come from ranges, one for each, and are never given twice or changed."""

from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.bibs import Range, Wearer, number, overlap
from entries.heat.edit_actions import set_bib
from entries.heat.models import Bib, BibRange
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import AuditRecord, User
from tenants.refusal import Refused
from tests.conftest import race_of
from tests.entries.heat.casts import enter


def test_the_first_range_that_fits_counts_and_a_full_one_leads_to_the_next() -> None:
    ranges = [Range(1, 2, "M", selection=True), Range(10, 11, "M"), Range(20, 29, race=7)]
    wearers = [
        Wearer(1, "M", (5,), True), Wearer(2, "M", (6,), False), Wearer(3, "M", (5,), True), Wearer(4, "M", (5,), True),
        Wearer(5, "M", (7,), False), Wearer(6, "F", (7,), False), Wearer(7, "F", (6,), False), Wearer(8, "M", (6,), False),
    ]  # fmt: skip
    result = number(wearers, ranges, taken=[20])
    assert result.numbers == {1: 1, 2: 10, 3: 2, 4: 11, 5: 21, 6: 22}
    assert (result.short, result.homeless, result.is_complete) == ({ranges[1]: 1}, 1, False)


ranges = st.lists(
    st.builds(lambda first, size, sex: Range(first, first + size, sex), st.integers(1, 40), st.integers(0, 20), st.sampled_from(["", "M", "F"])),
    max_size=5,
)  # fmt: skip


@given(st.lists(st.sampled_from("MF"), max_size=40), ranges, st.sets(st.integers(1, 60)))
def test_no_number_twice_none_outside_and_nobody_forgotten(
    sexes: list[str], ranges: list[Range], taken: set[int]
) -> None:
    wearers = [Wearer(n, sex, (1,), False) for n, sex in enumerate(sexes)]
    result = number(wearers, ranges, taken=taken)
    given_numbers = list(result.numbers.values())
    assert len(given_numbers) == len({*given_numbers} - taken)
    for wearer in wearers:
        bib = result.numbers.get(wearer.athlete)
        room = [n for one in ranges if one.fits(wearer) for n in range(one.first, one.last + 1)]
        assert bib in room if bib is not None else not {*room} - taken - {*given_numbers}
    assert len(result.numbers) + sum(result.short.values()) + result.homeless == len(wearers)


@given(ranges)
def test_two_ranges_that_share_a_number_are_found(ranges: list[Range]) -> None:
    numbers = [n for one in ranges for n in range(one.first, one.last + 1)]
    both = overlap(ranges)
    assert (both is None) == (len(numbers) == len({*numbers}))
    if both:
        assert {*range(both[0].first, both[0].last + 1)} & {*range(both[1].first, both[1].last + 1)}


def test_a_range_may_be_for_one_kind_of_team() -> None:
    ranges = [Range(1, 9, category="high_school"), Range(10, 19)]
    wearers = [Wearer(n, "M", (1,), False, kind) for n, kind in enumerate(["university", "high_school"])]
    assert number(wearers, ranges, taken=[]).numbers == {0: 10, 1: 1}


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime, in_nittai: None) -> Race:
    """Three men and a women's race with one runner, seeded."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    race, women = race_of(meet), race_of(meet, "女子5000m", sex="F", position=1)
    enter(race, kita, [90_000, 90_100, 90_200], now)
    runner = enter(women, kita, [99_000], now)[0].athlete
    runner.sex = "F"
    runner.save()
    seed_heats(meet=meet, by=None, at=now)
    return race


def numbers(meet: Meet) -> list[int]:
    return list(Bib.objects.filter(meet=meet).order_by("number").values_list("number", flat=True))


def test_those_who_start_are_numbered_once_in_the_order_of_the_programme(
    race: Race, kita: Team, aoki: User, now: datetime
) -> None:
    assign_bibs(meet=race.meet, by=aoki)
    assert numbers(race.meet) == [1_000, 1_001, 1_002, 2_000]
    fastest = Bib.objects.get(number=1_000)
    enter(race, kita, [80_000], now)
    seed_heats(meet=race.meet, by=None, at=now)
    assign_bibs(meet=race.meet, by=aoki)
    assert numbers(race.meet) == [1_000, 1_001, 1_002, 1_003, 2_000]
    assert Bib.objects.get(number=1_000) == fastest
    assert AuditRecord.objects.filter(verb="meet.bibs_assigned").count() == 2


def test_who_withdrew_gets_no_number(race: Race, aoki: User, now: datetime) -> None:
    Entry.objects.filter(race=race, seed_time=90_000).update(withdrawn_at=now)
    assign_bibs(meet=race.meet, by=aoki)
    assert numbers(race.meet) == [1_000, 1_001, 2_000]


def test_a_range_that_is_too_small_says_by_how_many_and_nothing_is_written(race: Race, aoki: User) -> None:
    set_ranges(meet=race.meet, rows=[{"first": 1, "last": 2, "sex": "M"}], by=aoki)
    with pytest.raises(Refused) as refused:
        assign_bibs(meet=race.meet, by=aoki)
    assert (refused.value.code, refused.value.data["missing"]) == ("bibs_short", "1–2: 1, –: 1")
    assert numbers(race.meet) == []


def test_the_database_gives_no_number_twice_and_nobody_two(race: Race, kita: Team, aoki: User) -> None:
    assign_bibs(meet=race.meet, by=aoki)
    first, second = Bib.objects.order_by("number")[:2]
    for wrong in ({"athlete": first.athlete, "number": 9}, {"athlete": second.athlete, "number": first.number}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Bib.objects.create(tenant_id=race.tenant_id, meet=race.meet, **wrong)


def test_the_command_writes_only_when_told(race: Race, aoki: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("assign_bibs", "nittai/ld326")
    out = capsys.readouterr().out.splitlines()
    assert out[1:] == [
        "numbered: 4", "1-499: 0", "500-999: 0", "1000-1999: 3", "2000-2999: 1", "dry run: nothing was written; add --apply",
    ]  # fmt: skip
    assert numbers(race.meet) == []
    call_command("assign_bibs", "nittai/ld326", "--apply")
    assert len(numbers(race.meet)) == 4
    set_ranges(meet=race.meet, rows=[{"first": 1, "last": 1}], by=aoki)
    Bib.objects.all().delete()
    with pytest.raises(CommandError, match="1–1: 3"):
        call_command("assign_bibs", "nittai/ld326", "--apply")


def posted(*rows: tuple[Any, ...]) -> dict[str, Any]:
    body: dict[str, Any] = {"ranges": "1", "ranges-TOTAL_FORMS": len(rows), "ranges-INITIAL_FORMS": 0}
    for n, row in enumerate(rows):
        body |= {
            f"ranges-{n}-{name}": value
            for name, value in zip(("first", "last", "sex", "race", "selection"), row, strict=True)
        }
    return body


def test_ranges_are_set_and_numbers_given_at_the_desk(client: Client, race: Race, aoki: User) -> None:
    client.force_login(aoki)
    desk = f"/admin/entries/meet/{race.meet_id}/programme/"
    assert 'value="1999"' in client.get(desk).content.decode()
    wrong = client.post(desk, posted((5, 4, "", "", "unknown")))
    assert (wrong.status_code, "最初の番号以上" in wrong.content.decode()) == (422, True)
    assert client.post(desk, posted((5, "", "", "", "unknown"))).status_code == 422
    assert client.post(desk, posted(*[(n, n, "", "", "unknown") for n in range(1, 40)])).status_code == 422
    assert not BibRange.objects.exists()
    saved = client.post(
        desk, posted((100, 199, "M", race.pk, "false"), ("", "", "", "", "unknown"), (300, 399, "", "", "unknown"))
    )
    assert (saved.status_code, saved["Location"]) == (302, f"{desk}?race={race.pk}#bibs")
    assert [(row.first, row.last, row.sex, row.race_id, row.selection) for row in BibRange.objects.order_by("position")] == [
        (100, 199, "M", race.pk, False), (300, 399, "", None, None),
    ]  # fmt: skip
    given = client.post(desk, {"assign_bibs": 1}, follow=True)
    assert given.redirect_chain == [(f"{desk}?race={race.pk}#bibs", 302)]
    page = given.content.decode()
    assert ("4名にナンバーカードをつけました。" in page, "100</span>" in page) == (True, True)
    assert numbers(race.meet) == [100, 101, 102, 300]


def test_ranges_that_overlap_are_refused_naming_both_and_what_was_typed_stays(
    client: Client, race: Race, aoki: User
) -> None:
    client.force_login(aoki)
    desk = f"/admin/entries/meet/{race.meet_id}/programme/"
    answer = client.post(desk, posted((1, 500, "M", "", "unknown"), (500, 999, "F", "", "unknown")))
    assert answer.status_code == 422
    assert "ナンバーカードの範囲 1–500 と 500–999 に同じ番号があります" in answer.content.decode()
    assert 'value="999"' in answer.content.decode()
    assert not BibRange.objects.exists()


def test_several_ranges_say_each_by_how_many_they_are_short(race: Race, kita: Team, aoki: User) -> None:
    Team.objects.filter(pk=kita.pk).update(kind="university")
    rows = [
        {"first": 1, "last": 1, "sex": "M", "category": "university"}, {"first": 5, "last": 5, "sex": "M"},
        {"first": 9, "last": 9, "sex": "F", "category": "high_school"},
    ]  # fmt: skip
    set_ranges(meet=race.meet, rows=rows, by=aoki)
    with pytest.raises(Refused) as refused:
        assign_bibs(meet=race.meet, by=aoki)
    assert refused.value.data["missing"] == "1–1: 1, –: 1"
    assert numbers(race.meet) == []


def test_the_kind_of_the_team_decides_from_which_range(race: Race, kita: Team, aoki: User) -> None:
    Team.objects.filter(pk=kita.pk).update(kind="high_school")
    rows = [{"first": 1, "last": 9, "category": "university"}, {"first": 11, "last": 19, "category": "high_school"}]
    set_ranges(meet=race.meet, rows=rows, by=aoki)
    assign_bibs(meet=race.meet, by=aoki)
    assert numbers(race.meet) == [11, 12, 13, 14]


def test_the_organizer_sets_one_by_hand(client: Client, race: Race, aoki: User) -> None:
    assign_bibs(meet=race.meet, by=aoki)
    client.force_login(aoki)
    desk = f"/admin/entries/meet/{race.meet_id}/programme/"
    first, second, *_ = Entry.objects.filter(race=race).order_by("pk")

    def typed(text: str, *starts: int) -> str:
        body = {"race": race.pk, "version": 1, "start": starts, "bib": text, "set_bib": 1}
        return client.post(desk, body, follow=True).content.decode()

    assert "のナンバーカードを1777にしました。" in typed("１７７７", first.pk)
    assert Bib.objects.get(athlete=first.athlete).number == 1_777
    assert f"ナンバーカード1777は{first.athlete.full_name}さんがつけています。" in typed("1777", second.pk)
    assert "1から99999までの番号で入力してください。" in typed("0", second.pk)
    assert "1から99999までの番号で入力してください。" in typed("100000", second.pk)
    assert "選手を1名選んでください。" in typed("1778", first.pk, second.pk)
    assert "選手を1名選んでください。" in typed("1778")
    assert "この選手に使える範囲にありません" in typed("78", second.pk)
    assert {78, 1_778} & {*numbers(race.meet)} == set()
    assert AuditRecord.objects.filter(verb="meet.bibs_set").count() == 1


def test_only_who_starts_at_the_meet_is_given_one(race: Race, minami: Team, aoki: User, now: datetime) -> None:
    late = enter(race, minami, [90_300], now)[0]
    with pytest.raises(Refused) as refused:
        set_bib(meet=race.meet, entry=late.pk, number=1_005, by=aoki, at=now)
    assert refused.value.code == "start_unknown"
