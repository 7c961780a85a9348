"""What the worker does for this room."""

from entries.news import actions, queries
from tenants.jobs import work

work.register(queries.MAIL, actions.mail_out)
