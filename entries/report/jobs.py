"""What the worker does for this room."""

from entries.report import printing
from tenants.jobs import work

work.register(printing.JOB, printing.make_paper)
