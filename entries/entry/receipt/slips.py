"""The lines of a receipt: each entry with its state and what this reader may change of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from html import escape

from django.forms import Form
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from catalog.shoes.wording import Said
from entries.entry.models import Entry
from entries.marks import format_time
from entries.meet.wording import yen
from tenants.moulds import mark, mould_of, pour

TEMPLATE = "entry/receipt_line.html"


@dataclass(frozen=True, slots=True)
class Slip:
    """One line, in words. `url` is where its changes are posted; `shoe` is HTML; `form` a time that was refused."""

    pk: str
    state: str
    position: str
    kana: str
    name: str
    race: str
    seed: str
    best: str
    order: str
    fee: str
    url: str
    shoe: str = ""
    start: str = ""
    happened: str = ""
    stays_gone: str = ""
    pacemaker: bool = False
    may_withdraw: bool = False
    may_correct: bool = False
    may_change_race: bool = False
    may_undo: bool = False
    was_changed: bool = False
    form: Form | None = None


Times = Callable[[Slip], Form]
"""The form with which a line's times are corrected, filled in."""
TEXTS = tuple(field.name for field in fields(Slip) if field.type is str)
FLAGS = tuple(field.name for field in fields(Slip) if field.type is bool)


def slip_of(entry: Entry, *, url: str) -> Slip:
    """The entry as every reader sees it. Needs `state` and `waiting_position`."""
    return Slip(
        pk=f"{entry.pk}", state=entry.state, position=f"{entry.waiting_position or ''}",
        kana=entry.athlete.name_beside, name=entry.athlete.name_here, race=entry.race.name_here,
        seed=format_time(entry.seed_time), best=format_time(entry.personal_best), order=f"{entry.ticket or ''}",
        fee="" if entry.state == "withdrawn" else yen(entry.fee), pacemaker=entry.pacemaker, url=url,
    )  # fmt: skip


def printed(slips: Iterable[Slip], *, times: Times, csrf_token: str) -> SafeString:
    """All lines of a page as HTML."""
    return SafeString("".join(_printed(slip, times, csrf_token) for slip in slips))


def _printed(slip: Slip, times: Times, csrf_token: str) -> SafeString:
    if slip.form is not None:
        return render_to_string(TEMPLATE, {"slip": slip, "form": slip.form, "csrf_token": csrf_token})
    values = {name: getattr(slip, name) for name in TEXTS}
    there = tuple(name for name in TEXTS if values[name])
    flags = tuple(name for name in FLAGS if getattr(slip, name))
    ready = {name: text if name == "shoe" else escape(text) for name, text in values.items()}
    return pour(_mould(slip.state, there, flags, times, get_language() or ""), ready | {"csrf_token": csrf_token})


@cache
def _mould(state: str, there: tuple[str, ...], flags: tuple[str, ...], times: Times, language: str) -> list[str]:
    """One for each way in which lines differ: a state, what is not empty, what may be done. A few dozen at most."""
    marks: Mapping[str, str] = {name: mark(name) if name in there else "" for name in TEXTS}
    slip = replace(Slip(**marks), state=state, shoe=SafeString(marks["shoe"]), **dict.fromkeys(flags, True))  # type: ignore[arg-type]
    return mould_of(render_to_string(TEMPLATE, {"slip": slip, "form": times(slip), "csrf_token": mark("csrf_token")}))


def shoe_html(declared: str, said: Said) -> SafeString:
    """A declared shoe with what the rules say of it today."""
    return render_to_string("pieces/shoe_said.html", {"declared": declared, "shoe": said})
