"""What the sheet's page shows: the layout with its choices, what is wrong, and what the script may help with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, cast

from django.template.loader import render_to_string

from catalog.shoes.search import any_shoe
from entries.entry import rules
from entries.entry.lines import SheetRefused
from entries.entry.models import Entry, SheetDraft
from entries.entry.queries import declared_shoes, held_in, last_entries
from entries.entry.sheet import script_wording
from entries.entry.sheet.printing import FIRST, FURTHER, SPARE, Line, Printer, athlete_options
from entries.entry.sheet.sheet_layout import (
    MOST_ROWS_EACH,
    Block,
    Layout,
    lay_out,
    may_choose,
    race_data,
    rows_from_last,
    rows_of_draft,
)
from entries.entry.sheet_rows import Row, Sheet, id_of, new_key
from entries.entry.shoes import NO_SHOE, ChosenShoes
from entries.meet.models import Meet, Race
from entries.meet.recent import RecentRaces
from entries.meet.wording import until
from entries.roster.models import Athlete, Sex, Team, TeamKind
from entries.roster.queries import roster_of
from tenants.kanji_forms import FORMS
from tenants.models import User
from tenants.refusal import Refused
from tenants.wording import say

KANJI = " ".join(FORMS.split())
"""For the search of the page, which folds names as every other search does."""


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
    races: Mapping[int, Race]
    athletes: list[Athlete]
    held: list[Entry]
    has_shoes: bool
    draft: SheetDraft | None
    others: list[SheetDraft]
    """What colleagues typed for the same team and have not sent."""

    @property
    def is_one(self) -> bool:
        """Whether this is the form of somebody who enters alone."""
        return self.team.kind == TeamKind.INDIVIDUAL and len(self.athletes) == 1


@dataclass(slots=True)
class View:
    """What differs between showing, refusing and keeping a sheet."""

    rows: list[Row]
    key: str = field(default_factory=new_key)
    problems: list[Refused] = field(default_factory=list)
    draft_version: int = 0
    rows_each: int = 1
    filled_from: str = ""
    is_unsaved: bool = False
    timeless: int = 0
    first_receipt: str = ""
    said: str = ""


def read_facts(meet: Meet, team: Team, by: User, *, races: Mapping[int, Race] | None = None) -> Facts:
    """Two queries, one for the races where they are not at hand, and one for drafts where there are any, whatever the number
    of athletes and of the host's products."""
    typed = _drafts(meet, team)
    if races is None:
        races = {
            race.pk: race for race in Race.objects.filter(meet=meet).in_programme_order().annotate(a_shoe=any_shoe())
        }
        for race in races.values():
            race.meet = meet
    return Facts(
        meet=meet,
        team=team,
        races=races,
        athletes=roster_of(team),
        held=held_in(meet, team),
        has_shoes=any(vars(race)["a_shoe"] for race in races.values()),
        draft=next((draft for draft in typed if draft.updated_by_id == by.pk), None),
        others=[draft for draft in typed if draft.updated_by_id != by.pk and draft.rows],
    )


def _drafts(meet: Meet, team: Team) -> list[SheetDraft]:
    """What is not sent yet for this team, by whomever; no query for a team of `teams_to_enter` that has none."""
    if not vars(team).get("has_drafts", True):
        return []
    drafts = SheetDraft.objects.filter(meet=meet, team=team, updated_by__isnull=False)
    return list(drafts.select_related("updated_by").order_by("updated_at"))


def fresh_view(facts: Facts, *, filled_from: str, rows_each: int, kept: object = None) -> View:
    """The sheet as it opens: what was sent without a session (`kept`), else the draft; filled up from the last meet
    (`last`) or from a colleague's draft (its number) when asked."""
    own = facts.draft.rows if facts.draft else []
    rows = rows_of_draft(own if kept is None else kept)
    drafted = {row.athlete for row in rows if not row.is_blank}
    more = _rows_from(filled_from, facts)
    rows += [row for row in more if row.athlete not in drafted]
    version = facts.draft.version if facts.draft else 0
    source = filled_from if filled_from == "last" or more else ""
    return View(rows, draft_version=version, rows_each=rows_each, filled_from=source, is_unsaved=kept is not None)


