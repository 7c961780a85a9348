"""Days in every form that people and spreadsheets write them in."""

from datetime import date, datetime

import pytest

from entries.dates import NotADate, parse_date
from tenants.files.tables import Cell

DAY = date(2004, 4, 2)


@pytest.mark.parametrize(
    "cell",
    [
        "2004/4/2", "2004-04-02", "2004.4.2", "20040402", "2004年4月2日", "H16.4.2", "平成16年4月2日", "２００４／４／２", "2004/04/02 0:00",
        "2004/04/02(金)", "2004/4/2（金）", "2004年4月2日（金曜日）", "2004/4/2 金", "H16.4.2(金)", "2004/04/02(金) 0:00:00", 38079, 38079.0,
        "38079", "38079.0", "３８０７９", datetime(2004, 4, 2, 9), DAY,
    ],
)  # fmt: skip
def test_a_day_is_read(cell: Cell) -> None:
    assert parse_date(cell) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("大正元年7月30日", date(1912, 7, 30)), ("大正15年12月25日", date(1926, 12, 25)), ("昭和元年12月25日", date(1926, 12, 25)),
        ("S64.1.7", date(1989, 1, 7)), ("平成元年1月8日", date(1989, 1, 8)), ("H31.4.30", date(2019, 4, 30)),
        ("令和元年5月1日", date(2019, 5, 1)), ("R8.4.1", date(2026, 4, 1)), ("明治45年7月30日", date(1912, 7, 30)),
    ],
)  # fmt: skip
def test_an_era_is_read_from_its_first_day_to_its_last(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "令和0年1月1日", "R0.1.1", "平成00年4月2日", "大正20年1月1日", "大正15年12月26日", "大正元年7月29日", "昭和64年1月8日", "S65.1.1",
        "平成元年1月7日", "平成31年5月1日", "H32.1.1", "令和元年4月30日", "明治0年1月1日", "明治46年1月1日",
    ],
)  # fmt: skip
def test_a_day_outside_its_era_is_none(text: str) -> None:
    with pytest.raises(NotADate):
        parse_date(text)


def test_nothing_is_no_day() -> None:
    assert parse_date("") is None
    assert parse_date(None) is None


@pytest.mark.parametrize(
    "cell", ["2004/2/30", "4/2", "abc", "380", "038079", "38079.5", "(金)", "2004/4/2(金)(土)", "9" * 50]
)
def test_what_is_none_is_refused(cell: Cell) -> None:
    with pytest.raises(NotADate):
        parse_date(cell)
