"""The MASTER CSV that record-keeping programs of the NANS family read, and the SYOZOKU file of the teams beside it.

The first row carries the IDs by which columns are read: DB our number of the athlete (9 digits), N1 name, N2 kana or Latin letters,
SX sex (1 men, 2 women), KC prefecture, MC team code, ZK bib, and of up to four races S the organizer's code and K heat and hip
number, three digits each. Which code a race has, and whether the time stands in it, is the organizer's to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from django.utils.translation import gettext

from entries.heat.start_list import WITHDRAWN, Listed, start_list_of
from entries.meet.models import Meet, Race
from entries.report.encodings import fitted, half_kana
from entries.report.timing_files import Row, TimingFiles
from entries.roster.models import Athlete, Team

RACES = 4
LONGEST_NAME = 30
"""Bytes of cp932. The column of a code holds 18 characters, which `Race.master_code` with its time never exceeds."""
HEADER = ("DB", "N1", "N2", "SX", "KC", "MC", "ZK", *(f"{column}{n}" for n in range(1, RACES + 1) for column in "SK"))
TEAMS_HEADER = ("N1", "N2", "MC")
SEXES = {"M": "1", "F": "2"}


def master_files(meet: Meet) -> TimingFiles:
    """MASTER.csv, a row an athlete who starts, and SYOZOKU.csv, a row a team. Five queries. What does not fit, and what is lacking, is
    told."""
    starts = [one for one in start_list_of(meet) if one.state != WITHDRAWN]
    races = {race.pk: race for race in Race.objects.filter(meet=meet).in_programme_order()}
    codes = dict(Team.objects.filter(pk__in={one.team_id for one in starts}).values_list("pk", "team_code"))
    homes = dict(
        Athlete.objects.filter(pk__in={one.athlete for one in starts}).values_list("pk", "registration_prefecture")
    )
    run = {one.race for one in starts}
    made = TimingFiles(meet.timing_encoding, starts=len(starts), heats=len({(one.race, one.heat) for one in starts}))
    by_athlete = [list(group) for _, group in groupby(sorted(starts, key=_of_athlete), key=_of_athlete)]
    made.notes = [
        gettext("種目コードがありません: %(race)s") % {"race": race.name}
        for race in uncoded(races.values())
        if race.pk in run
    ]
    made.add("MASTER.csv", [HEADER, *(_row(meet, mine, races, codes, homes, made) for mine in by_athlete)])
    made.add("SYOZOKU.csv", [TEAMS_HEADER, *_teams(starts, codes, made)])
    return made


def uncoded(races: Iterable[Race]) -> list[Race]:
    """Those without a code: their column is left empty."""
    return [race for race in races if not race.master_code]


def _of_athlete(one: Listed) -> int:
    return one.athlete


def _row(
    meet: Meet,
    mine: Sequence[Listed],
    races: Mapping[int, Race],
    codes: Mapping[int, str],
    homes: Mapping[int, str],
    made: TimingFiles,
) -> Row:
    one = mine[0]
    reading = one.romaji if meet.timing_romaji and one.romaji else half_kana(one.kana)
    if len(mine) > RACES:
        made.notes.append(
            gettext("種目の列は%(most)sつです。書き出せなかった種目があります: %(name)s")
            % {"most": RACES, "name": one.name}
        )
    places: list[str] = []
    for start in mine[:RACES]:
        places += [_code(races[start.race], start), f"{start.heat:03}{start.hip_number or 0:03}"]
    return [
        f"{one.athlete:09}", _cut(one.name, made), _cut(reading, made), SEXES.get(one.sex, ""), homes[one.athlete] or one.prefecture,
        codes[one.team_id], one.bib or "", *places, *[""] * (2 * RACES - len(places)),
    ]  # fmt: skip


def _code(race: Race, start: Listed) -> str:
    """The organizer's code, with the time as minutes, seconds and hundredths, 3 + 2 + 2 digits; without one nothing."""
    time = start.seed_time
    said = "" if time is None else f"{time // 6_000:03}{time % 6_000:04}"
    return race.master_code.replace("{time}", said).strip()


def _teams(starts: Sequence[Listed], codes: Mapping[int, str], made: TimingFiles) -> Iterator[Row]:
    teams = {one.team_id: one for one in starts}
    for one in sorted(teams.values(), key=lambda one: (one.team, one.team_id)):
        if not codes[one.team_id]:
            made.notes.append(gettext("コードのないチーム: %(team)s") % {"team": one.team})
        yield _cut(one.team, made), _cut(one.team_short, made), codes[one.team_id]


def _cut(text: str, made: TimingFiles) -> str:
    short = fitted(text, LONGEST_NAME)
    if short != text:
        values = {"most": LONGEST_NAME, "text": text, "short": short}
        made.notes.append(gettext("%(most)sバイトに縮めました: %(text)s > %(short)s") % values)
    return short
