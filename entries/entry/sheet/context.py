"""What the sheet's page shows: the layout with its choices, what is wrong, and what the script may help with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.template.loader import render_to_string

from catalog.shoes.search import any_shoe
from entries.entry import rules
from entries.entry.lines import SheetRefused
from entries.entry.models import Entry, SheetDraft
from entries.entry.queries import declared_shoes, held_in, last_entries, races_of
from entries.entry.sheet import script_wording
from entries.entry.sheet.sheet_layout import Layout, lay_out, may_choose, race_data, rows_from_last, rows_of_draft
from entries.entry.sheet_rows import TEXTS, Row, Sheet, new_key
from entries.entry.shoes import NO_SHOE, ChosenShoes, ShoeField
from entries.meet.models import Meet, Race
from entries.meet.wording import moment
from entries.roster.models import Athlete, Team
from tenants.refusal import Refused
from tenants.wording import say


@dataclass(slots=True)
class Problem:
    """One line of the error summary; `anchor` is the field's id, empty when it concerns the whole sheet."""

    anchor: str
    who: str
    message: str


@dataclass(slots=True)
class Facts:
    """What the page is made of, read once."""

    meet: Meet
    team: Team
    races: dict[int, Race]
    athletes: list[Athlete]
    held: list[Entry]
    has_shoes: bool
    draft: SheetDraft | None


@dataclass(slots=True)
class View:
    """What differs between showing, refusing and keeping a sheet."""

    rows: list[Row]
    key: str = field(default_factory=new_key)
    problems: list[Refused] = field(default_factory=list)
    draft_version: int = 0
    rows_each: int = 1
    filled_from_last: bool = False
    first_receipt: str = ""
    said: str = ""


def read_facts(meet: Meet, team: Team) -> Facts:
    """Six queries, whatever the number of athletes and of the host's products."""
    races = sorted(races_of(meet).values(), key=lambda race: (race.position, race.pk))
    return Facts(
        meet=meet,
        team=team,
        races={race.pk: race for race in races},
        athletes=list(team.athletes.active().in_roster_order()),
        held=list(held_in(meet, team)),
        has_shoes=any_shoe(),
        draft=SheetDraft.objects.filter(meet=meet, team=team).first(),
    )


def fresh_view(facts: Facts, *, from_last: bool, rows_each: int) -> View:
    """The sheet as it opens: the draft where there is one, filled up from the last meet when asked."""
    rows = rows_of_draft(facts.draft.rows) if facts.draft else []
    if from_last:
        drafted = {row.athlete for row in rows if not row.is_blank}
        last = rows_from_last(last_entries(facts.team, before=facts.meet), facts.races, facts.held)
        rows += [row for row in last if row.athlete not in drafted]
    version = facts.draft.version if facts.draft else 0
    return View(rows, draft_version=version, rows_each=rows_each, filled_from_last=from_last)


def refusals_of(sheet: Sheet, facts: Facts) -> SheetRefused:
    """Everything that is wrong with a sheet that could not be read whole: its shape, and what the rules say."""
    general = list(sheet.general)
    by_row = {number: dict(fields) for number, fields in sheet.refused.items()}
    try:
        rules.check_takes_entries(facts.meet, at=facts.meet.clock)
    except Refused as refusal:
        general.append(refusal)
    known = {athlete.pk: athlete for athlete in facts.athletes}
    try:
        shoes = set(declared_shoes(sheet.lines))
        rules.check_lines(facts.meet, sheet.lines, races=facts.races, athletes=known, shoes=shoes)
    except SheetRefused as refused:
        general += [refusal for refusal in refused.general if refusal.code != "empty"]
        for number, fields in refused.rows.items():
            by_row[number] = dict(fields) | by_row.get(number, {})
    return SheetRefused(by_row, general)


def mark_rows(rows: Iterable[Row], refused: SheetRefused) -> None:
    """Put each refusal, in words, beside the field of its row."""
    for row in rows:
        row.errors = {name: say(refusal) for name, refusal in refused.rows.get(row.number, {}).items()}


