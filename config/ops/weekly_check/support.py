"""Until when the makers mend what we stand on. The machine may be offline, so that the dates stand here."""

import platform
from datetime import date
from typing import NamedTuple

import django
from django.db import connection

AS_OF = date(2026, 1, 1)
"""When this table was last compared with the makers' own pages: www.djangoproject.com/download,
devguide.python.org/versions, www.postgresql.org/support/versioning."""
ENDS = {
    "Django": {"4.2": date(2026, 4, 7), "5.2": date(2028, 4, 30), "6.0": date(2027, 4, 30)},
    "Python": {
        "3.11": date(2027, 10, 31), "3.12": date(2028, 10, 31), "3.13": date(2029, 10, 31), "3.14": date(2030, 10, 31),
    },
    "PostgreSQL": {
        "13": date(2025, 11, 13), "14": date(2026, 11, 12), "15": date(2027, 11, 11), "16": date(2028, 11, 9),
        "17": date(2029, 11, 8), "18": date(2030, 11, 14),
    },
}  # fmt: skip


class Part(NamedTuple):
    """One thing that we stand on; `ends` is None when the table does not know its series."""

    name: str
    version: str
    ends: date | None


def parts() -> list[Part]:
    """Django, Python and, where it is the database, PostgreSQL."""
    found = [
        Part("Django", django.get_version(), ENDS["Django"].get(".".join(django.get_version().split(".")[:2]))),
        Part("Python", platform.python_version(), ENDS["Python"].get(".".join(platform.python_version_tuple()[:2]))),
    ]
    if connection.vendor == "postgresql":
        version = connection.get_database_version()
        found.append(Part("PostgreSQL", ".".join(map(str, version)), ENDS["PostgreSQL"].get(str(version[0]))))
    return found
