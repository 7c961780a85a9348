"""One JSON line for each log record, with the id of the request that the error page shows."""

import json
import logging
from datetime import UTC, datetime

from tenants.request_id import request_id


class RequestIdFilter(logging.Filter):
    """Gives each record the id of the request in whose course it was made."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """JSON escapes CR, LF and terminal codes, so that no text from outside can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, request id, message and, when there is one, the traceback."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)
