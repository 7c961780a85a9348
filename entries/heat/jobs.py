"""What the worker does for this room, and what happens when a meet comes to a state."""

from entries.heat import publication
from entries.heat.list_mails import mail_lists
from entries.meet import steps
from entries.meet.models import State
from tenants.jobs import work

work.register(publication.MAIL, mail_lists)
steps.when_arrived(State.START_LISTS_OUT, publication.put_out)
