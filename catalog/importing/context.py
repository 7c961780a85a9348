"""What the page of a run shows, computed from a row that is loaded."""

from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.fields import FIELDS
from catalog.importing.columns import KEYS, TITLES, Columns
from catalog.importing.models import ImportRun, RunState, Source
from catalog.values import label, printed
from tenants.chips import chip
from tenants.files.grid import Grid
from tenants.files.grid_page import column_choices
from tenants.files.tables import write_csv
from tenants.refusal import Refused
from tenants.wording import say

KEY_TITLES = {name: tuple(title for title in titles if isinstance(title, str)) for name, titles in KEYS.items()}
BAR_WIDTH = 100
LEAST_WIDTH = 2
"""Of the hundred that a bar is wide: so that one row in a million is still seen."""
SAID_EVERY = 10
"""Percent: so often a screen reader hears how far it is."""
STATE_CHIPS = {
    RunState.READING: "wait",
    RunState.PREVIEWED: "wait",
    RunState.WRITING: "wait",
    RunState.DONE: "ok",
    RunState.DISCARDED: "off",
    RunState.FAILED: "bad",
}


class Stage(StrEnum):
    """Which page shows a run: its state, and whether its job still moves."""

    MOVING, PREVIEW, DONE, DISCARDED, FAILED = "moving", "preview", "done", "discarded", "failed"


STAGE_TITLES: dict[Stage, str | Promise] = {
    Stage.PREVIEW: gettext_lazy("取り込み内容の確認"),
    Stage.DONE: gettext_lazy("取り込みました"),
    Stage.DISCARDED: gettext_lazy("取り込みをやめました"),
    Stage.FAILED: gettext_lazy("取り込めませんでした"),
}


def stage_of(run: ImportRun) -> Stage:
    """A run whose job came to grief has failed, whatever it still says of itself."""
    if run.state in (RunState.READING, RunState.WRITING):
        return Stage.FAILED if run.job is None or run.job.failed_at else Stage.MOVING
    return {
        RunState.PREVIEWED: Stage.PREVIEW,
        RunState.DONE: Stage.DONE,
        RunState.DISCARDED: Stage.DISCARDED,
    }.get(RunState(run.state), Stage.FAILED)


def title_of(run: ImportRun) -> str:
    if stage_of(run) == Stage.MOVING:
        return _("ファイルを読み取っています") if run.state == RunState.READING else _("取り込んでいます")
    return str(STAGE_TITLES[stage_of(run)])


def state_chip(run: ImportRun) -> SafeString:
    state = RunState.FAILED if stage_of(run) == Stage.FAILED else RunState(run.state)
    return chip(STATE_CHIPS[state], state.label)


def refusal_of(run: ImportRun) -> str:
    """Why the whole file was refused, in words; empty when the reason is a fault of ours, or an old one without words."""
    refused: dict[str, Any] = dict(run.refused)
    try:
        return say(Refused(refused.pop("code"), **refused)) if refused else ""
    except KeyError:
        return ""


def said_percent(run: ImportRun) -> int | None:
    """How far it is, in whole tens."""
    percent = run.job.percent if run.job else None
    return None if percent is None else percent // SAID_EVERY * SAID_EVERY


class Bar(NamedTuple):
    """A count of the run: its word, how many, and how wide it is drawn."""

    name: str
    word: str | Promise
    kind: str
    number: int
    width: float


CSV_WORDS: tuple[tuple[str, str | Promise, str], ...] = (
    ("new", pgettext_lazy("import", "新規"), "ok"),
    ("changed", pgettext_lazy("import", "変更"), "wait"),
    ("unchanged", pgettext_lazy("import", "変更なし"), "off"),
    ("rejected", pgettext_lazy("import", "取り込めない行"), "bad"),
)
SQLITE_WORDS: tuple[tuple[str, str | Promise, str], ...] = (
    ("inserted", pgettext_lazy("import", "新規"), "ok"),
    ("skipped", pgettext_lazy("import", "登録済み"), "off"),
    ("rejected", pgettext_lazy("import", "取り込めない行"), "bad"),
)


def bars(run: ImportRun) -> list[Bar]:
    """The counts, drawn to one scale: all rows of the file are the whole width."""
    words = SQLITE_WORDS if run.source == Source.SQLITE else CSV_WORDS
    counts = {name: int(run.counts.get(name, 0)) for name, _word, _kind in words}
    whole = max(1, sum(counts.values()))
    return [Bar(name, word, kind, counts[name], _width(counts[name], whole)) for name, word, kind in words]


def _width(count: int, whole: int) -> float:
    return max(LEAST_WIDTH, round(BAR_WIDTH * count / whole, 1)) if count else 0


def to_write(run: ImportRun) -> int:
    """How many products would be new or change."""
    return int(run.counts.get("new", 0)) + int(run.counts.get("changed", 0))


class Change(NamedTuple):
    """One field, before and after, in words."""

    field: str
    before: str
    after: str


class Sample(NamedTuple):
    """A product as the preview shows it."""

    brand: str
    reference: str
    is_new: bool
    changes: list[Change]


def samples(run: ImportRun) -> list[Sample]:
    """The products that are kept with the run as examples."""
    return [
        Sample(
            row["brand"],
            row["reference"],
            row["is_new"],
            [
                Change(label(name), printed(name, before), printed(name, after))
                for name, before, after in row["changes"]
            ],
        )
        for row in run.sample
    ]


class Column(NamedTuple):
    """A column that the import knows, as the upload page explains it."""

    title: str
    others: list[str]
    example: str
    is_needed: bool


EXAMPLE = {
    "brand": "TRACKWORKS", "reference": "TW-100", "name": "ファルトレク 3", "category": "shoe", "price_jpy": "24200",
    "stack_height_mm": "39.5", "events_allowed": "road track", "list_status": "listed", "valid_from": "2026-04-01",
    "valid_until": "2027-03-31",
}  # fmt: skip
"""An invented shoe, for the example row of the CSV form."""


def columns() -> list[Column]:
    """The two that name a product, and one for each field; by their titles in files, whatever the page's language."""
    titles = KEY_TITLES | {name: field.titles for name, field in FIELDS.items()}
    return [
        Column(first, [title for title in others if title != first], EXAMPLE[name], name in KEY_TITLES)
        for name, (first, *others) in titles.items()
    ]


def example_csv() -> bytes:
    """The header that the page names, and one row."""
    return write_csv([column.title for column in columns()], [[column.example for column in columns()]])


class Understood(NamedTuple):
    """A column of an upload, and what it was taken for; "" for one without a field of its own."""

    title: str
    field: str


def understood(found: Columns) -> list[Understood]:
    """In the order of the file; titles above nothing are left out."""
    names = {found.brand: _("ブランド"), found.reference: _("型番")}
    names |= {place: label(name) for name, place in found.fields.items()}
    names |= dict.fromkeys(found.specs.values(), "")
    return [Understood(found.title(place), names[place]) for place in sorted(names)]


def choices(grid: Grid | None, here: str) -> dict[str, Any]:
    """What the form for naming columns by hand, and the choice of sheets, are made of; nothing for a file that is not kept."""
    if grid is None:
        return {}
    sheets = list(enumerate(grid.sheets)) if len(grid.sheets) > 1 else []
    return {
        "choices": column_choices(grid),
        "fields": TITLES.choices.items(),
        "sheets": sheets,
        "grid": grid,
        "here": here,
        "rest": _("その他の項目"),
    }
