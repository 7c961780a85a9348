"""What the clock asks of this room."""

from datetime import timedelta

from entries.entry.reminders import remind_of_closing
from tenants.jobs import periodic

periodic.register("entry.closing_tomorrow", remind_of_closing, every=timedelta(minutes=10), said="%d teams reminded")
