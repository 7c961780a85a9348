"""All starts as a workbook: out and in again says no difference, each edit is shown and made as on the board, and whatever is wrong
gets a sentence and changes nothing."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from entries.entry.models import Entry
from entries.heat.actions import places_of, seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.board_actions import move, undo
from entries.heat.edit_actions import apply_edits
from entries.heat.edits import Wish
from entries.heat.models import Bib, RaceSeeding, SeedingPin, Start
from entries.heat.publication import put_out
from entries.heat.queries import bibs_of
from entries.meet.models import Meet, Race, State
from entries.report import starts_views
from entries.report.starts_compared import CHANGED, REFUSED, UNCHANGED, Compared, compare
from entries.report.starts_file import CHOICES, TITLES, starts_xlsx
from entries.roster.models import Athlete, Team
from tenants.files.grid import lay_grid
from tenants.files.sheets import read_sheets
from tenants.files.tables import write_csv
from tenants.models import AuditRecord, User
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
COLUMN = {name: place for place, name in enumerate(CHOICES, start=1)}
Edits = Sequence[tuple[int, str, object]]
"""Row of the sheet, column, what is typed there."""


@pytest.fixture
def race(meet: Meet, kita: Team, aoki: User, now: datetime) -> Race:
    """Six runners in two heats, the slowest first: rows 2 to 4 are heat 1, rows 5 to 7 heat 2; bibs 101 to 106 in that order."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=3)
    race.meet = meet
    RaceSeeding.objects.create(race=race, tenant_id=race.tenant_id, most_of_a_team=None)
    made = enter(race, kita, [90_000 + n * 100 for n in range(6)], now)
    for number, entry in enumerate(made):
        Athlete.objects.filter(pk=entry.athlete_id).update(family_name=f"選手{number}")
    seed_heats(meet=meet, by=None, at=now)
    set_ranges(meet=meet, rows=[{"first": 101, "last": 199}], by=aoki)
    assign_bibs(meet=meet, by=aoki)
    return race


