"""What the clock asks of this room."""

from datetime import timedelta

from tenants.housekeeping import clear_expired
from tenants.jobs import periodic

periodic.register("privacy.clear_expired", clear_expired, every=timedelta(minutes=10), said="%d rows cleared")
