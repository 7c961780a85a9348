"""What the sheet's scripts read by themselves while one types: as the server reads it."""

import json
from pathlib import Path

from entries.marks import NotATime, parse_time
from tests.browser.conftest import OpenPage
from tests.site import ROOT
from tests.spoken import spoken_time

TIMES = [
    "14:05.32", "14.05.32", "14'05\"32", "14′05″32", "14分05秒32", "１４：０５．３２", "14:05", "1:02:03.5", "1時間02分03秒", "52.10", "52",
    "140532", "40532", "14 : 05 . 3", "14m05s32", "14分5秒", "15分", "8.45.9", "14:05:32", "1:2:3", "14:60", "60", "1:60:00", "0", "00:00",
    "25:00:00", "24:00:00", "23:59:59.99", "14:05.321", "14:05.320", "14:05.3200", "abc", "14:05.32x", "-14:05", "約15分", "9" * 41, "14:05.",
    "14.05", "4:12", "999分59秒", "14''05", "1h02m03s", "'", "0:14:05.32", "00:14:05", "9:05:32", "5:05:32", "4:05:32", "0:14:5", "00:14:05.32",
    "14”05’", "14。05。32", "𠮷", "52.10秒", "14.05秒32", "14:05.32秒", "14:05.32\u200b", "\ufeff14:05.32", "14.05s",
]  # fmt: skip


def test_the_script_reads_times_as_the_server_does(open_page: OpenPage) -> None:
    page = open_page()
    page.add_script_tag(content=(Path(ROOT) / "static/js/marks.js").read_text())
    words = {"hours": "時間", "minutes": "分", "seconds": "秒"}
    found = page.evaluate(
        "([times, words]) => times.map(text => { const read = Marks.read(text);"
        " return read.time ? [read.time, Marks.spoken(read.time, words)] : read.error })",
        [TIMES, words],
    )
    assert dict(zip(TIMES, json.loads(json.dumps(found)), strict=True)) == {text: understood(text) for text in TIMES}


def understood(text: str) -> list[object] | str:
    try:
        if len(text) > 40:
            raise NotATime("unreadable")
        time = parse_time(text)
    except NotATime as error:
        return f"time_{error.code}"
    return [time, spoken_time(time)]