def edited(meet: Meet, edits: Edits = (), *, content: bytes | None = None) -> bytes:
    """The workbook as somebody saved it."""
    book: Any = load_workbook(io.BytesIO(content or starts_xlsx(meet)))
    for row, column, value in edits:
        book.active.cell(row, COLUMN[column]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def compared(meet: Meet, content: bytes) -> Compared:
    return compare(meet, lay_grid(read_sheets(io.BytesIO(content), named(content)), TITLES))


def named(content: bytes) -> str:
    return "a.xlsx" if content.startswith(b"PK") else "a.csv"


def states(found: Compared) -> list[int]:
    assert sum(len(found.of(state)) for state in (CHANGED, UNCHANGED, REFUSED)) == len(found.rows)
    return [len(found.of(state)) for state in (CHANGED, UNCHANGED, REFUSED)]


def codes(found: Compared) -> dict[int, str]:
    return {row.number: row.reasons[0].code for row in found.of(REFUSED)}


def sheet_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


def entry_in(meet: Meet, row: int) -> int:
    return int(sheet_of(starts_xlsx(meet)).cell(row, COLUMN["entry"]).value)


cells = st.tuples(
    st.integers(2, 7),
    st.sampled_from(["heat", "hip", "bib"]),
    st.one_of(st.integers(0, 4), st.integers(99, 108), st.none(), st.sampled_from(["2", "１０３", "x"])),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(cells, max_size=8), is_out=st.booleans())
def test_whatever_is_typed_no_start_is_lost_and_what_was_taken_stands(
    race: Race, aoki: User, now: datetime, edits: list[tuple[int, str, object]], is_out: bool
) -> None:
    with transaction.atomic():
        if is_out:
            put_out(race.meet, by=aoki, at=now, mail=False)
        before = places_of(race.meet)
        found = compared(race.meet, edited(race.meet, edits))
        shown = {row.one.entry: row for row in found.rows if row.one}
        apply_edits(meet=race.meet, wishes=found.wishes, versions=found.versions, bibs=found.bibs, by=aoki, at=now)
        after, bibs = (
            places_of(race.meet),
            {row.one.entry: row.one for row in compared(race.meet, edited(race.meet)).rows if row.one},
        )
        assert sum(states(found)) == 6
        assert after.keys() == before.keys()
        assert len(set(after.values())) == 6
        for entry, (_race, heat, hip) in after.items():
            one = shown[entry]
            wanted = one.wish if one.state == CHANGED and one.wish else Wish(entry)
            assert heat == (wanted.heat or before[entry][1])
            assert wanted.hip in (None, hip)
            assert bibs[entry].bib == (wanted.bib or (one.one.bib if one.one else None))
            assert {after for title, _, after in one.changes if title == "腰ナンバー"} <= {str(hip)}
            assert not is_out or heat != before[entry][1] or hip == before[entry][2]
        transaction.set_rollback(True)


@pytest.fixture
def press(client: Client, aoki: User, race: Race) -> Callable[..., Any]:
    """Send a file to the page, or press its button for what the page of a file showed."""
    client.force_login(aoki)
    address = f"/admin/entries/meet/{race.meet_id}/starts-file/"

    def press(content: bytes | None = None, **fields: str) -> Any:
        body: dict[str, Any] = dict(fields)
        if content is not None:
            body["file"] = SimpleUploadedFile(named(content), content)
        answer: Any = client.post(address, body)
        return answer

    return press


def test_the_workbook_has_typed_cells_and_says_who(race: Race) -> None:
    sheet = sheet_of(starts_xlsx(race.meet))
    first = [cell.value for cell in sheet[2]]
    assert [cell.value for cell in sheet[1]] == [str(title) for title in CHOICES.values()]
    assert first[:4] == [race.name, 1, 1, 101]
    assert first[COLUMN["name"] - 1].startswith("選手3")
    assert sheet.cell(2, COLUMN["time"]).number_format == "[m]:ss.00"
    assert sheet.cell(2, COLUMN["entry"]).data_type == "s"
    assert sheet.max_row == 7


@pytest.mark.parametrize("as_csv", [False, True])
def test_out_and_in_again_is_no_difference(race: Race, as_csv: bool) -> None:
    content = edited(race.meet)
    if as_csv:
        rows = [[cell.value for cell in row] for row in sheet_of(content).iter_rows()]
        content = write_csv([str(title) for title in rows[0]], rows[1:])
    found = compared(race.meet, content)
    assert states(found) == [0, 6, 0]
    assert (found.missing, found.others, found.wishes) == (0, 0, [])


def test_each_edit_is_shown_from_what_to_what_and_made_so(race: Race, press: Callable[..., Any]) -> None:
    content = edited(race.meet, [(2, "heat", 2), (5, "bib", "１５０"), (6, "hip", 3), (7, "hip", 2)])
    shown = press(content)
    assert shown.status_code == 200
    assert Start.objects.filter(heat__number=1).count() == 3
    changes = {row.number: row.changes for row in shown.context["changed"]}
    assert changes == {
        2: [("組", "1", "2"), ("腰ナンバー", "1", "4")], 5: [("ナンバーカード", "104", "150")], 6: [("腰ナンバー", "2", "3")],
        7: [("腰ナンバー", "3", "2")],
    }  # fmt: skip
    assert shown.context["compared"].others == 2, "those who stay in heat 1 close up"
    made = press(apply=shown.context["sealed"])
    assert made.status_code == 302
    again = compared(race.meet, edited(race.meet))
    assert states(again) == [0, 6, 0]
    rows = [row.one for row in again.rows if row.one]
    assert [(one.heat, one.hip_number, one.bib) for one in rows] == [
        (1, 1, 102), (1, 2, 103), (2, 1, 150), (2, 2, 106), (2, 3, 105), (2, 4, 101),
    ]  # fmt: skip
    assert SeedingPin.objects.get(race=race).heat_number == 2
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"race.heats_edited", "meet.bibs_set"} <= verbs


def test_what_was_made_can_be_taken_back(race: Race, press: Callable[..., Any], aoki: User, now: datetime) -> None:
    before = places_of(race.meet)
    press(apply=press(edited(race.meet, [(2, "heat", 2), (6, "hip", 9)])).context["sealed"])
    assert places_of(race.meet) != before
    assert undo(race=race, version=RaceSeeding.objects.get(race=race).version, by=aoki, at=now) == "edited"
    assert places_of(race.meet) == before


def test_a_second_press_does_nothing_and_says_so(race: Race, press: Callable[..., Any]) -> None:
    sealed = press(edited(race.meet, [(2, "heat", 2), (3, "bib", 180)])).context["sealed"]
    assert press(apply=sealed).status_code == 302
    after = places_of(race.meet)
    assert press(apply=sealed).status_code == 302
    assert places_of(race.meet) == after
    assert AuditRecord.objects.filter(verb="race.heats_edited").count() == 1


