"""The id of the request in whose course we are: the log, the error page and the audit trail carry it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
