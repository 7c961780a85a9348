"""What importing a file would do to a roster, row by row. Compares in memory: no query for any number of rows."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from entries.roster.athlete_fields import READERS, Values, check_whole, completed, name_warnings, values_of
from entries.roster.models import Athlete
from entries.roster.queries import shown
from tenants.files.grid import GridRow
from tenants.refusal import Refused
from tenants.search_key import fold, is_written

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
STATES = (NEW, CHANGED, UNCHANGED, REFUSED)
LEFT = "left"
"""The change of being put back on the roster, beside the fields'."""

Reason = list[Any]
"""[field, code of the refusal, its data], as JSON holds it."""
Person = tuple[str, str, date]


@dataclass
class ImportRow:
    """One row of a file. `values` holds only what was filled in: an empty cell leaves a field as it is."""

    number: int
    values: Values
    refused: dict[str, Refused] = field(default_factory=dict)
    grid: GridRow = field(default_factory=lambda: GridRow(0, []))


@dataclass
class Planned:
    """What a row will do. Everything in it goes into JSON and back (`RosterUpload.rows`)."""

    number: int
    state: str
    name: str
    athlete: int | None = None
    values: Values = field(default_factory=dict)
    changes: list[list[str]] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    grid: GridRow = field(default_factory=lambda: GridRow(0, []))

    @property
    def effect(self) -> tuple[str, int | None, list[list[str]]]:
        """What was confirmed: two plans with the same effect do the same."""
        return self.state, self.athlete, self.changes


def to_json(row: Planned) -> dict[str, Any]:
    """As stored; short names because there are thousands."""
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.values.items()}
    found = {
        "n": row.number, "s": row.state, "t": row.name, "a": row.athlete, "v": values, "c": row.changes,
        "r": row.reasons, "w": row.warnings, "grid": row.grid.as_json(),
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in ([], {}, None)}


def from_json(row: dict[str, Any]) -> Planned:
    """The plan of a row as it was kept in the upload."""
    values = dict(row.get("v", {}))
    if "birth_date" in values:
        values["birth_date"] = date.fromisoformat(values["birth_date"])
    return Planned(
        row["n"], row["s"], row["t"], row.get("a"), values, row.get("c", []), row.get("r", []), row.get("w", []),
        GridRow.from_json(row["grid"]) if "grid" in row else GridRow(row["n"], []),
    )  # fmt: skip


def plan(lines: Iterable[ImportRow], athletes: Iterable[Athlete], *, today: date) -> list[Planned]:
    """Compare the lines with the whole roster (those who left too), each by itself and with the lines above it."""
    book = _Book(athletes)
    return [_planned(line, book, today) for line in lines]


class _Book:
    """The roster, ready to be asked; and what the file has said so far."""

    def __init__(self, athletes: Iterable[Athlete]) -> None:
        self.by_jaaf: dict[str, Athlete] = {}
        self.by_person: dict[Person, list[Athlete]] = {}
        self.by_kana: dict[Person, list[tuple[int | None, str]]] = {}
        self.used: dict[object, int] = {}
        for athlete in athletes:
            if athlete.jaaf_id:
                self.by_jaaf[athlete.jaaf_id] = athlete
            self.by_person.setdefault(_person(values_of(athlete)), []).append(athlete)
            kana = (athlete.family_kana, athlete.given_kana, athlete.birth_date)
            self.by_kana.setdefault(kana, []).append((athlete.pk, athlete.full_name))

    def find(self, values: Values) -> Athlete | None:
        """Whom the line means: by JAAF ID, else by name and birth date, in whatever characters the name is written; of
        斉藤 and 斎藤 who were born on one day the one who is written so. Raises Refused when these are two people."""
        one, others = self.by_jaaf.get(values.get("jaaf_id") or ""), self.by_person.get(_person(values), [])
        if one is None and len(others) > 1:
            others = [athlete for athlete in others if _is_written(athlete, values)]
            if not others:
                raise Refused("athlete_ambiguous", name=_name(values))
        if one and others and one not in others:
            raise Refused("athlete_two_people", one=one.full_name, other=others[0].full_name)
        return one or next(iter(others), None)

    def claim(self, number: int, values: Values, target: Athlete | None) -> None:
        """Keep the line's athlete from later lines. Raises Refused when an earlier line, or somebody else, has it."""
        others = self.by_person.get(_person(values), [])
        if any(other is not target and _is_written(other, values) for other in others):
            raise Refused("athlete_same_person")
        whole = (values["family_name"], values["given_name"], values["birth_date"])
        keys: list[object] = [whole, *([values["jaaf_id"]] if values["jaaf_id"] else [])]
        for key in [*keys, _person(values) if target is None else target.pk]:
            if key in self.used:
                raise Refused("athlete_twice_in_file", other=self.used[key])
            keys.append(key)
        self.used |= dict.fromkeys(keys, number)

    def alike(self, values: Values, target: Athlete | None) -> str:
        """The name of somebody else with the same kana and birth date; empty for nobody."""
        known = self.by_kana.setdefault((values["family_kana"], values["given_kana"], values["birth_date"]), [])
        mine = target.pk if target else None
        found = next((name for pk, name in known if pk is None or pk != mine), "")
        if target is None:
            known.append((None, _name(values)))
        return found


