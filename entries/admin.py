"""The desk's pages of all rooms, and what rooms add to pages of meets and of people."""

from entries.rooms import ROOMS
from tenants.rooms import discover

for name in ("admin", "meet_admin", "people_admin"):
    discover("entries", ROOMS, name)