BAD: list[tuple[Edits, dict[int, str]]] = [
    ([(2, "hip", 2)], {2: "hip_taken"}),
    ([(2, "hip", 7), (3, "hip", 7)], {2: "hip_taken", 3: "hip_taken"}),
    ([(2, "hip", 2), (3, "hip", 1), (3, "heat", 9)], {2: "hip_taken", 3: "heat_unknown"}),
    ([(2, "bib", 102)], {2: "bib_taken"}),
    ([(2, "bib", 150), (7, "bib", 150)], {2: "bib_taken", 7: "bib_taken"}),
    ([(2, "bib", 102), (3, "bib", 900)], {2: "bib_taken", 3: "bib_out_of_range"}),
    ([(2, "bib", 100)], {2: "bib_out_of_range"}),
    ([(2, "heat", 9)], {2: "heat_unknown"}),
    ([(2, "heat", 0)], {2: "heat_unknown"}),
    ([(2, "hip", 1000)], {2: "hip_unknown"}),
    ([(2, "heat", "二組")], {2: "row_number"}),
    ([(2, "heat", 1.5)], {2: "row_number"}),
    ([(2, "heat", "=1+1")], {2: "cell_formula"}),
    ([(2, "bib", None)], {2: "row_emptied"}),
    ([(2, "entry", "999999999")], {2: "row_unknown"}),
    ([(2, "entry", "9" * 18)], {2: "row_unknown"}),
    ([(2, "entry", "x")], {2: "row_entry"}),
    ([(2, "check", "3-1-1")], {2: "row_check"}),
    ([(2, "name", "別の人")], {2: "row_other_name"}),
    ([(2, "race", "女子1500m")], {2: "row_other_race"}),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), BAD)
def test_what_is_wrong_gets_a_sentence_and_changes_nothing(
    race: Race, press: Callable[..., Any], edits: Edits, expected: dict[int, str]
) -> None:
    before, bibs = places_of(race.meet), bibs_of(race.meet)
    content = edited(race.meet, edits)
    found = compared(race.meet, content)
    assert codes(found) == expected
    assert states(found) == [0, 6 - len(expected), len(expected)]
    shown = press(content)
    assert (shown.status_code, shown.context["sealed"]) == (200, "")
    assert all(sentence.strip() for _row, said in shown.context["refused"] for sentence in said)
    assert (places_of(race.meet), bibs_of(race.meet)) == (before, bibs)


def test_good_rows_may_go_without_the_refused_ones(race: Race, press: Callable[..., Any]) -> None:
    shown = press(edited(race.meet, [(2, "bib", 150), (3, "bib", 104)]))
    assert "要修正の行を除いて1名の変更を反映する" in shown.content.decode()
    press(apply=shown.context["sealed"])
    assert sorted(bibs_of(race.meet).values()) == [102, 103, 104, 105, 106, 150]


def test_two_rows_of_one_start_are_both_refused(race: Race) -> None:
    found = compared(race.meet, edited(race.meet, [(3, "entry", str(entry_in(race.meet, 2)))]))
    assert codes(found) == {2: "row_twice", 3: "row_twice"}
    assert found.missing == 1


def test_a_start_of_another_meet_is_named_as_one(race: Race, kita: Team, now: datetime) -> None:
    other = race_of(open_meet(race.meet.tenant, "other"))
    theirs = enter(other, kita, [90_000], now)[0]
    found = compared(race.meet, edited(race.meet, [(2, "entry", str(theirs.pk))]))
    assert codes(found) == {2: "row_other_meet"}


def test_a_row_that_is_left_out_changes_nothing_and_is_counted(race: Race, press: Callable[..., Any]) -> None:
    book: Any = load_workbook(io.BytesIO(edited(race.meet)))
    book.active.delete_rows(3, 2)
    out = io.BytesIO()
    book.save(out)
    assert compared(race.meet, out.getvalue()).missing == 2
    assert "ファイルにないスタート2件は、そのままです。" in press(out.getvalue()).content.decode()


def test_what_another_changed_since_is_told_and_what_was_not_edited_stays(
    race: Race, aoki: User, now: datetime
) -> None:
    old = starts_xlsx(race.meet)
    moved = entry_in(race.meet, 2)
    move(race=race, entries=[moved], heat=2, version=1, by=aoki, at=now)
    assert states(compared(race.meet, old)) == [0, 6, 0], "nobody edited anything"
    found = compared(race.meet, edited(race.meet, [(2, "hip", 8), (3, "bib", 160)], content=old))
    assert states(found) == [1, 4, 1]
    [refused] = found.of(REFUSED)
    assert (refused.reasons[0].code, refused.reasons[0].data["was"], refused.reasons[0].data["now"]) == (
        "row_stale",
        1,
        4,
    )


