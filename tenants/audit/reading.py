"""The trail as people read it: fields by their names, values as words."""

from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tenants.audit.models import AuditRecord


class Change(NamedTuple):
    field: str
    before: str
    after: str


def model_of(record: AuditRecord) -> type[models.Model] | None:
    """The model that the record is about, if there still is one."""
    for label in ("tenants", "entries", "catalog"):
        if record.target_type in apps.all_models[label]:
            return apps.get_model(label, record.target_type)
    return None


def changes_of(record: AuditRecord) -> list[Change]:
    """The fields that changed; for something new its values. What begins with `_` is for the site itself."""
    model = model_of(record)
    names = [name for name in dict.fromkeys([*record.before, *record.after]) if not name.startswith("_")]
    return [
        Change(_label(model, name), _said(record.before.get(name)), _said(record.after.get(name))) for name in names
    ]


def _label(model: type[models.Model] | None, name: str) -> str:
    if model is None:
        return name
    try:
        return str(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


def _said(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, str) and "T" in value and (moment := _moment(value)):
        return moment
    return str(value)


def _moment(text: str) -> str | None:
    """An instant in the site's zone; None for what is no instant."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else f"{localtime(found):%Y-%m-%d %H:%M %Z}"
