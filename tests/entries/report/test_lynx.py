"""Files for the timing system: each start once, by what the program reads, and no letter lost in silence."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.start_list import start_list_of
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.report.encodings import UNKNOWN, written
from entries.report.lynx import lynx_files
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import race_of
from tests.entries.heat.casts import enter


@pytest.mark.parametrize(
    ("text", "new", "replaced"),
    [
        ("髙﨑 徳", "髙﨑 徳", {}), ("𠮷野", "吉野", {"𠮷": "吉"}), ("Kâmau", "Kamau", {"â": "a"}), ("〜−", "～－", {"〜": "～", "−": "－"}),
        ("葛\U000e0100城", "葛城", {"\U000e0100": ""}), ("鿄", UNKNOWN, {"鿄": UNKNOWN}),
    ],
)  # fmt: skip
def test_a_letter_that_is_missing_gives_way_and_is_told(text: str, new: str, replaced: dict[str, str]) -> None:
    assert written(text, "cp932") == (new, replaced)
    assert written(text, "") == (text, {})


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_what_is_written_can_be_read_again(text: str) -> None:
    new, _ = written(text, "cp932")
    assert new.encode("cp932").decode("cp932") == new
    assert "?" not in new or "?" in text or "？" in text or "︖" in text or "﹖" in text


@pytest.fixture
def race(meet: Meet, kita: Team, aoki: User, now: datetime, in_nittai: None) -> Race:
    """Five runners in heats of two, numbered; the second heat goes off first, and one has withdrawn."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2)
    race.meet = meet
    made = enter(race, kita, [90_000, 90_100, 90_200, 90_300, 90_400], now)
    Athlete.objects.filter(pk=made[0].athlete_id).update(
        family_name="𠮷野", given_name="桜", family_romaji="Yoshino", given_romaji="Sakura"
    )
    seed_heats(meet=meet, by=None, at=now)
    set_ranges(meet=meet, rows=[{"first": 101, "last": 199}], by=aoki)
    assign_bibs(meet=meet, by=aoki)
    for number, clock in ((1, "10:00"), (2, "09:30")):
        at = datetime.fromisoformat(f"2027-05-01T{clock}:00+09:00")
        TimetableSlot.objects.create(tenant_id=race.tenant_id, race=race, number=number, starts_at=at)
    Entry.objects.filter(pk=made[4].pk).update(withdrawn_at=now)
    return race


def rows_of(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    text = content.decode(encoding)
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.django_db
def test_each_start_stands_once_under_the_header_of_its_heat(race: Race) -> None:
    made = lynx_files(race.meet)
    rows = rows_of(made.files["lynx.evt"])
    headers = [row for row in rows if row[0]]
    assert [(row[0], row[1], row[2], row[9], row[10]) for row in headers] == [
        ("1", "1", "1", "5000", "10:00"), ("1", "1", "2", "5000", "09:30"), ("1", "1", "3", "5000", ""),
    ]  # fmt: skip
    assert {len(row) for row in headers} == {13}
    wanted = [one for one in start_list_of(race.meet) if one.state == "listed"]
    assert [(row[1], row[2], row[12]) for row in rows if not row[0]] == [
        (f"{one.bib}", f"{one.hip_number}", f"{one.start}") for one in wanted
    ]
    assert rows_of(made.files["lynx.sch"]) == [["1", "1", "2"], ["1", "1", "1"], ["1", "1", "3"]]
    assert [row[0] for row in rows_of(made.files["lynx.ppl"])] == [f"{one.bib}" for one in wanted]


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "codec"), [("", "utf-8-sig"), ("utf-16", "utf-16"), ("cp932", "cp932")])
def test_the_meet_says_how_they_are_written(race: Race, encoding: str, codec: str) -> None:
    race.meet.timing_encoding = encoding
    made = lynx_files(race.meet)
    names = {(row[1], row[2]) for row in rows_of(made.files["lynx.ppl"], codec)}
    assert (("吉野" if encoding == "cp932" else "𠮷野"), "桜") in names
    assert made.replaced == ({"𠮷": "吉"} if encoding == "cp932" else {})
    race.meet.timing_romaji = True
    Athlete.objects.filter(given_romaji="Sakura").update(given_romaji="Sakura Anna", family_romaji="van Yoshino")
    assert ("VAN YOSHINO", "Sakura Anna") in {
        (row[1], row[2]) for row in rows_of(lynx_files(race.meet).files["lynx.ppl"], codec)
    }


@pytest.mark.django_db
def test_a_runner_without_a_bib_has_the_id_nought(race: Race, kita: Team, now: datetime) -> None:
    enter(race, kita, [91_000], now)
    seed_heats(meet=race.meet, by=None, at=now)
    made = lynx_files(race.meet)
    assert "0" in [row[0] for row in rows_of(made.files["lynx.ppl"])]
    assert made.notes == [f"{race.name}: ナンバーカードのない選手1名はIDが0です。"]


@pytest.mark.django_db
def test_the_command_writes_three_files_and_names_what_it_replaced(
    race: Race, meet: Meet, tmp_path: Path, capsys: Any
) -> None:
    Meet.objects.filter(pk=meet.pk).update(timing_encoding="cp932")
    address = f"{meet.tenant.slug}/{meet.slug}"
    call_command("export_lynx", address, "--output", str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["lynx.evt", "lynx.ppl", "lynx.sch"]
    said = capsys.readouterr().out
    assert "heats: 3, starts: 4, encoding: cp932" in said
    assert "replaced: U+20BB7 𠮷 > 吉" in said
    with pytest.raises(CommandError, match="nobody stands in a heat"):
        call_command("export_lynx", f"{meet.tenant.slug}/{empty(meet)}", "--output", str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def empty(meet: Meet) -> str:
    """Another meet of the host, without heats."""
    meet.pk, meet.slug = None, "empty"
    meet._state.adding = True
    meet.save()
    return meet.slug


@pytest.mark.parametrize("command", ["export_lynx", "export_master", "print_papers"])
def test_a_file_where_the_directory_should_be_is_named(race: Race, tmp_path: Path, command: str) -> None:
    there = tmp_path / "out"
    there.write_text("mine", "utf-8")
    with pytest.raises(CommandError, match="out is not a directory"):
        call_command(command, f"{race.meet.tenant.slug}/{race.meet.slug}", "--output", str(there))
    assert there.read_text("utf-8") == "mine"
