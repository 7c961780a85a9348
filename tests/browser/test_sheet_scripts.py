"""What the sheet's scripts read by themselves while one types: as the server reads it."""

import json
from pathlib import Path

from entries.entry.upload.race_names import RaceNames
from entries.marks import NotATime, parse_time
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tests.browser.conftest import OpenPage, sign_in
from tests.conftest import athletes_of, race_of
from tests.site import ROOT, Site
from tests.spoken import spoken_time

TIMES = [
    "14:05.32", "14.05.32", "14'05\"32", "14′05″32", "14分05秒32", "１４：０５．３２", "14:05", "1:02:03.5", "1時間02分03秒", "52.10", "52",
    "140532", "40532", "14 : 05 . 3", "14m05s32", "14分5秒", "15分", "8.45.9", "14:05:32", "1:2:3", "14:60", "60", "1:60:00", "0", "00:00",
    "25:00:00", "24:00:00", "23:59:59.99", "14:05.321", "14:05.320", "14:05.3200", "abc", "14:05.32x", "-14:05", "約15分", "9" * 41, "14:05.",
    "14.05", "4:12", "999分59秒", "14''05", "1h02m03s", "'", "0:14:05.32", "00:14:05", "9:05:32", "5:05:32", "4:05:32", "0:14:5", "00:14:05.32",
    "14”05’", "14。05。32", "𠮷",
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


TITLES = [
    "男子5000m", "5000m", "5000", "５，０００ｍ", "5,000m", "5km", "男5000", "5000m男子", "女子5000m", "女5000m", "1500m", "男女1500m", "3000m",
    "3000mSC", "男子3000mSC", "10000m", "男子10000m", "NCG男子10000m", "800m", "マラソン", "", "m", "50000000000", "混合1500", "男子 5000 m",
]  # fmt: skip


def test_the_script_finds_races_as_the_server_does(
    site: Site, open_page: OpenPage, meet: Meet, kita: Team, baba: User
) -> None:
    [runner] = athletes_of(kita, 1)
    for name, metres, sex in (("男子5000m", 5000, "M"), ("男子10000m", 10_000, "M"), ("女子5000m", 5000, "F"), ("1500m", 1500, "X"), ("男子3000mSC", 3000, "M"),
                              ("NCG男子10000m", 10_000, "M")):  # fmt: skip
        race_of(meet, name, distance_m=metres, sex=sex)
    page = open_page()
    sign_in(page, site.address, baba.email)
    page.goto(f"{site.address}/meets/nittai/{meet.slug}/enter")
    found = page.evaluate(
        "([titles, athlete]) => titles.map((title) =>"
        " Races.among(Sheet.facts, Sheet.fold).find(Sheet.fold(title), athlete) ?? null)",
        [TITLES, str(runner.pk)],
    )
    with across_tenants():
        names = RaceNames(Race.objects.filter(meet=meet))
    assert dict(zip(TITLES, found, strict=True)) == {title: meant(names, title, runner) for title in TITLES}


def meant(names: RaceNames, title: str, athlete: Athlete) -> str | None:
    try:
        return str(names.find(title, athlete).pk)
    except Refused:
        return None


def understood(text: str) -> list[object] | str:
    try:
        if len(text) > 40:
            raise NotATime("unreadable")
        time = parse_time(text)
    except NotATime as error:
        return f"time_{error.code}"
    return [time, spoken_time(time)]
