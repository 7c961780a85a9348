"""What the clock asks of this room."""

from datetime import timedelta

from entries.news.actions import mail_planned
from tenants.jobs import periodic

periodic.register("news.mail_planned", mail_planned, every=timedelta(minutes=1), said="%d notices to mail")
