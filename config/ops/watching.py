"""What a web process does beside answering: once a minute it writes its timings and looks after the others."""

from config.ops.alarms.watch import look
from config.telemetry.timing import Minute

MINUTE = Minute(look)
"""One for each process; its thread is started after the fork."""
