"""What the worker does for this room, and what happens when lists go out."""

from entries.heat import publication
from entries.report import printing, public_programme
from tenants.jobs import work

work.register(printing.JOB, printing.make_paper)
work.register(public_programme.JOB, printing.make_public_programme)
publication.when_out(public_programme.when_out)
