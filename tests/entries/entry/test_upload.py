"""Entries from a file: a preview that enters nobody, a reason for each refused row, and the sheet's own action."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from entries.entry.models import Entry, EntryUpload, Source, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import OutboxMail, User
from tenants.scope import across_tenants
from tests.conftest import athletes_of, race_of
from tests.entries.entry.sheets import address, entries, row, send

pytestmark = pytest.mark.django_db
HEADER = ["JAAF ID", "氏名", "フリガナ", "種目", "申告タイム", "自己ベスト", "ペースメーカー", "シューズ"]


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def workbook(rows: list[list[Any]], header: list[str] = HEADER) -> bytes:
    book = Workbook()
    for cells in [header, *rows]:
        book.active.append(cells)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, meet: Meet, body: bytes, name: str = "entries.xlsx", **more: Any) -> Any:
    return client.post(address(meet, "/upload"), {"file": SimpleUploadedFile(name, body), **more})


def preview_of(client: Client, meet: Meet, rows: list[list[Any]], header: list[str] = HEADER) -> tuple[str, str]:
    """(address, page) of the preview."""
    answer = upload(client, meet, workbook(rows, header))
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"], client.get(answer["Location"]).content.decode()


def line(athlete: Athlete, race: str = "男子5000m", *more: Any) -> list[Any]:
    return [athlete.jaaf_id, athlete.full_name, "", race, *(more or ["14:30.00"])]


def test_a_preview_enters_nobody_and_its_confirmation_does(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, page = preview_of(coach, meet, [line(one) for one in runners])
    assert "5件を申し込む（5,000円）" in page
    assert entries() == []
    answer = coach.post(there)
    with across_tenants():
        submission = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{submission.reference}/")
    assert submission.source == Source.UPLOAD
    assert entries() == [(one.pk, race.pk, 87_000) for one in runners]


def test_blank_times_are_asked_about_once(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    """By the page's button, with the first names; whoever answered, and a program that posts by itself, is not asked."""
    there, page = preview_of(coach, meet, [line(runners[0], "男子5000m", ""), line(runners[1])])
    assert 'name="ask_no_time"' in page
    answer = coach.post(there, {"ask_no_time": "1"})
    page = answer.content.decode()
    assert (answer.status_code, entries()) == (422, [])
    assert "タイムなし（NT）で申し込みますか" in page
    assert f"申告タイムが空欄の申込が1件あります: {runners[0].full_name} 男子5000m" in page
    assert 'name="ask_no_time"' not in page
    assert coach.post(there).status_code == 303
    assert [time for _, _, time in entries()] == [None, 87_000]


@pytest.mark.parametrize("header", ["氏名\t種目\tタイム", "氏名\t種目"])
def test_a_blank_time_is_typed_in_the_grid(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], header: str
) -> None:
    """Also where the file has no column of times; a row that has its time stays as it is."""
    lines = [header, f"{runners[0].full_name}\t男子5000m"]
    lines += [f"{runners[1].full_name}\t男子5000m\t14:40"] if "タイム" in header else []
    there = coach.post(address(meet, "/upload"), {"pasted": "\n".join(lines)})["Location"]
    page = coach.get(there).content.decode()
    assert 'name="mend-2-seed_time"' in page
    assert 'name="mend-3-seed_time"' not in page
    assert "入力しなければタイムなし（NT）になります。" in page
    coach.post(there, {"mend": "1", "mend-2-seed_time": "14:52.10"})
    page = coach.get(there).content.decode()
    assert ("14:52.10" in page, 'name="mend-2-seed_time"' in page, "タイムなし（NT）になります" in page) == (
        True,
        False,
        False,
    )
    assert coach.post(there, {"ask_no_time": "1"}).status_code == 303
    assert entries()[0][2] == 89_210