def _planned(line: ImportRow, book: _Book, today: date) -> Planned:
    row = Planned(line.number, REFUSED, _name(line.values), values=line.values, grid=line.grid)
    if line.refused:
        row.reasons = _reasons(line.refused)
        return row
    try:
        target = book.find(line.values)
        merged, row.changes = _merged(line.values, target)
        row.name, row.athlete = _name(merged), target.pk if target else None
        refused = check_whole(merged, today=today) if row.changes else {}
        if refused:
            row.reasons = _reasons(refused)
            return row
        book.claim(line.number, merged, target)
    except Refused as refusal:
        row.reasons = _reasons({"jaaf_id" if refusal.code == "athlete_two_people" else "family_name": refusal})
        return row
    row.state = NEW if target is None else CHANGED if row.changes else UNCHANGED
    if row.changes and (name := book.alike(merged, target)):
        row.warnings = _reasons({"family_kana": Refused("athlete_same_kana", name=name)})
    if row.changes:
        row.warnings += [["family_name", said.code, dict(said.data)] for said in name_warnings(merged)]
    if target is not None and line.values.get("family_name") and not _is_written(target, merged):
        row.warnings += _reasons({"family_name": Refused("athlete_other_form", name=target.full_name)})
    return row


def _merged(values: Values, target: Athlete | None) -> tuple[Values, list[list[str]]]:
    """The athlete after the import, and the fields that change with their values before and after."""
    if target is None:
        empty: Values = dict.fromkeys(READERS, "") | {"birth_date": None, "guardian_consent": False}
        full = completed(empty | values)
        return full, [[name, "", shown(name, full[name])] for name in READERS if shown(name, full[name])]
    before = values_of(target)
    full = before | {name: value for name, value in values.items() if not is_same_text(before[name], value)}
    full["jaaf_pending"] = bool(full["jaaf_pending"]) and not full["jaaf_id"]
    changes = [
        [name, shown(name, before[name]), shown(name, full[name])] for name in READERS if before[name] != full[name]
    ]
    if target.left_at is not None:
        changes.append([LEFT, "", ""])
    return full, changes


def is_same_text(before: Any, value: Any) -> bool:
    """Whether a text differs in nothing that a person would call a change: only in its form of Unicode (a Mac takes ガ apart)
    or its width, or in leading zeros that a spreadsheet dropped. What is stored stays then."""
    if not (isinstance(before, str) and isinstance(value, str) and before and value):
        return False
    new = unicodedata.normalize("NFKC", value)
    return is_written(before, value) or (new.isdecimal() and new == unicodedata.normalize("NFKC", before).lstrip("0"))


def after(row: Planned, target: Athlete | None) -> Values:
    """The fields to write for a planned row."""
    return _merged(row.values, target)[0]


def _person(values: Values) -> Any:
    return fold(values.get("family_name") or ""), fold(values.get("given_name") or ""), values.get("birth_date")


def _is_written(athlete: Athlete, values: Values) -> bool:
    """Whether the athlete's name is the same characters, and not only the same name (高橋 for 髙橋)."""
    return all(is_written(getattr(athlete, name), values.get(name) or "") for name in ("family_name", "given_name"))


def _name(values: Values) -> str:
    return f"{values.get('family_name') or ''} {values.get('given_name') or ''}".strip()


def _reasons(refused: dict[str, Refused]) -> list[Reason]:
    return [[name, refusal.code, dict(refusal.data)] for name, refusal in refused.items()]


def counts_of(rows: Sequence[Planned]) -> dict[str, int]:
    """How many rows there are of each state."""
    found = dict.fromkeys(STATES, 0)
    for row in rows:
        found[row.state] += 1
    return found
