"""What the fields of an athlete may hold, and how cells are read."""

from datetime import date, datetime
from typing import Any

import pytest

from entries.roster import athlete_fields
from entries.roster.athlete_fields import READERS, check_whole, completed
from tenants import wording
from tenants.refusal import Refused

TODAY = date(2026, 11, 23)
SUZUKI = {
    "family_name": "鈴木",
    "given_name": "一郎",
    "family_kana": "スズキ",
    "given_kana": "イチロウ",
    "sex": "M",
    "birth_date": date(2004, 4, 2),
}


@pytest.mark.parametrize(
    "name", ["神\ufa19", "羽\ufa1e", "髙橋", "山﨑", "𠮷田", "勞\uf92f", "葛\U000e0100城", "ｶﾅ", "Ａ", "O'Neil"]
)
def test_kanji_names_stay_byte_for_byte(name: str) -> None:
    assert athlete_fields.read_name(f" {name}　") == name


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "a\u200bb", "a\u202eb", "a\u2028b", "\ud800", "\ue000"])
def test_what_cannot_be_seen_is_no_name(text: str) -> None:
    with pytest.raises(Refused, match="athlete_invisible"):
        athlete_fields.read_name(text)


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("family_kana", "すずき", "スズキ"), ("family_kana", "ｽｽﾞｷ", "スズキ"), ("family_romaji", "Ｓｕｚｕｋｉ", "Suzuki"),
        ("family_romaji", "O’Neil-Müller", "O’Neil-Müller"),
        ("sex", "男", "M"), ("sex", "女子", "F"), ("sex", "Ｍ", "M"), ("sex", "f", "F"), ("sex", 1, "M"), ("sex", 2.0, "F"), ("sex", "", ""),
        ("birth_date", "2004/4/2", date(2004, 4, 2)), ("birth_date", "2004-04-02", date(2004, 4, 2)),
        ("birth_date", "2004.4.2", date(2004, 4, 2)), ("birth_date", "２００４年４月２日", date(2004, 4, 2)),
        ("birth_date", "20040402", date(2004, 4, 2)), ("birth_date", 20040402, date(2004, 4, 2)),
        ("birth_date", "H16.4.2", date(2004, 4, 2)), ("birth_date", "平成16年4月2日", date(2004, 4, 2)),
        ("birth_date", "s63/12/31", date(1988, 12, 31)), ("birth_date", "令和元年5月1日", date(2019, 5, 1)),
        ("birth_date", datetime(2004, 4, 2), date(2004, 4, 2)), ("birth_date", date(2004, 4, 2), date(2004, 4, 2)),
        ("birth_date", 38079, date(2004, 4, 2)), ("birth_date", "", None),
        ("birth_date", "2004/04/02 0:00", date(2004, 4, 2)), ("birth_date", "2004-04-02T00:00:00", date(2004, 4, 2)),
        ("birth_date", "２００４ー４ー２", date(2004, 4, 2)), ("birth_date", "2004年4月2日 00:00:00.000", date(2004, 4, 2)),
        ("jaaf_id", "0012ー345ー6789ｰ", "00123456789"),
        ("nationality", "jpn", "JPN"), ("nationality", "日本", "JPN"), ("nationality", "ＫＥＮ", "KEN"),
        ("grade", 3.0, "3"), ("grade", "３年", "3"), ("grade", "m1", "M1"),
        ("jaaf_id", "00012345678", "00012345678"), ("jaaf_id", 12345678, "00012345678"), ("jaaf_id", 12345678901.0, "12345678901"),
        ("jaaf_id", "123-4567-8901", "12345678901"), ("jaaf_id", "", ""),
        ("registration_number", 1234, "1234"), ("registration_number", "１２-Ａ", "12-A"),
        ("registration_prefecture", "東京", "13"), ("registration_prefecture", "東京都", "13"), ("registration_prefecture", "京都府", "26"),
        ("registration_prefecture", "京都", "26"), ("registration_prefecture", "北海道", "01"), ("registration_prefecture", "神奈川陸協", "14"),
        ("registration_prefecture", 1, "01"), ("registration_prefecture", "関東学連", "48"), ("registration_prefecture", "", ""),
        ("jaaf_id", "12345678", "00012345678"), ("jaaf_id", "１２３ー４５６７８９０", "01234567890"), ("jaaf_id", 1, "00000000001"),
        ("guardian_consent", "○", True), ("guardian_consent", True, True), ("guardian_consent", "×", False), ("guardian_consent", "", False),
    ],
)  # fmt: skip
def test_cells_are_read_as_people_mean_them(field: str, cell: Any, value: Any) -> None:
    assert READERS[field](cell) == value


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("family_name", "あ" * 31, "athlete_too_long"), ("family_kana", "鈴木", "athlete_not_kana"), ("family_kana", "Suzuki", "athlete_not_kana"),
        ("family_romaji", "鈴木", "athlete_not_romaji"), ("family_romaji", "=1+1", "athlete_not_romaji"), ("sex", "3", "athlete_sex"),
        ("birth_date", "04/4/2", "athlete_birth_date"), ("birth_date", "2004/2/30", "athlete_birth_date"), ("birth_date", "昨日", "athlete_birth_date"),
        ("birth_date", "1899/12/31", "athlete_birth_date_range"), ("birth_date", 0, "athlete_birth_date"), ("birth_date", float("inf"), "athlete_birth_date"),
        ("birth_date", "9" * 5000, "athlete_too_long"), ("birth_date", 10.0**300, "athlete_birth_date"),
        ("nationality", "JP", "athlete_nationality"), ("grade", "12345", "athlete_too_long"), ("jaaf_id", "123456", "athlete_jaaf_id"),
        ("jaaf_id", "１２３４５６７８９０x", "athlete_jaaf_id"), ("jaaf_id", "๑๒๓๔๕๖๗๘๙๐๑", "athlete_jaaf_id"),
        ("registration_number", "番号", "athlete_number"),
        ("registration_prefecture", "江戸", "athlete_prefecture"), ("registration_prefecture", "都", "athlete_prefecture"),
        ("registration_prefecture", 50, "athlete_prefecture"),
        ("guardian_consent", "たぶん", "athlete_yes"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(field: str, cell: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        READERS[field](cell)
    assert refused.value.code == code
    assert wording.say(refused.value)


def test_what_is_missing_is_named_by_field() -> None:
    assert set(check_whole({}, today=TODAY)) == {*athlete_fields.REQUIRED, *athlete_fields.GIVEN}
    assert check_whole(SUZUKI, today=TODAY) == {}


@pytest.mark.parametrize(("born", "needed"), [(date(2010, 11, 23), False), (date(2010, 11, 24), True)])
def test_the_sixteenth_birthday_is_the_first_day_without_a_guardian(born: date, *, needed: bool) -> None:
    young = SUZUKI | {"birth_date": born}
    assert set(check_whole(young, today=TODAY)) == ({"guardian_name", "guardian_consent"} if needed else set())
    assert check_whole(young | {"guardian_name": "鈴木 父", "guardian_consent": True}, today=TODAY) == {}


@pytest.mark.parametrize("born", [date(2026, 11, 24), date(1905, 1, 1)])
def test_nobody_is_born_tomorrow_or_older_than_a_century_and_a_bit(born: date) -> None:
    assert check_whole(SUZUKI | {"birth_date": born}, today=TODAY)["birth_date"].code == "athlete_birth_date_range"


def test_what_was_left_empty_is_completed() -> None:
    full = completed(SUZUKI | {"given_romaji": "Ichirō", "jaaf_id": "12345678901", "jaaf_pending": True})
    assert (full["family_romaji"], full["given_romaji"]) == ("Suzuki", "Ichirō")
    assert (full["nationality"], full["jaaf_pending"]) == ("JPN", False)
