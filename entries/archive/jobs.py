"""What the worker does for this room."""

from entries.archive import actions
from tenants.jobs import work

work.register(actions.MAKE, actions.make)
