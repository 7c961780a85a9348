"""The meet whose start lists are out: heats, bibs and the first version, made by the actions of the desk."""

from datetime import datetime
from typing import Any

from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.publication import put_out
from entries.heat.timetable import filled, times_of, wishes_now
from entries.heat.timetable_actions import fill_timetable
from entries.meet.models import Meet, State
from tenants.models import User

RANGES: list[dict[str, Any]] = [
    {"first": 1, "last": 299, "selection": True}, {"first": 301, "last": 1_999, "sex": "M", "selection": False},
    {"first": 2_001, "last": 2_999, "sex": "F", "selection": False},
]  # fmt: skip


def seed_start_lists(meet: Meet, *, by: User, at: datetime) -> None:
    """Heats of everybody who holds a place, a bib for each, lists out; no mail leaves. In the tenant's scope."""
    seed_heats(meet=meet, by=by, at=at)
    set_ranges(meet=meet, rows=RANGES, by=by)
    assign_bibs(meet=meet, by=by)
    read = times_of(meet)
    wishes = wishes_now(meet, read)
    fill_timetable(meet=meet, wishes=wishes, seen=filled(meet, read, wishes).token, by=by, at=at)
    meet.state = State.START_LISTS_OUT
    meet.save(update_fields=["state"])
    put_out(meet, by=by, at=at, mail=False)
