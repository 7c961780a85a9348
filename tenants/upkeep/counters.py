"""Counting what happens, for whoever watches. Nothing is counted until somebody listens (`config.telemetry.metrics`)."""

from collections.abc import Callable

Listener = Callable[[str, float, dict[str, str]], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener(name, amount, labels)` for everything that is counted from now on."""
    if listener not in _listeners:
        _listeners.append(listener)


def count(name: str, amount: float = 1, **labels: str) -> None:
    """Count `amount` of `name`. Labels are codes of our own, few and never from outside: each value is a series."""
    for listener in _listeners:
        listener(name, amount, labels)
