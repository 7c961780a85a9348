"""What the clock asks of this room."""

from datetime import timedelta

from tenants.housekeeping import clear_expired
from tenants.jobs import periodic
from tenants.key_actions import fill_empty

periodic.register("privacy.clear_expired", clear_expired, every=timedelta(minutes=10), said="%d rows cleared")
periodic.register("privacy.fill_search_keys", fill_empty, every=timedelta(minutes=10), said="%d search keys filled")
