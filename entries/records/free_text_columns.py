"""Columns in which people write what they like, where a name may stand; each room adds its own."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.records import LAST
from entries.records.person import Person
from entries.records.traces import Trace, register_words

WINDOW = 20_000
"""Rows in which one statement looks for texts: far below the time that a statement may take."""
TEXTS = _("文中の氏名などを置き換えます")


class FreeTexts(NamedTuple):
    """Such columns of one table."""

    model: type[models.Model]
    fields: tuple[str, ...]
    position: int


_texts: list[FreeTexts] = []


def register_text(model: type[models.Model], *fields: str, title: str | Promise = "", position: int = LAST) -> None:
    """Add columns of a table in which a name may stand. With a `title` for the page that asks, unless the table has its
    words already (`register_words`)."""
    _texts.append(FreeTexts(model, fields, position))
    if title:
        register_words(model, title, TEXTS)


def free_texts() -> list[FreeTexts]:
    """In their order."""
    return sorted(_texts, key=lambda one: one.position)


def free_text_traces(person: Person) -> Iterator[Trace]:
    """Rows in which something of this person stands, each with the columns that change."""
    for model, fields, _position in free_texts() if person.texts else ():
        for row in mentioning(model, fields, person):
            before = {name: getattr(row, name) for name in fields}
            after = {name: person.without(value) for name, value in before.items()}
            changes = {name: value for name, value in after.items() if value != before[name]}
            if changes:
                said = {name: person.excerpt(before[name]) for name in changes}
                yield Trace(model, row.pk, changes, {"id": row.pk} | said)


def mentioning(model: type[models.Model], fields: Sequence[str], person: Person) -> Iterator[Any]:
    """Rows that may hold a text of theirs, also within JSON, window by window of a long table."""
    casts = {
        f"{name}_text": models.functions.Cast(name, models.TextField())
        for name in fields
        if isinstance(model._meta.get_field(name), models.JSONField)
    }
    asked = [f"{name}_text" if f"{name}_text" in casts else name for name in fields]
    rows = model._default_manager.order_by("pk")
    last = rows.aggregate(last=models.Max("pk"))["last"] or 0
    for start in range(0, last + 1 if person.texts else 0, WINDOW):
        window = rows.filter(pk__gte=start, pk__lt=start + WINDOW)
        yield from window.annotate(**casts).filter(person.mentioned(*asked))
