"""What the worker does for this room."""

from entries.news import actions
from tenants.jobs import work

work.register(actions.MAIL, actions.mail_out)