def test_a_file_with_all_its_times_is_not_asked_about(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, _ = preview_of(coach, meet, [line(runners[0])])
    assert coach.post(there, {"ask_no_time": "1"}).status_code == 303


def test_confirming_again_leads_to_the_first_receipt(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, _ = preview_of(coach, meet, [line(runners[0])])
    first, second = coach.post(there), coach.post(there)
    assert first["Location"] == second["Location"] == coach.get(there)["Location"]
    with across_tenants():
        EntryUpload.objects.update(submission=None)  # as if the server had died between entering and noting it
    assert coach.post(there)["Location"] == first["Location"]
    assert len(entries()) == OutboxMail.objects.filter(kind="entry.received").count() == 1


def test_each_refused_row_says_why_and_the_others_can_be_entered(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team
) -> None:
    race_of(meet, "女子5000m", sex="F")
    race_of(meet, "男子1500m", distance_m=1500, standard=24_000)
    send(coach, meet, None, [row(runners[3], race)])
    rows = [
        line(runners[0]),
        ["", "山田 太郎", "", "男子5000m", "15:00"],
        ["", "山田 次郎", "", "男子5000m", "15:00"],
        line(runners[1], "男子マラソン"),
        line(runners[1], "女子5000m"),
        line(runners[1], "男子5000m", "約15分"),
        line(runners[1], "男子1500m", "4:10.00"),
        line(runners[0]),
        line(runners[3]),
        ["99999999999", "", "", "男子5000m"],
        ["", "", "", "男子5000m"],
    ]
    there, page = preview_of(coach, meet, rows)
    for reason in (
        "「山田 太郎」は名簿にいません", "「男子マラソン」という種目は", "申し込めるのは女子の選手です", "タイムを読み取れません",
        "参加標準記録は4:00.00です", "同じ選手が同じ種目に2回", "申込済みです", "JAAF ID 99999999999 の選手が", "選手を選んでください",
    ):  # fmt: skip
        assert reason in page, reason
    assert page.count("同じ選手が同じ種目に2回") == 1, "two unknown people may be two"
    assert "約15分" in page
    assert "1件を申し込む" in page
    assert coach.post(there).status_code == 303
    assert len(entries()) == 2


def test_every_row_that_holds_anything_is_counted(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    """A time without a race, as below a merged cell, is refused with its reason; a name alone enters nobody."""
    rows = [
        line(runners[0]),
        line(runners[1], "", "15:00"),
        line(runners[2], "", ""),
        line(runners[3], "", "", "", "○"),
    ]
    _, page = preview_of(coach, meet, rows)
    assert page.count("種目が空欄です") == 2
    assert "1件を申し込む" in page
    assert "ファイルの内容のある行: 4行" in page
    with across_tenants():
        assert EntryUpload.objects.get().counts == {"read": 4, "without_race": 1}
    assert "ファイルの内容のある行: 4行 = 要修正 2 + 申し込めます 1 + 変更なし 1。" in page
    assert page.count('class="is-refused"') == 2
    assert page.count("種目が空欄（申し込みません）") == 1


@pytest.mark.parametrize(
    ("title", "sex", "found"),
    [
        ("5000m", "M", "男子5000m"), ("5000", "F", "女子5000m"), ("５，０００ｍ", "M", "男子5000m"), ("5km", "F", "女子5000m"),
        ("女子5000", "F", "女子5000m"), ("男5000m", "M", "男子5000m"), ("5000m男子", "M", "男子5000m"), ("1500m", "M", "1500m"),
        ("3000m", "M", "男子3000mSC|unknown"), ("10000m", "M", "男子10000m"), ("男子10,000m", "M", "男子10000m"), ("10000m男子", "M", "男子10000m"),
        ("10000", "F", "女子10000m A、女子10000m B|ambiguous"), ("800", "M", "NCG男子800m|unknown"), ("2000m", "M", "オープン2000m"),
        ("男子2,000m", "M", "オープン2000m"), ("800m", "M", "|unknown"),
        ("男子10000m NCG", "M", "男子10000m NCG"), ("50000", "M", "|unknown"),
    ],
)  # fmt: skip
def test_a_race_is_found_by_distance_and_sex_when_it_can_only_be_one(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], title: str, sex: str, found: str
) -> None:
    for name, metres, who in (("女子5000m", 5000, "F"), ("1500m", 1500, "X"), ("男子3000mSC", 3000, "M"),
                              ("男子10000m", 10_000, "M"), ("男子10000m NCG", 10_000, "M"), ("NCG男子800m", 800, "M"),
                              ("女子10000m A", 10_000, "F"), ("女子10000m B", 10_000, "F"), ("オープン2000m", 2000, "X")):  # fmt: skip
        race_of(meet, name, distance_m=metres, sex=who, is_ncg="NCG" in name)
    Athlete.objects.filter(pk=runners[0].pk).update(sex=sex)
    _, page = preview_of(coach, meet, [line(runners[0], title, "")])
    name, _, why = found.partition("|")
    reason = {"": "1件を申し込む", "unknown": "という種目はこの大会にありません", "ambiguous": f"（{name}）"}[why]
    assert reason in page
    assert why or f">{name}" in page


def test_a_time_that_is_a_formula_without_a_value_is_refused(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    _, page = preview_of(
        coach, meet, [line(runners[0], "男子5000m", "=B2"), line(runners[1], "男子5000m", "14:00", "=1+")]
    )
    assert page.count("数式の値がファイルにありません") == 2
    assert "件を申し込む" not in page


def test_refused_rows_come_back_as_a_file_that_can_be_corrected(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, _ = preview_of(coach, meet, [line(runners[0]), line(runners[1], "男子マラソン", "@14:00", "14:00", "○")])
    body = coach.get(f"{there}/refused.xlsx").content
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    found = list(sheet.iter_rows(values_only=True))
    assert found[0] == (*HEADER, "理由")
    assert found[1][1:7] == (runners[1].full_name, runners[1].full_kana, "男子マラソン", "@14:00", "14:00", "○")
    assert "種目はこの大会にありません" in str(found[1][8])
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)
    assert upload(coach, meet, body).status_code == 303


def test_the_template_holds_the_roster_and_is_read_back(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    book = load_workbook(io.BytesIO(coach.get(address(meet, "/upload/template.xlsx")).content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert [sheet.cell(n + 2, 2).value for n in range(5)] == [
        one.full_name for one in sorted(runners, key=lambda one: one.pk)
    ]
    assert sheet.column_dimensions["E"].number_format == "@"
    assert "男子5000m" in [cells[0].value for cells in book.worksheets[1].iter_rows()]
    sheet["D2"], sheet["E2"] = "男子5000m", "14.05.32"
    out = io.BytesIO()
    book.save(out)
    there = upload(coach, meet, out.getvalue())["Location"]
    assert "1件を申し込む" in coach.get(there).content.decode()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (time(14, 5, 0), 84_500), (time(0, 14, 5, 320_000), 84_532), (timedelta(hours=25, minutes=10), 151_000),
        (datetime(1900, 1, 1, 1, 10), 151_000), ("14:05.32", 84_532), ("１４．０５．３２", 84_532), (140532, 84_532), (None, None),
        (time(1, 0, 5), 360_500),
    ],
)  # fmt: skip
def test_what_excel_makes_of_a_time_is_read(
    coach: Client, meet: Meet, kita: Team, runners: list[Athlete], cell: object, expected: int | None
) -> None:
    race_of(meet, "男子10000m", distance_m=10_000 if expected and expected > 90_000 else 5_000)
    there, page = preview_of(coach, meet, [line(runners[0], "男子10000m", cell)])
    assert coach.post(there).status_code == 303, page
    assert entries()[0][2] == expected


def test_a_csv_from_excel_in_japan_is_read(coach: Client, meet: Meet, race: Race, kita: Team) -> None:
    [runner] = athletes_of(kita, 1)
    Athlete.objects.filter(pk=runner.pk).update(family_name="髙橋", given_name="蓮")
    for body in (
        "選手名,種目名,タイム\r\n髙橋　蓮,男子５０００ｍ,15:00\r\n".encode("cp932"),
        "氏名\t種目\n髙橋蓮\t男子5000m\n".encode("utf-8-sig"),
    ):
        there = upload(coach, meet, body, "申込.csv")["Location"]
        assert "1件を申し込む" in coach.get(there).content.decode()


def test_a_name_in_other_characters_is_found_and_said(coach: Client, meet: Meet, race: Race, kita: Team) -> None:
    [runner] = athletes_of(kita, 1)
    runner.family_name, runner.given_name, runner.jaaf_id = "高橋", "蓮", "12345678906"
    runner.save()
    said = "名簿の高橋 蓮さんと同じ選手として扱います"
    for name, is_said in (("髙橋 蓮", True), ("高橋　蓮", False), ("高橋蓮", False)):
        _there, page = preview_of(coach, meet, [[name, "男子5000m", "15:00"]], header=["氏名", "種目", "申告タイム"])
        assert "1件を申し込む" in page
        assert (said in page) is is_said, name
    _there, page = preview_of(
        coach, meet, [["12345678906.0", "男子5000m", "15:00"]], header=["JAAF ID", "種目", "申告タイム"]
    )
    assert "1件を申し込む" in page


def test_of_two_with_one_name_in_other_characters_the_one_who_is_written_so(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    for runner, family in zip(athletes_of(kita, 2), ("高橋", "髙橋"), strict=True):
        runner.family_name, runner.given_name = family, "蓮"
        runner.save()
    header = ["氏名", "種目", "申告タイム"]
    _there, page = preview_of(coach, meet, [["髙橋 蓮", "男子5000m", "15:00"]], header=header)
    assert "1件を申し込む" in page
    _there, page = preview_of(coach, meet, [["たかはし蓮", "男子5000m", "15:00"]], header=header)
    assert "名簿にいません" in page


def test_a_name_is_found_in_another_form_of_its_kanji_and_in_kana(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    one, two, three = athletes_of(kita, 3)
    for athlete, family in ((one, "髙橋"), (two, "高橋"), (three, "渡邉")):
        kana = {"family_kana": f"カナ{athlete.pk}", "given_kana": "ハナ"}
        Athlete.objects.filter(pk=athlete.pk).update(family_name=family, given_name="花", **kana)
    rows = [
        ["高橋花", "男子5000m"],
        ["髙橋　花", "男子5000m"],
        ["渡辺 花", "男子5000m"],
        [f"かな{one.pk}ﾊﾅ", "男子5000m"],
    ]
    there, page = preview_of(coach, meet, rows, ["氏名", "種目"])
    assert "2回入力されています" in page
    coach.post(there)
    assert [athlete for athlete, _, _ in entries()] == [two.pk, one.pk, three.pk]


def test_of_two_with_one_name_kana_or_birth_date_decides(coach: Client, meet: Meet, race: Race, kita: Team) -> None:
    for kana, born in (("レン", 1), ("ハス", 2), ("レン", 3)):
        athletes_of(kita, 1)
        Athlete.objects.filter(given_name__startswith="一郎").update(
            family_name="林", given_name="蓮", family_kana="ハヤシ", given_kana=kana, birth_date=date(2004, 4, born)
        )
    header = ["氏名", "フリガナ", "生年月日", "種目"]
    good: list[list[Any]] = [
        ["林 蓮", "ハヤシ ハス", "", "男子5000m"],
        ["林 蓮", "", datetime(2004, 4, 1), "男子5000m"],
        ["林蓮", "", "平成16年4月3日 0:00", "男子5000m"],
    ]
    _, page = preview_of(
        coach, meet, [*good, ["林 蓮", "", "", "男子5000m"], ["林 蓮", "ハヤシ レン", "", "男子5000m"]], header
    )
    assert "3件を申し込む" in page
    assert page.count("名簿に複数います") == 2


def test_a_name_that_is_not_the_ids_is_refused(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    Athlete.objects.filter(pk=runners[0].pk).update(jaaf_id="00012345678")
    _, page = preview_of(coach, meet, [[12345678, "別人 太郎", "", "男子5000m"], [12345678, "", "", "男子5000m"]])
    assert "JAAF IDの選手は「鈴木 一郎0」ですが" in page
    assert "1件を申し込む" in page


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"", "x.csv", "ファイルを選んで"),
        (b"a,b\n1,2\n", "x.csv", "見出しに「氏名」"),
        (b"\x00\x01", "x.xlsx", "ファイル"),
        (b"PK\x03\x04junk", "x.xlsx", "ファイル"),
        ("氏名,種目\n,\n山田,\n".encode(), "x.csv", "種目が入力された行がありません"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "x.xls", "ファイル"),
    ],
)
def test_a_file_that_is_none_is_refused_beside_the_field(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], body: bytes, name: str, said: str
) -> None:
    answer = upload(coach, meet, body, name)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert entries() == []
    with across_tenants():
        assert EntryUpload.objects.exists() is (name == "x.csv" and b"a,b" in body), "kept while its columns are named"


def test_without_a_file_nothing_happens(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    assert coach.post(address(meet, "/upload"), {"file": "x"}).status_code == 422


def test_after_the_close_the_preview_says_so_and_nothing_is_entered(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, _ = preview_of(coach, meet, [line(runners[0])])
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=meet.created_at)
    assert "に締め切りました" in coach.get(there).content.decode()
    assert coach.post(there).status_code == 422
    assert entries() == []


def test_a_limit_is_counted_over_the_file(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    race_of(meet, entries_per_team=2)
    there, page = preview_of(coach, meet, [line(one) for one in runners])
    assert "2件を申し込む" in page
    assert page.count("1チーム2名以内") == 3
    assert coach.post(there).status_code == 303


def test_another_teams_upload_is_unknown(
    client: Client, coach: Client, meet: Meet, race: Race, runners: list[Athlete], minami: Team, chiba: User, aoki: User
) -> None:
    there, _ = preview_of(coach, meet, [line(runners[0])])
    for user in (chiba, aoki):
        client.force_login(user)
        for what in (there, f"{there}/refused.xlsx", f"{address(meet, '/upload')}/{10**30}"):
            assert client.get(what).status_code == 404
        assert client.post(there).status_code == 404
    assert entries() == []


def test_a_file_costs_the_same_queries_for_any_number_of_rows(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    counts = []
    for more in (1, 5):
        with CaptureQueriesContext(connection) as reading:
            there, _ = preview_of(coach, meet, [line(one) for one in athletes_of(kita, more)])
        with CaptureQueriesContext(connection) as confirming:
            assert coach.post(there).status_code == 303
        counts.append((len(reading) - (more if more < 1 else 0), len(confirming)))
    assert counts[0] == counts[1]
    with across_tenants():
        assert Entry.objects.count() == 6


def test_a_file_with_more_rows_than_a_sheet_takes_says_so(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    there, page = preview_of(coach, meet, [line(runners[0])] * 401)
    assert "一度に送信できるのは400行以内" in page
    assert "件を申し込む" not in page
    assert coach.post(there).status_code == 422
    assert entries() == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_template_is_read_in_either_language(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], language: str
) -> None:
    body = coach.get(address(meet, f"/upload/template.xlsx?lang={language}")).content
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    header = [str(cell.value) for cell in sheet[1]]
    cells = ["", runners[0].full_name, runners[0].full_kana, race.name, "14:05.32", "14:00", "○"]
    there, _ = preview_of(coach, meet, [cells], header)
    assert coach.post(there).status_code == 303
    with across_tenants():
        assert Entry.objects.values_list("seed_time", "personal_best", "pacemaker").get() == (84_532, 84_000, True)
