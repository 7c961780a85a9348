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


def test_nothing_is_no_day() -> None:
    assert parse_date("") is None
    assert parse_date(None) is None


@pytest.mark.parametrize(
    "cell", ["2004/2/30", "4/2", "abc", "380", "038079", "38079.5", "(金)", "2004/4/2(金)(土)", "9" * 50]
)
def test_what_is_none_is_refused(cell: Cell) -> None:
    with pytest.raises(NotADate):
        parse_date(cell)
