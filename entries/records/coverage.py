"""That no table is forgotten: each has a record, or a line that says why it needs none."""

from collections.abc import Container, Iterable

from django.db.models import Model
from django.utils import timezone

from entries.records.free_text_columns import free_texts
from entries.records.tables import tables
from entries.records.traces import traces
from tenants.privacy.classes import classes

_nothing: dict[type[Model], str] = {}
_parts: dict[type[Model], type[Model]] = {}


def holds_nothing(model: type[Model], *, because: str) -> None:
    """Say that a table holds nothing of a person. Raises ValueError for one of which it was said."""
    _once(model, _nothing)
    _nothing[model] = because


def is_part_of(model: type[Model], whole: type[Model]) -> None:
    """Say that a table's rows are pieces of another's row, and go with it. Raises ValueError for one of which it was said."""
    _once(model, _parts)
    _parts[model] = whole


def _once(model: type[Model], known: Container[type[Model]]) -> None:
    if model in known:
        raise ValueError(f"registered twice: {model._meta.label}")


def exempt() -> dict[type[Model], str]:
    """Tables that hold nothing of a person, and why."""
    return dict(_nothing)


def parts() -> dict[type[Model], type[Model]]:
    """Tables whose rows go with another's."""
    return dict(_parts)


def recorded() -> set[type[Model]]:
    """Tables that stand in a meet's archive, in the traces of a person, or in a class of data. Read it across
    tenants."""
    now = timezone.now()
    kept = {one.overdue(now, now).model for one in classes() if one.overdue is not None}
    found = kept | {one.model for one in traces()} | {one.model for one in free_texts()}
    return found.union(*(table.models for table in tables(with_personal=True)))


def unrecorded(models: Iterable[type[Model]]) -> list[str]:
    """Those of the tables that a room forgot, by their labels. Asks the database how long things are kept; read it
    across tenants."""
    known = recorded()
    known |= {model for model, whole in _parts.items() if whole in known} | set(_nothing)
    return sorted(model._meta.label for model in models if model not in known)
