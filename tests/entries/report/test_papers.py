"""Papers say what the database says, in the fonts that are kept with them."""

import io
import struct
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.models import Start
from entries.heat.start_list import Listed, start_list_of
from entries.meet.actions import move_state
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.report import papers
from entries.report.emergency import COUNT
from entries.report.paper_data import Programme
from entries.report.papers import PAPERS, make
from entries.report.typesetting import FONTS
from entries.roster.models import Athlete, Team
from entries.roster.printing import LETTERS, unprinted
from tenants.models import User
from tests.conftest import race_of
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db
LONG_TEAM = "北海道立札幌第一国際情報総合高等学校附属長距離走競技部の会"
STRANGE = '#import "x.typ" *b* $x$ @a'


@pytest.fixture
def race(meet: Meet, kita: Team, aoki: User, now: datetime, in_nittai: None) -> Race:
    """Seven runners in heats of two, one of them withdrawn, with names that are hard to print."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    Team.objects.filter(pk=kita.pk).update(name=LONG_TEAM, short_name="")
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=4)
    race.meet = meet
    made = enter(race, kita, [90_000, 90_100, 90_200, 90_300, 90_400, None, 90_600], now)
    names = ["𠮷野", "髙﨑", "山﨑", STRANGE, "渡邉", "MacGregor-Featherstonehaugh", "草彅"]
    for entry, name in zip(made, names, strict=True):
        Athlete.objects.filter(pk=entry.athlete_id).update(family_name=name)
    seed_heats(meet=meet, by=None, at=now)
    set_ranges(meet=meet, rows=[{"first": 4_101, "last": 4_199}], by=aoki)
    assign_bibs(meet=meet, by=aoki)
    TimetableSlot.objects.create(
        tenant_id=race.tenant_id, race=race, number=1, starts_at=datetime.fromisoformat("2027-05-01T09:35:00+09:00")
    )
    Entry.objects.filter(pk=made[0].pk).update(withdrawn_at=now)
    return race


def text_of(pdf: bytes) -> str:
    """All of it without spaces and line ends, which a PDF does not keep."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def listed(race: Race) -> list[Listed]:
    return [one for one in start_list_of(race.meet) if one.state == "listed"]


NAMED = {
    "programme", "start-list", "start-list-by-team", "start-list-by-kana", "roll-call", "hip-numbers", "bibs", "lap-sheets",
    "result-sheets", "announcer",
}  # fmt: skip
WITH_BIB = {"programme", "start-list", "start-list-by-team", "start-list-by-kana", "roll-call", "bibs", "result-sheets"}
WITH_TEAM = NAMED


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_says_what_the_database_says(race: Race, now: datetime, kind: str) -> None:
    text = text_of(make(kind, race.meet, at=now))
    assert squeezed(race.meet.name) in text
    assert squeezed(str(PAPERS[kind].title)) in text
    for one in listed(race):
        assert (squeezed(one.name) in text) or kind not in NAMED, one.name
        assert (f"{one.bib}" in text) or kind not in WITH_BIB, one.bib
        assert (squeezed(LONG_TEAM) in text) or kind not in WITH_TEAM
    assert ("09:35" in text) == (kind not in ("bibs", "exceptions")) or kind == "exceptions"


@pytest.mark.parametrize("kind", PAPERS)
def test_no_font_of_the_machine_is_used(race: Race, now: datetime, kind: str) -> None:
    fonts = set()
    for page in PdfReader(io.BytesIO(make(kind, race.meet, at=now))).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            fonts.add(str(font.get_object()["/BaseFont"]).split("+")[-1].split("-")[0])
    assert fonts <= {"BIZUDPGothic", "NotoSansJP"}
    assert fonts


