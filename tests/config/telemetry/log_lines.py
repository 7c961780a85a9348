"""What the process writes to its log, as a deployment writes it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.telemetry.logs import JsonFormatter, RequestIdFilter
from tests.config.child import CANARIES


class Lines:
    """`lines()` are the records so far."""

    def __init__(self) -> None:
        self.out = io.StringIO()

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        """Those of one logger."""
        return [line for line in self() if line["logger"] == logger]


@contextmanager
def written() -> Iterator[Lines]:
    """The lines of all loggers."""
    lines = Lines()
    handler = logging.StreamHandler(lines.out)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestIdFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)


def leaks(found: list[dict[str, Any]]) -> set[str]:
    """The canaries in these lines."""
    text = json.dumps(found, ensure_ascii=False)
    return {canary for canary in CANARIES if canary in text}
