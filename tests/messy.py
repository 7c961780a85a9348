"""The workbook of a coach who keeps everything in one: a roster and an entry list, as such books are found."""

import io
from datetime import datetime, time
from typing import Any

from openpyxl import Workbook

RACES = ("男子5000m", "男子10000m")
RUNNERS = 20
ENTERED = RUNNERS * len(RACES)


def messy_workbook() -> bytes:
    """Two sheets with titles above their tables, birth dates by era, a race merged over its rows, times of Excel in three
    formats and typed ones, JAAF IDs without their zeros, two who share a name, and two rows that are there twice."""
    book = Workbook()
    _roster(book.worksheets[0])
    _entries(book.create_sheet("エントリー"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def name_of(number: int) -> str:
    """The last two have one name."""
    return f"𠮷田　走{min(number, RUNNERS - 2)}"


def born(number: int) -> str:
    return f"H{15 + number % 3}.{1 + number % 12}.{1 + number}"


def _roster(sheet: Any) -> None:
    sheet.title = "部員名簿"
    sheet.append(["北大学陸上競技部"])
    sheet.merge_cells("A1:F1")
    sheet.append([None, "2026年4月1日 現在"])
    sheet.append(["氏名", "フリガナ", "性別", "生年月日", "学年", "JAAF ID"])
    for number in range(RUNNERS):
        kana = f"ﾖｼﾀﾞ ｶｹﾙ{'アイウエオカキクケコサシスセソタチツテト'[number]}"
        sheet.append([name_of(number), kana, "男", born(number), f"{1 + number % 4}年", 12_345_600 + number])


def _entries(sheet: Any) -> None:
    sheet.append(["第326回 長距離競技会 エントリー"])
    sheet.append([])
    sheet.append(["No.", "種目", "選手名", "生年月日", "申告タイム", "備考"])
    for race in RACES:
        top = sheet.max_row + 1
        for number in range(RUNNERS):
            sheet.append([number + 1, race if number == 0 else None, name_of(number), born(number)])
            _write_time(sheet.cell(sheet.max_row, 5), race, number)
        sheet.merge_cells(start_row=top, end_row=sheet.max_row, start_column=2, end_column=2)
    for race in RACES:
        sheet.append([None, race, name_of(0), born(0), "15:00", "重複"])


def _write_time(cell: Any, race: str, number: int) -> None:
    minutes = 14 if race == RACES[0] else 30
    kind = number % 5
    if kind == 0:
        cell.value, cell.number_format = time(0, minutes, 30, 500_000), "mm:ss.0"
    elif kind == 1:
        cell.value, cell.number_format = time(0, minutes, 31), "h:mm:ss"
    elif kind == 2:
        cell.value, cell.number_format = datetime(1899, 12, 31, 0, minutes, 32, 250_000), "[m]:ss.00"
    elif kind == 3:
        cell.value = f"{minutes}'33\"4"
    else:
        cell.value = f"{minutes}分３４秒５０"


def time_of(race: str, number: int) -> int:
    """Hundredths of a second that the workbook says."""
    minutes = 14 if race == RACES[0] else 30
    return minutes * 6000 + (3050, 3100, 3225, 3340, 3450)[number % 5]