def test_a_draft_is_called_one_and_a_version_has_its_number(race: Race, aoki: User, now: datetime) -> None:
    assert "公開前の編成案" in text_of(make("roll-call", race.meet, at=now))
    meet = move_state(meet=race.meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    text = text_of(make("roll-call", meet, at=now))
    assert "第1版" in text
    assert "公開前の編成案" not in text


def test_who_withdrew_gets_no_number_to_wear(race: Race, now: datetime) -> None:
    [gone] = [one for one in start_list_of(race.meet) if one.state == "withdrawn"]
    for kind in ("hip-numbers", "bibs", "lap-sheets"):
        assert squeezed(gone.name) not in text_of(make(kind, race.meet, at=now)), kind
    assert squeezed(gone.name) in text_of(make("roll-call", race.meet, at=now))
    assert squeezed(gone.name) in text_of(make("exceptions", race.meet, at=now))


@pytest.mark.parametrize(("distance", "first", "lines"), [(10_000, "1", 25), (5_000, "0.5", 13), (3_000, "0.5", 8)])
def test_a_scorer_counts_every_lap(distance: int, first: str, lines: int) -> None:
    laps = list(papers._laps_of(distance))
    assert (laps[0]["done"], len(laps)) == (first, lines)
    assert (laps[-1]["done"], laps[-1]["left"]) == (f"{distance / 400:g}", "0")


def test_a_scorer_has_four_runners_at_most(race: Race, now: datetime) -> None:
    sheets = papers._laps(Programme(race.meet, now))["sheets"]
    assert [len(sheet["starts"]) for sheet in sheets] == [4, 2]
    enter(race, Team.objects.get(name=LONG_TEAM), [91_000] * 9, now)
    seed_heats(meet=race.meet, by=None, at=now)
    sheets = papers._laps(Programme(race.meet, now))["sheets"]
    assert max(len(sheet["starts"]) for sheet in sheets) == 4


def test_a_heat_stands_on_one_sheet(race: Race, now: datetime) -> None:
    Race.objects.filter(pk=race.pk).update(starters_per_heat=45)
    enter(race, Team.objects.get(name=LONG_TEAM), [91_000 + n for n in range(39)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    for kind in ("roll-call", "result-sheets", "finish-order"):
        assert len(PdfReader(io.BytesIO(make(kind, race.meet, at=now))).pages) == 1, kind


def test_a_heat_of_forty_stands_in_one_column_of_the_programme(race: Race, now: datetime) -> None:
    Race.objects.filter(pk=race.pk).update(starters_per_heat=40)
    Team.objects.filter(name=LONG_TEAM).update(short_name="北高")
    enter(race, Team.objects.get(name=LONG_TEAM), [91_000 + n for n in range(114)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    for kind, before in (("programme", 2), ("start-list", 0)):
        pages = PdfReader(io.BytesIO(make(kind, race.meet, at=now))).pages
        heats = ["".join(page.extract_text().split()) for page in list(pages)[before:]]
        assert [[text.count(f"{heat}組") for heat in (1, 2, 3)] for text in heats] == [[1, 1, 0], [0, 0, 1]], kind


def test_a_heat_that_goes_on_says_again_which_it_is(race: Race, now: datetime) -> None:
    Race.objects.filter(pk=race.pk).update(starters_per_heat=100)
    enter(race, Team.objects.get(name=LONG_TEAM), [91_000 + n for n in range(80)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    [_, *_, last] = PdfReader(io.BytesIO(make("start-list", race.meet, at=now))).pages
    assert "1組" in "".join(last.extract_text().split())


def test_the_command_writes_each_paper_and_the_table(race: Race, tmp_path: Path, capsys: Any) -> None:
    meet = f"{race.meet.tenant.slug}/{race.meet.slug}"
    call_command("print_papers", meet, "--output", str(tmp_path / "new"))
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    tables = (
        "start-lists.csv", "starts.xlsx", "lynx.ppl", "lynx.evt", "lynx.sch", "lynx-notes.txt", "MASTER.csv", "SYOZOKU.csv", "master-notes.txt",
    )  # fmt: skip
    assert names == sorted(f"ld326-{name}" for name in (*(f"{kind}.pdf" for kind in PAPERS), *tables))
    assert len(names) == COUNT
    call_command("print_papers", meet, "--output", str(tmp_path / "one"), "--only", "programme", "start-lists-csv")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "ld326-programme.pdf",
        "ld326-start-lists.csv",
    ]
    with pytest.raises(CommandError, match="no such paper: posters"):
        call_command("print_papers", meet, "--output", str(tmp_path / "two"), "--only", "posters")
    assert not (tmp_path / "two").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="is not a directory"):
        call_command("print_papers", meet, "--output", str(tmp_path / "file"), "--only", "programme")
    (tmp_path / "full" / "ld326-programme.pdf").mkdir(parents=True)
    with pytest.raises(CommandError, match=r"cannot write .*ld326-programme.pdf"):
        call_command("print_papers", meet, "--output", str(tmp_path / "full"), "--only", "programme")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["ld326-programme.pdf"]
    with pytest.raises(CommandError, match="say which directory"):
        call_command("print_papers", meet, "--output", "", "--only", "programme")
    Start.objects.all().delete()
    with pytest.raises(CommandError, match="nobody stands in a heat"):
        call_command("print_papers", meet, "--output", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="is no meet"):
        call_command("print_papers", "a/\udcff", "--output", str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def _letters_of(font: Path) -> set[int]:
    """What the font has glyphs for: its table of characters beyond 16 bits (cmap format 12) names all of them."""
    read = font.read_bytes()
    tables = [struct.unpack(">4sIII", read[place : place + 16]) for place in range(12, 12 + 16 * read[5], 16)]
    at = next(offset for tag, _sum, offset, _length in tables if tag == b"cmap")
    starts = [at + struct.unpack(">I", read[at + 8 + 8 * n : at + 12 + 8 * n])[0] for n in range(read[at + 3])]
    start = next(place for place in starts if read[place : place + 2] == b"\x00\x0c")
    (count,) = struct.unpack(">I", read[start + 12 : start + 16])
    groups = (
        struct.unpack(">III", read[place : place + 12]) for place in range(start + 16, start + 16 + 12 * count, 12)
    )
    return {code for first, last, _glyph in groups for code in range(first, last + 1)}


def test_each_letter_that_is_said_to_print_has_a_glyph() -> None:
    has = set[int]().union(*(_letters_of(font) for font in FONTS.glob("*/*.ttf")))
    codes = (code for code in range(0x20, 0x32000) if unicodedata.category(chr(code)) in LETTERS)
    assert [chr(code) for code in codes if code not in has and not unprinted(chr(code)).boxes] == []