def test_a_board_that_changed_after_the_look_is_refused_with_who(
    race: Race, press: Callable[..., Any], aoki: User, now: datetime
) -> None:
    sealed = press(edited(race.meet, [(2, "heat", 2), (3, "bib", 150)])).context["sealed"]
    move(race=race, entries=[entry_in(race.meet, 6)], heat=1, version=1, by=aoki, at=now)
    before, bibs = places_of(race.meet), bibs_of(race.meet)
    answer = press(apply=sealed)
    assert answer.status_code == 409
    assert aoki.name in answer.context["problem"]
    assert (places_of(race.meet), bibs_of(race.meet)) == (before, bibs)


@pytest.mark.parametrize("number", [150, 170])
def test_a_bib_that_changed_after_the_look_is_not_overwritten(
    race: Race, press: Callable[..., Any], number: int
) -> None:
    sealed = press(edited(race.meet, [(2, "bib", 150)])).context["sealed"]
    changed = 101 if number == 170 else 102
    Bib.objects.filter(meet=race.meet, number=changed).update(number=number)
    answer = press(apply=sealed)
    assert answer.status_code == 409
    assert Bib.objects.filter(meet=race.meet, number=number).exists()


@pytest.mark.parametrize("sealed", ["", "x", "eyJtZWV0IjoxfQ:1:x"])
def test_what_was_not_shown_is_not_made(race: Race, press: Callable[..., Any], sealed: str) -> None:
    assert press(apply=sealed).status_code == 422


def test_what_was_shown_long_ago_is_not_made(
    race: Race, press: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = press(edited(race.meet, [(2, "bib", 150)])).context["sealed"]
    monkeypatch.setattr(starts_views, "LOOKED_AT_FOR", -1)
    answer = press(apply=sealed)
    assert (answer.status_code, "確認から時間がたった" in answer.content.decode()) == (422, True)
    assert 150 not in bibs_of(race.meet).values()


def test_what_was_shown_to_another_or_of_another_meet_is_not_made(
    race: Race, press: Callable[..., Any], client: Client, admin: User, now: datetime
) -> None:
    sealed = press(edited(race.meet, [(2, "bib", 150)])).context["sealed"]
    other = open_meet(race.meet.tenant, "other")
    assert client.post(f"/admin/entries/meet/{other.pk}/starts-file/", {"apply": sealed}).status_code == 422
    client.force_login(admin)
    assert press(apply=sealed).status_code == 422
    assert 150 not in bibs_of(race.meet).values()


def test_a_number_of_somebody_who_starts_in_no_heat_is_not_taken(race: Race, press: Callable[..., Any]) -> None:
    athlete = Bib.objects.get(meet=race.meet, number=106).athlete
    Start.objects.filter(entry__athlete=athlete).delete()
    found = compared(race.meet, edited(race.meet, [(2, "bib", 106)]))
    assert [(row.number, row.reasons[0].code, row.reasons[0].data["who"]) for row in found.of(REFUSED)] == [
        (2, "bib_worn", athlete.full_name)
    ]


def test_after_publication_nobody_is_renumbered(
    race: Race, press: Callable[..., Any], aoki: User, now: datetime
) -> None:
    Bib.objects.filter(meet=race.meet, number=106).delete()
    put_out(race.meet, by=aoki, at=now, mail=False)
    found = compared(
        race.meet, edited(race.meet, [(2, "hip", 9), (3, "bib", 150), (4, "heat", 2), (5, "heat", 3), (7, "bib", 150)])
    )
    assert codes(found) == {2: "hip_went_out", 3: "bib_went_out", 5: "heat_unknown"}
    assert {row.number: row.changes for row in found.of(CHANGED)} == {
        4: [("組", "1", "2"), ("腰ナンバー", "3", "4")], 7: [("ナンバーカード", "なし", "150")],
    }  # fmt: skip
    assert found.others == 0


def test_a_heat_that_was_numbered_by_hand_keeps_its_numbers(
    race: Race, press: Callable[..., Any], aoki: User, now: datetime
) -> None:
    press(apply=press(edited(race.meet, [(5, "hip", 3), (7, "hip", 1)])).context["sealed"])
    by_hand = {entry: place for entry, place in places_of(race.meet).items() if place[1] == 2}
    move(race=race, entries=[entry_in(race.meet, 2)], heat=2, version=2, by=aoki, at=now)
    after = places_of(race.meet)
    assert {entry: after[entry] for entry in by_hand} == by_hand
    assert sorted(place[2] or 0 for place in after.values() if place[1] == 1) == [1, 2]


def test_two_races_of_an_athlete_have_one_number(race: Race, kita: Team, aoki: User, now: datetime) -> None:
    other = race_of(race.meet, "男子10000m")
    other.meet = race.meet
    [entry] = enter(other, kita, [180_000], now)
    Entry.objects.filter(pk=entry.pk).update(athlete=Entry.objects.get(pk=entry_in(race.meet, 2)).athlete)
    seed_heats(meet=race.meet, by=None, at=now, races=[other.pk])
    rows = [row.one.entry if row.one else 0 for row in compared(race.meet, edited(race.meet)).rows]
    there = rows.index(entry.pk) + 2
    here = rows.index(Entry.objects.get(race=race, athlete=Entry.objects.get(pk=entry.pk).athlete).pk) + 2
    both = [(here, "bib", 150), (there, "bib", 151)]
    assert codes(compared(race.meet, edited(race.meet, both))) == {here: "bib_two_numbers", there: "bib_two_numbers"}
    assert states(compared(race.meet, edited(race.meet, [both[0]]))) == [1, 6, 0]
    assert states(compared(race.meet, edited(race.meet, [both[0], (there, "bib", 150)]))) == [2, 5, 0]


def asked(queries: CaptureQueriesContext) -> int:
    """But for the message that the next page shows."""
    return sum("tenants_session" not in one["sql"] and "SAVEPOINT" not in one["sql"] for one in queries)


def test_questions_to_the_database_do_not_grow_with_the_rows(
    race: Race, press: Callable[..., Any], kita: Team, aoki: User, now: datetime
) -> None:
    few_edits = edited(race.meet, [(2, "heat", 2), (3, "bib", 150)])
    with CaptureQueriesContext(connection) as few:
        sealed = press(few_edits).context["sealed"]
        assert press(apply=sealed).status_code == 302
    SeedingPin.objects.all().delete()
    enter(race, kita, [91_000 + n for n in range(30)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    assign_bibs(meet=race.meet, by=aoki)
    book = edited(
        race.meet,
        [(row, "heat", 7 + row % 5) for row in range(2, 20)] + [(row, "bib", 148 + row) for row in range(2, 32)],
    )
    with CaptureQueriesContext(connection) as many:
        sealed = press(book).context["sealed"]
        assert press(apply=sealed).status_code == 302
    assert asked(many) <= asked(few)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "表がありません"),
        (write_csv(["a", "b"], [["1", "2"]]), "見出しを残してください"),
        (b"%PDF-1.7", "文書は読み取れません"),
    ],
)
def test_a_file_that_is_none_is_told(race: Race, press: Callable[..., Any], content: bytes, sentence: str) -> None:
    answer = press(content)
    assert answer.status_code == 422
    assert sentence in answer.context["problem"]


