"""`--part NAME`: which part of `make test` a run is.

Two names choose tests: `sqlite`, what `tests/databases.py` says is tried on both databases; and `quick`, the core of that
and what asks no database, without what starts a program. Any name writes down how long each test took, in
var/test-times, and prints the parts so far and the slowest of their tests; nothing ever fails for being slow.
"""

import json
from collections import Counter
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

TIMES = Path(__file__).parents[1] / "var" / "test-times"
SLOWEST = 10
LONG = ("concurrency/test_staging_start", "concurrency/test_kill", "browser/test_sheet", "browser/test_operations")
"""Modules that a lane begins with: one that came last would keep the other lane waiting."""
BEGAN = monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", default="", metavar="NAME", help="the part of `make test` that this run is")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module that is left out need not be read. For `quick`: one that starts programs says so by this name."""
    from tests.databases import MODULES, name_of

    part, is_module = config.getoption("part"), collection_path.name.startswith("test_")
    if part == "sqlite" and is_module and name_of(collection_path) not in MODULES:
        return True
    if part == "quick" and is_module and "subprocess" in collection_path.read_text():
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not str(item.path.with_suffix("")).endswith(LONG))


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that hears of every test keeps times."""
    if config.getoption("part") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Clock(str(config.getoption("part"))), "clock")


class Clock:
    """How long this part and each of its tests took."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.tests: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setting up, the test, and tearing down."""
        self.tests[report.nodeid] += report.duration  # type: ignore[assignment]  # seconds, not a whole number

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the part down, so that the last one can tell of all."""
        TIMES.mkdir(parents=True, exist_ok=True)
        kept = {"part": self.part, "seconds": monotonic() - BEGAN, "status": int(exitstatus), "tests": dict(self.tests)}
        (TIMES / f"{self.part}.json").write_text(json.dumps(kept))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The parts in the order in which they ran; pytest's own summary line comes after."""
        files = sorted(TIMES.glob("*.json"), key=lambda path: path.stat().st_mtime)
        terminalreporter.section("how long it took")
        for line in told([json.loads(path.read_text()) for path in files]):
            terminalreporter.write_line(line)


def told(parts: list[dict[str, Any]]) -> list[str]:
    """The table of the parts, and their slowest tests."""
    lines = []
    for one in parts:
        failed = "" if one["status"] == 0 else "  FAILED"
        lines.append(f"{one['part']:<12} {one['seconds']:6.0f} s {len(one['tests']):6} tests{failed}")
    lines.append(f"{'together':<12} {sum(one['seconds'] for one in parts):6.0f} s")
    tests = [(seconds, one["part"], name) for one in parts for name, seconds in one["tests"].items()]
    lines += [f"{seconds:6.1f} s {part}: {name[:110]}" for seconds, part, name in sorted(tests)[: -SLOWEST - 1 : -1]]
    return lines