def _rows_from(source: str, facts: Facts) -> list[Row]:
    if source == "last":
        return rows_from_last(last_entries(facts.team, before=facts.meet), facts.races, facts.held)
    draft = next((draft for draft in facts.others if draft.pk == id_of(source)), None)
    return rows_of_draft(draft.rows) if draft else []


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
    rows_each = _rows_of_one(facts) if facts.is_one else view.rows_each
    layout = lay_out(facts.athletes, view.rows, facts.held, rows_each=rows_each)
    choices = Choices(facts, ChosenShoes.of(view.rows))
    window = _window(facts.meet)
    return {
        "meet": facts.meet, "team": facts.team, "teams": teams, "layout": layout, "view": view, "window": window,
        "blocks": [choices.block(block) for block in layout.blocks], "spare": [choices.spare(row) for row in layout.spare],
        "problems": problems_of(view, layout), "has_shoes": choices.has_shoes,
        "closes": until(facts.meet, facts.meet.entries_close_at), "others": facts.others,
        "script": script_facts(facts, choices.race_data()), "is_one": facts.is_one,
        "who": facts.athletes[0].name_here if facts.is_one else facts.team.name,
    }  # fmt: skip


def _rows_of_one(facts: Facts) -> int:
    """As many races as somebody who enters alone may still choose, within what fits a page."""
    [athlete] = facts.athletes
    held = {entry.race_id for entry in facts.held}
    open_to = sum(race.pk not in held and may_choose(race, athlete.sex) for race in facts.races.values())
    limit = facts.meet.races_per_athlete
    return min(MOST_ROWS_EACH, open_to, MOST_ROWS_EACH if limit is None else limit - len(held))


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


class Choices:
    """Prints each list of options once per selected value, however many rows show it."""

    def __init__(self, facts: Facts, shoes: ChosenShoes) -> None:
        self.facts, self.shoes = facts, shoes
        self.has_shoes = facts.has_shoes or bool(shoes.known)
        self.printer = Printer(has_shoes=self.has_shoes)
        self._made = facts.races.made if isinstance(facts.races, RecentRaces) else {}
        self._athletes = cache(partial(athlete_options, facts.athletes))
        self._sex_name = cache(lambda sex: str(Sex(sex).label) if sex else "")

    def block(self, block: Block) -> str:
        """An athlete's rows, printed."""
        kinds = [FIRST, *[FURTHER] * (len(block.rows) - 1)]
        return self.printer.block(
            block.athlete.pk, [self._line(row, kind, block) for row, kind in zip(block.rows, kinds, strict=True)]
        )

    def spare(self, row: Row) -> str:
        """A row with a choice of athlete and of all races, printed."""
        return self.printer.line(self._line(row, SPARE, None))

    def _line(self, row: Row, kind: str, block: Block | None) -> Line:
        is_first = block is not None and kind == FIRST and block.held
        return Line(
            row, kind, block,
            races=self._races(block.athlete.sex if block else "", row.race.strip()),
            sex=self._sex_name(block.athlete.sex if block else ""),
            athletes="" if block else self._athletes(row.athlete),
            held=render_to_string("pieces/sheet_held.html", {"held": block.held}) if block and is_first else "",
            shoe=self.shoes.field_of(row, self.facts.races) if row.shoe else NO_SHOE,
        )  # fmt: skip

    def _races(self, sex: str, selected: str) -> str:
        """The options are kept as long as the races are, unless one is selected that is none of them."""
        key = ("options", self.printer.language, sex, selected)
        if key in self._made:
            return self._made[key]
        printed = self._print_races(sex, selected)
        if not selected or any(str(number) == selected for number in self.facts.races):
            self._made[key] = printed
        return printed

    def race_data(self) -> dict[str, Any]:
        """What the script knows of the races, kept as long as they are."""
        key = ("data", self.printer.language)
        if key not in self._made:
            self._made[key] = {str(race.pk): race_data(race) for race in self.facts.races.values()}
        return cast(dict[str, Any], self._made[key])

    def _print_races(self, sex: str, selected: str) -> str:
        races = self.facts.races.values()
        shown = [(race, race_data(race)) for race in races if may_choose(race, sex) or str(race.pk) == selected]
        known = any(str(race.pk) == selected for race, _data in shown)
        values = {"races": shown, "selected": selected, "lost": bool(selected) and not known}
        return render_to_string("pieces/race_options.html", values)


def _romaji_both_ways(athlete: Athlete) -> str:
    """Whichever name one types first, as in the key of a search."""
    return f"{athlete.given_romaji} {athlete.family_romaji} {athlete.given_romaji}".strip()


def script_facts(facts: Facts, races: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `static/js/sheet*.js` knows: races, athletes, who is entered where, and the words for hints."""
    return {
        "races": races,
        "athletes": {
            str(athlete.pk): {
                "name": athlete.name_here,
                "find": [athlete.full_name, athlete.full_kana, _romaji_both_ways(athlete), athlete.jaaf_id],
                "sex": athlete.sex,
            }
            for athlete in facts.athletes
        },
        "held": [[str(entry.athlete_id), str(entry.race_id)] for entry in facts.held],
        "limit": facts.meet.races_per_athlete,
        "paces": [rules.FASTEST_PACE, rules.SLOWEST_PACE, rules.PACE_FROM_M],
        "kanji": KANJI,
        "words": script_wording.for_script(),
    }
