"""One JSON line for each log record, with the id of the request that the error page shows.

What a line may say is decided in `config.telemetry.masking` and `config.telemetry.exception_text`, for the log as for Sentry (requirements O3, P1).
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from config.telemetry.exception_text import as_lines
from config.telemetry.masking import message_of
from tenants.request_id import request_id

log = logging.getLogger(__name__)

SERVICES = ("run_worker", "serve", "runserver")


def least_level(arguments: list[str]) -> str:
    """The least level that is written. A command of ops says on the terminal itself what it did; between its lines, and
    beside the one line that says why it failed, no record of the everyday may stand (contract 6)."""
    is_command = Path(arguments[0]).name == "manage.py" and arguments[1:2] and arguments[1] not in SERVICES
    return "WARNING" if is_command else "INFO"


class RequestIdFilter(logging.Filter):
    """Gives each record the id of the request in whose course it was made."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Give each record the id of its request. Never drops one."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """JSON escapes CR, LF and terminal codes, so that no text from outside can forge a line."""

    def __init__(self, *, tells_all: bool = False) -> None:
        """`tells_all` is for a developer who debugs: nothing is masked, and errors come with their text."""
        super().__init__()
        self.tells_all = tells_all

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, request id, message, the facts of the event and, when there is one, the error.

        Facts (`extra={"facts": {...}}`) are counts, codes, ids and route patterns that our own code chose.
        """
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", None) or request_id.get(),
            "message": record.getMessage() if self.tells_all else message_of(record, strings=True),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line |= {name: value for name, value in facts.items() if name not in line}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = (
                self.formatException(record.exc_info) if self.tells_all else as_lines(record.exc_info[1])
            )
        return json.dumps(line, ensure_ascii=True, default=lambda value: type(value).__name__)


def log_crashes() -> None:
    """What ends a process or a thread is one line in the log as any other error, not a traceback with values in it."""

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("ended by an error", exc_info=error)

    def thread_crashed(ended: threading.ExceptHookArgs) -> None:
        log.error("a thread was ended by an error", exc_info=ended.exc_value)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed


class NobodysFault(logging.Filter):
    """A refused lookup is a stranger's address, answered with 400: worth a line, and no error of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Make it a warning."""
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
