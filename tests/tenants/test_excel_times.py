"""A cell that holds a time is read as what Excel shows of it, whatever its format."""

import io
from datetime import datetime, time, timedelta

import pytest
from openpyxl import Workbook

from entries.marks import parse_time
from tenants.files.excel_times import shown_time
from tests.tables import read_table

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("typed", "number_format", "shown", "hundredths"),
    [
        (14 * 3600 + 5 * 60, "h:mm", "14:05", 84_500),
        (4 * 3600 + 12 * 60, "[$-411]h:mm", "4:12", 25_200),
        (25 * 3600 + 10 * 60, "[h]:mm", "25:10", 151_000),
        (25 * 3600 + 10 * 60, "[h]:mm:ss", "25:10:00", 151_000),
        (845.32, "mm:ss.0", "14:05.32", 84_532),
        (845.32, "mm:ss.00", "14:05.32", 84_532),
        (845, "[m]:ss", "14:05", 84_500),
        (3910, "[mm]:ss", "65:10", 391_000),
        (3910, "mm:ss", "1:05:10", 391_000),
        (845, "hh:mm:ss", "0:14:05", 84_500),
        (845.32, "h:mm:ss;@", "0:14:05.32", 84_532),
        (845.32, 'h"時間"mm"分"', "0:14:05.32", 84_532),
        (3723, "h:mm:ss", "1:02:03", 372_300),
        (9 * 3600 + 5 * 60 + 30, "h:mm:ss", "9:05:30", 54_530),
        (845.321, "mm:ss.000", "14:05.321", 84_533),
        (52.1, "[s].00", "0:52.10", 5_210),
    ],
)
def test_what_is_shown_is_what_is_read(typed: float, number_format: str, shown: str, hundredths: int) -> None:
    """As Excel keeps it: a share of a day in a file, through the reader of all tables."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["タイム"])
    sheet.append([typed / DAY])
    sheet["A2"].number_format = number_format
    out = io.BytesIO()
    book.save(out)
    [(_, [cell])] = read_table(io.BytesIO(out.getvalue()), "a.xlsx").rows
    assert cell == shown
    assert parse_time(shown) == hundredths


def test_a_date_stays_a_date() -> None:
    assert shown_time(datetime(2004, 4, 2, 9, 30), "yyyy/m/d h:mm") is None
    assert shown_time("14:05", "h:mm") is None
    assert shown_time(45_000, "General") is None


@pytest.mark.parametrize("value", [time(1, 10), timedelta(hours=1, minutes=10), datetime(1899, 12, 31, 1, 10)])
def test_however_it_reaches_us(value: object) -> None:
    assert shown_time(value, "h:mm") == "1:10"
