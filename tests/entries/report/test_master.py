"""The MASTER CSV: each athlete once with their races, codes as the organizer says, and what is lacking or does not fit is told."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.meet.actions import RACE_KEPT
from entries.meet.models import Meet, Race, State
from entries.report.encodings import fitted, half_kana
from entries.report.master import HEADER, master_files
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]


@pytest.fixture
def race(meet: Meet, kita: Team, aoki: User, now: datetime) -> Race:
    """Four runners, the fastest of them also in a second race, the slowest withdrawn."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2, master_code="011 {time}")
    race.meet = meet
    long = race_of(meet, "男子10000m")
    long.meet = meet
    made = enter(race, kita, [87_205, 90_100, None, 90_300], now)
    Athlete.objects.filter(pk=made[0].athlete_id).update(
        family_name="𠮷野", given_name="大", family_kana="ヨシノ", given_kana="ダイ", registration_prefecture="14"
    )
    Team.objects.filter(pk=kita.pk).update(team_code="490012", prefecture="13")
    [again] = enter(long, kita, [190_000], now)
    Entry.objects.filter(pk=again.pk).update(athlete=made[0].athlete_id)
    seed_heats(meet=meet, by=None, at=now)
    set_ranges(meet=meet, rows=[{"first": 101, "last": 199}], by=aoki)
    assign_bibs(meet=meet, by=aoki)
    Entry.objects.filter(pk=made[3].pk).update(withdrawn_at=now)
    return race


def rows_of(content: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def test_each_athlete_is_one_row_with_their_races(race: Race) -> None:
    made = master_files(race.meet)
    rows = rows_of(made.files["MASTER.csv"])
    assert tuple(rows[0]) == HEADER
    assert len(rows) == 3
    [one] = [row for row in rows if row["N1"] == "𠮷野 大"]
    assert (one["N2"], one["SX"], one["KC"], one["MC"]) == ("ﾖｼﾉ ﾀﾞｲ", "1", "14", "490012")
    assert (len(one["DB"]), int(one["ZK"]) > 100) == (9, True)
    assert (one["S1"], one["K1"]) == ("011 0143205", "002001")
    assert (one["S2"], one["K2"], one["S3"], one["K3"]) == ("", "001001", "", "")
    assert [row["S1"] for row in rows if row["KC"] == "13"] == ["011 0150100", "011"]
    assert rows_of(made.files["SYOZOKU.csv"])[0]["MC"] == "490012"


def test_what_is_lacking_or_does_not_fit_is_told(race: Race, kita: Team) -> None:
    Team.objects.filter(pk=kita.pk).update(team_code="", name="とても長い名前の大学陸上競技部第二")
    made = master_files(race.meet)
    assert made.notes == [
        "種目コードがありません: 男子10000m",
        "コードのないチーム: とても長い名前の大学陸上競技部第二",
        "30バイトに縮めました: とても長い名前の大学陸上競技部第二 > とても長い名前の大学陸上競技部",
    ]


@pytest.mark.parametrize("code", ["0123456789{time}", "123 {time}{time}"])
def test_the_longest_code_fits_its_column(race: Race, code: str) -> None:
    race.master_code = code
    race.clean_fields()
    race.save()
    assert max(len(row["S1"]) for row in rows_of(master_files(race.meet).files["MASTER.csv"])) <= 18


def test_letters_that_the_encoding_lacks_are_replaced_and_told(race: Race) -> None:
    race.meet.timing_encoding = "cp932"
    made = master_files(race.meet)
    assert "吉野 大" in [row["N1"] for row in rows_of(made.files["MASTER.csv"], "cp932")]
    assert made.letters() == ["U+20BB7 𠮷 > 吉"]


def test_latin_letters_stand_where_the_meet_wants_them(race: Race) -> None:
    race.meet.timing_romaji = True
    Athlete.objects.filter(family_name="𠮷野").update(family_romaji="Yoshino", given_romaji="Dai")
    assert "Dai YOSHINO" in [row["N2"] for row in rows_of(master_files(race.meet).files["MASTER.csv"])]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "@x", "＝１"])
def test_no_text_is_a_formula(race: Race, name: str) -> None:
    Athlete.objects.filter(family_name="𠮷野").update(family_name=name)
    assert f"'{name} 大" in [row["N1"] for row in rows_of(master_files(race.meet).files["MASTER.csv"])]


def test_more_races_than_there_are_columns_are_told(race: Race, kita: Team, now: datetime) -> None:
    athlete = Athlete.objects.get(family_name="𠮷野")
    for number in range(4):
        other = race_of(race.meet, f"男子{number}m")
        other.meet = race.meet
        [entry] = enter(other, kita, [90_000], now)
        Entry.objects.filter(pk=entry.pk).update(athlete=athlete)
    seed_heats(meet=race.meet, by=None, at=now)
    assert "種目の列は4つです。書き出せなかった種目があります: 𠮷野 大" in master_files(race.meet).notes


@pytest.mark.parametrize("code", ["=1", " 1", "１", "1,2", '"'])
def test_a_code_is_plain_figures_and_letters(race: Race, code: str) -> None:
    race.master_code = code
    with pytest.raises(ValidationError):
        race.clean_fields()


def test_a_copy_of_the_meet_has_the_codes() -> None:
    assert "master_code" in RACE_KEPT


def test_the_page_of_papers_names_races_without_a_code(client: Client, aoki: User, race: Race) -> None:
    client.force_login(aoki)
    text = client.get(f"/admin/entries/meet/{race.meet_id}/papers/").content.decode()
    assert "コードの列は空欄になります" in text
    assert 'change/">男子10000m</a>' in text
    assert f'change/">{race.name}</a>' not in text
    Race.objects.update(master_code="012")
    assert "コードの列は空欄" not in client.get(f"/admin/entries/meet/{race.meet_id}/papers/").content.decode()


def test_the_command_writes_two_files_and_says_what_is_lacking(
    race: Race, meet: Meet, tmp_path: Path, capsys: Any
) -> None:
    call_command("export_master", f"{meet.tenant.slug}/{meet.slug}", "--output", str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["MASTER.csv", "SYOZOKU.csv"]
    said = capsys.readouterr().out
    assert "note: Race without a code: 男子10000m" in said
    assert "starts: 4, encoding: utf-8" in said
    empty = open_meet(meet.tenant, "empty")
    with pytest.raises(CommandError, match="nobody stands in a heat"):
        call_command("export_master", f"{meet.tenant.slug}/{empty.slug}", "--output", str(tmp_path / "none"))


def test_half_width_kana_and_bytes() -> None:
    assert half_kana("サトウ ダイゴ・パー") == "ｻﾄｳ ﾀﾞｲｺﾞ･ﾊﾟｰ"
    assert (fitted("あいう", 5), fitted("aあ", 3), fitted("あ", 1), fitted("", 0)) == ("あい", "aあ", "", "")
