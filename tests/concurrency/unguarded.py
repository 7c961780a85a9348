"""The product with the guard of its places taken out: the ticket is read and written back without a lock.

Only `test_oversell.py` starts this. If the 500 submissions did not oversell here, the test would prove nothing.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from config.wsgi import application
from entries.entry import places

GUARDED = places.TAKE_TICKETS
places.LOCK = "NULL"
LOCKED_UPDATE = GUARDED[GUARDED.index("    UPDATE entries_race r") : GUARDED.index("), submission AS (")]
READ = """
    SELECT r.id, r.last_ticket AS base FROM entries_race r JOIN need ON r.id = need.race_id JOIN held USING (race_id)
    WHERE pg_sleep(0.002) IS NOT NULL
), put_back AS (
    UPDATE entries_race r SET last_ticket = ticket.base + need.n FROM ticket JOIN need ON need.race_id = ticket.id
    WHERE r.id = ticket.id
"""
places.TAKE_TICKETS = GUARDED.replace(LOCKED_UPDATE, READ)

__all__ = ["application"]
