"""Shoes on a sheet: what was chosen, and what the rules of shoes say of it in the row's race (fact F2).

A verdict warns and is written down; it never refuses an entry, since an athlete may still change shoes and only the
call room sees what is worn. Nothing of the catalogue is read but the shoes that somebody chose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.shoes.queries import Judge, Shoe, judge_of_host, shoes_by_id
from catalog.shoes.search import by_key
from catalog.shoes.verdict import Reason, Verdict
from catalog.shoes.wording import Said, said
from entries.entry.lines import MAX_ROWS, Line
from entries.entry.models import Entry
from entries.entry.sheet_rows import Row, Sheet, id_of
from entries.meet.models import Race

GONE = Verdict("unknown", (Reason("unknown", "shoe_gone", {}),))
"""Of a shoe that was declared and is no product any more."""


def verdict_in(race: Race, shoe: Shoe, judging: Judge) -> Verdict:
    """On the day of the race; on the meet's first day when the race has none of its own. Needs `race.meet` loaded."""
    on = race.held_on or race.meet.starts_on
    return judging.judge(shoe.facts, course=race.course, on=on, distance_m=race.distance_m)


@dataclass(frozen=True, slots=True)
class ShoeField:
    """What the sheet's field of one row shows. `pk` is the chosen product's, empty when there is none."""

    text: str = ""
    pk: str = ""
    said: Said | None = None


NO_SHOE = ShoeField()


@dataclass(slots=True)
class ChosenShoes:
    """The shoes of a sheet's rows, whether they hold an id or a key, and the host's limits."""

    ids: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[int, Shoe] = field(default_factory=dict)
    judging: Judge = field(default_factory=Judge)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "ChosenShoes":
        """No query when no row has a shoe; two for ids, a third for keys."""
        ids = ids_of({row.shoe.strip() for row in rows} - {""})
        return cls(ids, shoes_by_id(ids.values()), judge_of_host()) if ids else cls()

    def field_of(self, row: Row, races: Mapping[int, Race]) -> ShoeField:
        """The row's shoe with its verdict; as typed when it is none of the host's."""
        typed = row.shoe.strip()
        if not typed:
            return NO_SHOE
        shoe, race = self.known.get(self.ids.get(typed, 0)), races.get(id_of(row.race))
        if shoe is None:
            return ShoeField(row.shoe)
        return ShoeField(shoe.key, str(shoe.pk), said(verdict_in(race, shoe, self.judging)) if race else None)


def ids_of(texts: Iterable[str]) -> dict[str, int]:
    """The product that each text stands for: an id as it is, a key by looking it up. No query when all are ids."""
    found = {text: id_of(text) for text in texts}
    keys = [text for text, pk in found.items() if not pk]
    return {text: pk for text, pk in (found | by_key(keys[:MAX_ROWS])).items() if pk}


def read_keys(sheet: Sheet) -> None:
    """Put the product's id into the lines of rows where its key was typed; what stands for none is refused later."""
    typed = {row.number: row.shoe.strip() for row in sheet.rows if row.shoe.strip() and not id_of(row.shoe)}
    if typed:
        ids = ids_of({typed[line.number] for line in sheet.lines if line.number in typed})
        sheet.lines = [
            replace(line, shoe_id=ids.get(typed[line.number], 0)) if line.number in typed else line
            for line in sheet.lines
        ]


def verdicts_for_trail(lines: Sequence[Line], *, races: Mapping[int, Race], shoes: Mapping[int, Shoe]) -> list[str]:
    """What the rules said of each shoe at the moment of entering, by stable codes. One query; none without shoes."""
    worn = {(line.race_id, line.shoe_id) for line in lines if line.shoe_id is not None}
    if not worn:
        return []
    judging, found_of = judge_of_host(), []
    for race_id, shoe_id in sorted(worn):
        shoe, race = shoes[shoe_id], races[race_id]
        found = verdict_in(race, shoe, judging)
        found_of.append(
            f"{race.name}: {shoe.key}: {found.state} ({', '.join(reason.code for reason in found.reasons)})"
        )
    return found_of


def verdicts_of(entries: Sequence[Entry]) -> dict[int, Verdict]:
    """What the rules say today, by entry, of all that declared a shoe. Two queries; none when nobody did. Needs the
    entries' `race.meet` loaded."""
    declared = [entry for entry in entries if entry.shoe_declared]
    shoes = shoes_by_id({entry.shoe_id for entry in declared if entry.shoe_id})
    judging = judge_of_host() if shoes else Judge()
    worn = {(entry.shoe_id, entry.race_id): entry.race for entry in declared if entry.shoe_id in shoes}
    judged = {(pk, race.pk): verdict_in(race, shoes[pk], judging) for (pk, _race), race in worn.items() if pk}
    return {entry.pk: judged.get((entry.shoe_id or 0, entry.race_id), GONE) for entry in declared}