def context(facts: Facts, view: View, teams: Sequence[Team]) -> dict[str, Any]:
    layout = lay_out(facts.athletes, view.rows, facts.held, rows_each=view.rows_each)
    choices = Choices(facts, ChosenShoes.of(view.rows))
    window = _window(facts.meet)
    return {
        "meet": facts.meet, "team": facts.team, "teams": teams, "layout": layout, "view": view, "window": window,
        "blocks": [(block, [choices.of(row, block.athlete) for row in block.rows]) for block in layout.blocks],
        "spare": [choices.of(row, None) for row in layout.spare],
        "problems": problems_of(view, layout), "has_shoes": choices.has_shoes,
        "closes": moment(facts.meet, facts.meet.entries_close_at),
        "script": script_facts(facts),
    }  # fmt: skip


def _window(meet: Meet) -> dict[str, str] | None:
    """Why the meet takes no entries now; None when it does."""
    try:
        rules.check_takes_entries(meet, at=meet.clock)
    except Refused as refusal:
        return {"code": refusal.code, "said": say(refusal)}
    return None


def problems_of(view: View, layout: Layout) -> list[Problem]:
    """The error summary, from top to bottom."""
    found = [Problem("", "", say(refusal)) for refusal in view.problems]
    for block in layout.blocks:
        found += _row_problems(block.rows, block.athlete.name_here)
    return found + _row_problems(layout.spare, "")


def _row_problems(rows: Iterable[Row], who: str) -> list[Problem]:
    return [
        Problem(f"id_rows-{row.number}-{name}", who, message) for row in rows for name, message in row.errors.items()
    ]


@dataclass(slots=True)
class Choice:
    """A row ready to print, with the options of its selects. `name` stands in front of its fields' names."""

    row: Row
    who: str
    race_options: str
    shoe: ShoeField
    athlete_options: str
    name: str
    errors: Mapping[str, str]


NO_ERRORS = dict.fromkeys((*TEXTS, "pacemaker"), "")
"""A template asks for each field's error; looking up what is not there costs it more than all the rest of a row."""


class Choices:
    """Prints each list of options once per selected value, however many rows show it."""

    def __init__(self, facts: Facts, shoes: ChosenShoes) -> None:
        self.facts, self.shoes = facts, shoes
        self.has_shoes = facts.has_shoes or bool(shoes.known)
        self._races = cache(self._print_races)
        self._athletes = cache(self._print_athletes)

    def of(self, row: Row, athlete: Athlete | None) -> Choice:
        """The row with its options; without an athlete it gets a choice of athletes and of all races."""
        return Choice(
            row,
            athlete.full_name if athlete else "",
            self._races(athlete.sex if athlete else "", row.race),
            self.shoes.field_of(row, self.facts.races) if row.shoe else NO_SHOE,
            "" if athlete else self._athletes(row.athlete),
            f"rows-{row.number}",
            NO_ERRORS | row.errors if row.errors else NO_ERRORS,
        )

    def _print_races(self, sex: str, selected: str) -> str:
        races = [
            race for race in self.facts.races.values() if may_choose(race, sex) or str(race.pk) == selected.strip()
        ]
        shown = [(race, race_data(race)) for race in races]
        known = any(str(race.pk) == selected.strip() for race in races)
        values = {"races": shown, "selected": selected.strip(), "lost": bool(selected.strip()) and not known}
        return render_to_string("pieces/race_options.html", values)

    def _print_athletes(self, selected: str) -> str:
        lost = bool(selected) and all(str(athlete.pk) != selected for athlete in self.facts.athletes)
        values = {"athletes": self.facts.athletes, "selected": selected, "lost": lost}
        return render_to_string("pieces/athlete_options.html", values)


def script_facts(facts: Facts) -> Mapping[str, Any]:
    """What `static/js/sheet*.js` knows: races, athletes, who is entered where, and the words for hints."""
    return {
        "races": {str(race.pk): race_data(race) for race in facts.races.values()},
        "athletes": {
            str(athlete.pk): {
                "name": athlete.full_name,
                "kana": athlete.full_kana,
                "sex": athlete.sex,
                "jaaf": athlete.jaaf_id,
            }
            for athlete in facts.athletes
        },
        "held": [[str(entry.athlete_id), str(entry.race_id)] for entry in facts.held],
        "limit": facts.meet.races_per_athlete,
        "paces": [rules.FASTEST_PACE, rules.SLOWEST_PACE, rules.PACE_FROM_M],
        "words": script_wording.for_script(),
    }
