"""gunicorn's own words in the form of our log: one JSON line each (requirement O3)."""

from typing import Any

from gunicorn.glogging import Logger

from config.telemetry.logs import JsonFormatter


class GunicornLogger(Logger):  # type: ignore[misc]
    """Starts, stops and faults of the server. Requests are written by `config.telemetry.timing`, which knows their route."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn's, with our form on each of its handlers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