def test_nothing_chosen_is_told(press: Callable[..., Any]) -> None:
    assert press().status_code == 422


def test_the_download_stands_in_the_trail(race: Race, press: Callable[..., Any]) -> None:
    answer = press(download="1")
    assert answer["Content-Disposition"] == f'attachment; filename="{race.meet.slug}-starts.xlsx"'
    assert AuditRecord.objects.filter(verb="meet.paper_downloaded").count() == 1


def test_more_starts_than_a_file_may_hold_go_out_race_by_race(
    race: Race, press: Callable[..., Any], kita: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = race_of(race.meet, "男子10000m")
    other.meet = race.meet
    enter(other, kita, [180_000], now)
    seed_heats(meet=race.meet, by=None, at=now, races=[other.pk])
    monkeypatch.setattr(starts_views, "MAX_ROWS", 6)
    many = press(download="1", race="0")
    assert (many.status_code, "種目を1つ選んで" in many.context["problem"]) == (422, True)
    one = press(download="1", race=str(other.pk))
    assert sheet_of(one.content).max_row == 2
    assert compared(race.meet, one.content).missing == 6
    monkeypatch.setattr(starts_views, "MAX_ROWS", 7)
    assert sheet_of(press(download="1").content).max_row == 8


def test_before_the_closing_nothing_is_made(race: Race, press: Callable[..., Any], now: datetime) -> None:
    shown = press(edited(race.meet, [(2, "heat", 2)]))
    Meet.objects.filter(pk=race.meet_id).update(state=State.RESULTS_OUT)
    assert press(apply=shown.context["sealed"]).status_code == 422
    assert press(edited(race.meet, [(2, "heat", 2)])).content.decode().count('name="apply"') == 0
