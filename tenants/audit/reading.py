"""The trail as people read it: fields by their names, both values as they are said on every other page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tenants.audit.models import AuditRecord
from tenants.audit.readings import name_without_field, reading_of
from tenants.audit.verbs import name_of

NOTHING = "–"
Names = dict[tuple[type[models.Model], str], str]


class Change(NamedTuple):
    field: str
    before: str
    after: str


class Line(NamedTuple):
    """One record of the trail; `is_new` when nothing of it had a value before."""

    record: AuditRecord
    word: str
    changes: list[Change]
    is_new: bool


class _Value(NamedTuple):
    """What is known of a value of the trail before it is said: its name, its field, and the model that it is a number of."""

    target: str
    key: str
    field: models.Field | None
    of: type[models.Model] | None


def lines_of(records: Sequence[AuditRecord]) -> list[Line]:
    """These records in words. One query for each kind of row that they name, whatever their number."""
    names = _names(records)
    return [
        Line(record, name_of(record.verb), _changes(record, names), not any(record.before.values()))
        for record in records
    ]


def changes_of(record: AuditRecord) -> list[Change]:
    """The fields that changed; for something new its values."""
    return lines_of([record])[0].changes


def model_of(record: AuditRecord) -> type[models.Model] | None:
    """The model that the record is about, if there still is one."""
    for label in ("tenants", "entries", "catalog"):
        if record.target_type in apps.all_models[label]:
            return apps.get_model(label, record.target_type)
    return None


def _values(record: AuditRecord) -> Iterator[_Value]:
    """What changed, but for keys of the site itself, which begin with a line."""
    model = model_of(record)
    for key in dict.fromkeys([*record.before, *record.after]):
        if not key.startswith("_"):
            field, reading = _field(model, key), reading_of(record.target_type, key)
            of = apps.get_model(reading.of) if reading.of else None if reading.said else _related(field)
            yield _Value(record.target_type, key, field, of)


def _field(model: type[models.Model] | None, name: str) -> models.Field | None:
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def _related(field: models.Field | None) -> type[models.Model] | None:
    return field.related_model if isinstance(field, models.ForeignKey) else None


def _names(records: Iterable[AuditRecord]) -> Names:
    """What the rows are called whose numbers stand in the records, within what the reader may see."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for record in records:
        for value in _values(record):
            if value.of is not None:
                for side in (record.before, record.after):
                    wanted[value.of] |= {int(pk) for pk in _listed(side.get(value.key)) if _is_number(pk)}
    return {
        (model, str(pk)): str(row)
        for model, ids in wanted.items()
        for pk, row in model._default_manager.in_bulk(ids).items()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).isascii() and str(value).isdigit()


def _changes(record: AuditRecord, names: Names) -> list[Change]:
    return [
        Change(
            _label(value),
            _said(value, record.before.get(value.key), names),
            _said(value, record.after.get(value.key), names),
        )
        for value in _values(record)
    ]


def _label(value: _Value) -> str:
    field_name = getattr(value.field, "verbose_name", "") or name_without_field(value.target, value.key)
    return str(reading_of(value.target, value.key).name or field_name)


def _said(value: _Value, found: Any, names: Names) -> str:
    if found is None or found in ("", []):
        return NOTHING
    if isinstance(found, list):
        return _("、").join(_said(value, one, names) for one in found)
    if value.of is not None and _is_number(found):
        return names.get((value.of, str(found))) or _("削除済み（番号 %(number)s）") % {"number": found}
    said = reading_of(value.target, value.key).said
    if said is not None:
        return said(found)
    for code, word in value.field.flatchoices if value.field is not None else ():
        if code == found:
            return str(word)
    return _plainly(found)


def _plainly(found: Any) -> str:
    if isinstance(found, bool):
        return _("はい") if found else _("いいえ")
    if isinstance(found, int):
        return f"{found:,}"
    if isinstance(found, dict):
        return _("、").join(f"{key}: {_plainly(one)}" for key, one in found.items())
    return _moment(found) or _day(found) or str(found)


def _moment(text: str) -> str | None:
    """An instant in the zone of the page; None for what is no instant."""
    try:
        found: datetime | None = parse_datetime(text) if "T" in text else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None:
        return None
    local = localtime(found)
    return f"{date_format(local, _('Y/n/j (D) H:i'))} {local.tzname()}"


def _day(text: str) -> str | None:
    try:
        found: date | None = parse_date(text) if len(text) == len("2027-05-01") else None
    except ValueError:
        return None
    return None if found is None else date_format(found, _("Y/n/j (D)"))
