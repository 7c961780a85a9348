"""What the processes of this server count. Importing this starts counting; it is imported only where /metrics is open."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from config.env import handed_down
from config.telemetry.metrics.files import VARIABLE
from tenants.upkeep.buckets import BOUNDS_MS
from tenants.upkeep.counters import listen

OWN = CollectorRegistry()
COUNTERS = {
    one._name: one
    for one in (
        Counter("requests", "Answered requests", ("route", "method", "status"), "nitsys", registry=OWN),
        Counter("busy", "Requests answered 503", (), "nitsys", registry=OWN),
        Counter("throttled", "Requests answered 429", (), "nitsys", registry=OWN),
        Counter("sign_ins", "Sign-ins", ("outcome",), "nitsys", registry=OWN),
        Counter("submissions", "Entry sheets sent", ("outcome",), "nitsys", registry=OWN),
        Counter("entries", "Lines of entry sheets sent", ("outcome",), "nitsys", registry=OWN),
        Counter("security_events", "Lines of the security log", ("event",), "nitsys", registry=OWN),
    )
}
SECONDS = Histogram(
    "request_seconds", "Time to answer", ("route",), "nitsys", registry=OWN, buckets=[ms / 1_000 for ms in BOUNDS_MS]
)


def on_count(name: str, amount: float, labels: dict[str, str]) -> None:
    """The listener of `tenants.upkeep.counters`; what is not listed above is counted by nobody."""
    if name == "request_seconds":
        SECONDS.labels(**labels).observe(amount)
    elif (counter := COUNTERS.get(f"nitsys_{name}")) is not None:
        (counter.labels(**labels) if labels else counter).inc(amount)


def of_this_server() -> CollectorRegistry:
    """The sum over its processes; without a server of several, this process's own."""
    if not handed_down(VARIABLE):
        return OWN
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


listen(on_count)
