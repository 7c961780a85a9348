"""What adds rows to the table of a meet's races."""

import json
from typing import Any, NamedTuple

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy

from entries.meet import programme
from tenants.desk.base import user_of
from tenants.models import Tenant

PREFIX = "races"


class Button(NamedTuple):
    """Adds rows: `rows` is what a script fills them with."""

    key: str
    label: str
    rows: str


def elite_of(request: HttpRequest, meet: Any) -> str:
    """How the host calls the races of the fastest, in short."""
    host: Tenant | None = meet.tenant if meet is not None else user_of(request).tenant
    return host.elite_short if host else ""


def buttons(elite: str) -> list[Button]:
    """The usual programme first, then one race each."""
    labels = [("usual", gettext_lazy("長距離記録会の種目一式")), *((kind.key, kind.name) for kind in programme.KINDS)]
    return [Button(key, str(label), json.dumps(programme.rows_for(key, elite=elite))) for key, label in labels]


def with_rows(posted: QueryDict, key: str, *, elite: str) -> QueryDict:
    """What was typed, and the rows that a button adds, as if they had been typed below."""
    more = posted.copy()
    total = more.get(f"{PREFIX}-TOTAL_FORMS", "0")
    number = int(total) if total.isascii() and total.isdigit() and len(total) < 5 else 0
    for row in programme.rows_for(key, elite=elite):
        more.update({f"{PREFIX}-{number}-{field}": value for field, value in row.items()})
        more[f"{PREFIX}-{number}-position"] = str(number + 1)
        number += 1
    more[f"{PREFIX}-TOTAL_FORMS"] = str(number)
    return more
