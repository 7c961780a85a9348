"""A meet and its races as they were a second ago at most, so that a rush of sheets does not read them once for each.

Only for the sheet: for what the writing statement looks at again (a pause, the window, the places) or what may be a second
old (a fee, a standard, the page itself). Whoever refuses by it reads afresh first.
"""

import copy
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import Any

from django.conf import settings

from catalog.shoes.search import any_shoe
from entries.meet.models import Meet, Race
from tenants.scope import across_tenants, tenant_scope

SIZE = 128
Kept = tuple[float, Meet]


class RecentRaces(dict[int, Race]):
    """Races by their number, in the programme's order. `made` keeps what pages make of them for as long as they are kept: its
    keys must be few, never what somebody typed."""

    def __init__(self, races: Mapping[int, Race]) -> None:
        super().__init__(races)
        self.made: dict[tuple[str, ...], Any] = {}


def read_meet(tenant: str, slug: str) -> Meet | None:
    """The published meet of an active host by the two slugs of its address, with the database's clock. One query."""
    with across_tenants():
        found = Meet.objects.published().with_clock().select_related("tenant")
        return found.filter(tenant__slug=tenant, tenant__is_active=True, slug=slug).first()


class RecentMeets:
    """At most `size` meets; the one that was read the longest ago goes first."""

    def __init__(self, size: int = SIZE, clock: Callable[[], float] = monotonic) -> None:
        self.size = size
        self.clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def get(self, tenant: str, slug: str) -> Meet | None:
        """A copy of the meet, without a clock, which would be old too. Two queries, or none.

        Its `recent_races`, in the programme's order, are shared by all who enter: read them, change none. Their `a_shoe` says
        whether the host's catalogue has any shoe.
        """
        began = self.clock()
        kept = self._kept.get((tenant, slug))
        if kept is None or began - kept[0] >= settings.RECENT_MEET_SECONDS:
            kept = self._read(tenant, slug, began)
        if kept is None:
            return None
        return copy.copy(kept[1])

    def _read(self, tenant: str, slug: str, began: float) -> Kept | None:
        meet = read_meet(tenant, slug)
        if meet is None:
            return None
        del meet.clock
        with tenant_scope(meet.tenant_id):
            races = Race.objects.filter(meet=meet).in_programme_order().annotate(a_shoe=any_shoe())
            meet.recent_races = RecentRaces({race.pk: race for race in races})
        for race in meet.recent_races.values():
            race.meet = meet
        with self._lock:
            self._kept[tenant, slug] = kept = began, meet
            self._kept.move_to_end((tenant, slug))
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return kept


RECENT = RecentMeets()
