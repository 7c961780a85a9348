"""A workbook of starts beside the meet as it is: each row that holds anything is changed, unchanged or refused, and says why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from entries.entry.models import Entry
from entries.heat import board
from entries.heat.edit_actions import scene_of
from entries.heat.edits import Scene, Wish, refused
from entries.heat.models import RaceSeeding
from entries.heat.start_list import Listed, start_list_of
from entries.meet.models import Meet, Race
from entries.report.starts_file import CHOICES, EDITED, Numbers, checked, entry_in, number_in, numbers_of
from tenants.files.formulas import without_value
from tenants.files.grid import Grid, GridRow, Said
from tenants.files.tables import text_of
from tenants.refusal import Refused
from tenants.search_key import same_name

CHANGED, UNCHANGED, REFUSED = "changed", "unchanged", "refused"


@dataclass(slots=True)
class FileRow:
    """A row of the file. `changes` has the title, what is and what would be; `reasons` why it is refused."""

    number: int
    who: str
    race: str = ""
    one: Listed | None = None
    wish: Wish | None = None
    reasons: list[Refused] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    is_hidden: bool = False

    @property
    def state(self) -> str:
        return REFUSED if self.reasons else CHANGED if self.wish else UNCHANGED


@dataclass(slots=True)
class Compared:
    """All rows. `versions` are those of the races' boards; `missing` starts stand in no row, and `others` would get another hip
    number because heats close up."""

    rows: list[FileRow]
    versions: Mapping[int, int]
    missing: int = 0
    others: int = 0

    def of(self, state: str) -> list[FileRow]:
        """The rows in this state."""
        return [row for row in self.rows if row.state == state]

    @property
    def wishes(self) -> list[Wish]:
        return [row.wish for row in self.of(CHANGED) if row.wish]

    @property
    def bibs(self) -> dict[int, int | None]:
        """Which numbers those wear now who would get another."""
        rows = self.of(CHANGED)
        return {row.one.entry: row.one.bib for row in rows if row.one and row.wish and row.wish.bib is not None}


def compare(meet: Meet, grid: Grid) -> Compared:
    """Look at each row; nothing is written. The number of queries does not grow with the rows."""
    # First, so that a change that comes while this is read makes the versions old.
    versions = dict(RaceSeeding.objects.filter(race__meet=meet).values_list("race", "version"))
    listed = {one.entry: one for one in start_list_of(meet)}
    races = {race.pk: race for race in Race.objects.filter(meet=meet).in_programme_order()}
    rows = [_read(row, grid, listed, races) for row in grid.rows]
    _refuse_doubles(rows)
    _refuse_strangers(meet, rows)
    scene = scene_of(meet)
    wishes = {row.wish.entry: row for row in rows if row.wish and not row.reasons}
    for entry, why in refused(scene, [row.wish for row in wishes.values() if row.wish]).items():
        wishes[entry].reasons.append(why)
    found = Compared(rows, versions, missing=len(listed.keys() - {row.one.entry for row in rows if row.one}))
    _foresee(found, scene, listed, races)
    return found


def _read(row: GridRow, grid: Grid, listed: Mapping[int, Listed], races: Mapping[int, Race]) -> FileRow:
    said = grid.said(row)
    read = FileRow(row.number, text_of(said.get("name")), is_hidden=row.is_hidden)
    lacking = without_value(row, grid)
    try:
        for name in ("entry", "check", *EDITED):
            if name in lacking:
                raise lacking[name]
        number = entry_in(said.get("entry"))
        read.one = listed.get(number)
        if read.one is None:
            raise Refused("row_unknown", entry=number)
        read.who, read.race = read.one.name, races[read.one.race].name_here
        _check_whose(said, read.one, races)
        read.wish = _wish(said, read.one)
    except Refused as refusal:
        read.reasons.append(refusal)
    return read


def _check_whose(said: Said, one: Listed, races: Mapping[int, Race]) -> None:
    """A column that was sorted alone would give one runner's numbers to another. Raises Refused."""
    name, race = text_of(said.get("name")), text_of(said.get("race"))
    if name and not same_name(name, one.name):
        raise Refused("row_other_name", typed=name[:40], name=one.name)
    if race and not same_name(race, races[one.race].name):
        raise Refused("row_other_race", typed=race[:40], race=races[one.race].name)


def _wish(said: Said, one: Listed) -> Wish | None:
    """What was edited; None for nothing. Raises Refused for what is no number, and for what another changed meanwhile."""
    was, now = checked(said.get("check"))._asdict(), numbers_of(one)._asdict()
    wanted: dict[str, int] = {}
    for name in EDITED:
        if name not in said:
            continue
        typed, title = number_in(said[name]), str(CHOICES[name])
        if typed in (was[name], now[name]):
            continue
        if typed is None:
            raise Refused("row_emptied", column=title, number=now[name])
        if was[name] != now[name]:
            raise Refused("row_stale", column=title, was=was[name] or "–", now=now[name] or "–")
        wanted[name] = typed
    return Wish(one.entry, **wanted) if wanted else None


def _refuse_doubles(rows: Iterable[FileRow]) -> None:
    times = Counter(row.one.entry for row in rows if row.one)
    for row in rows:
        if row.one and times[row.one.entry] > 1:
            row.reasons = [Refused("row_twice", entry=row.one.entry)]


def _refuse_strangers(meet: Meet, rows: Iterable[FileRow]) -> None:
    """Say of numbers that stand in no heat here whether they are of another meet of the host."""
    unknown = [why for row in rows for why in row.reasons if why.code == "row_unknown"]
    numbers = {why.data["entry"] for why in unknown}
    elsewhere = Entry.objects.filter(pk__in=numbers, race__meet__tenant=meet.tenant_id).exclude(race__meet=meet)
    known = set(elsewhere.values_list("pk", flat=True)) if numbers else set()
    for why in unknown:
        if why.data["entry"] in known:
            why.code = "row_other_meet"


def _foresee(found: Compared, scene: Scene, listed: Mapping[int, Listed], races: Mapping[int, Race]) -> None:
    """What comes of the wishes: the hip number that a heat gives, and who else gets another. A query a race that changes."""
    wishes = {wish.entry: wish for wish in found.wishes}
    touched = {
        scene.stands[wish.entry].race for wish in wishes.values() if wish.heat is not None or wish.hip is not None
    }
    heats = {wish.entry: wish.heat for wish in wishes.values() if wish.heat is not None}
    hips = {wish.entry: wish.hip for wish in wishes.values() if wish.hip is not None}
    placed: dict[int, Numbers] = {}
    for race in sorted(touched):
        for line in board.arranged(board.lines_of(races[race]), heats, hips, is_out=scene.is_out):
            placed[line.entry] = Numbers(line.heat, line.hip_number, None)
    found.others = sum(
        numbers.hip != listed[entry].hip_number
        for entry, numbers in placed.items()
        if entry in listed and entry not in wishes
    )
    for row in found.of(CHANGED):
        if row.one and row.wish:
            was = numbers_of(row.one)
            now = placed.get(row.one.entry, was)._replace(bib=row.wish.bib or was.bib)
            row.changes = [_said(name, was, now) for name in EDITED if getattr(was, name) != getattr(now, name)]


def _said(name: str, was: Numbers, now: Numbers) -> tuple[str, str, str]:
    old, new = getattr(was, name), getattr(now, name)
    return str(CHOICES[name]), _("なし") if old is None else str(old), str(new)
