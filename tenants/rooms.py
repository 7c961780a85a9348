"""The rooms of an app, and finding what each of them brings.

An app states its rooms once, in the order in which one may know another (`ROOMS`). What a room brings stands in a module
with the usual name: `models`, `admin`, `urls`, `records`, `rules`, `wording`, `mails`, `jobs`, `periodic`; in `entries` also
`meet_admin` and `people_admin`, which add to the desk. Nobody keeps a second list.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

ROOMS = (
    "files", "commands", "upkeep", "audit", "jobs", "throttle", "desk", "outbox", "signin", "switches", "incidents",
    "privacy",
)  # fmt: skip
"""Those of `tenants`."""


AT_START = ("records", "rules", "wording", "mails", "jobs", "periodic")
"""What registers itself by being imported, once all models are there."""


def make_known(app: str, rooms: Sequence[str]) -> None:
    """Import all that the rooms of an app register when the site starts: records, steps, wordings, mails, jobs, periodic work."""
    for name in AT_START:
        discover(app, rooms, name)


def discover(app: str, rooms: Sequence[str], name: str) -> list[ModuleType]:
    """Import `<app>.<room>.<name>` of each room that has it, and return them in the order of the rooms.

    A room may be written with dots, for a folder within a room. Raises ModuleNotFoundError for a room that is not there;
    whatever a module raises while it is imported comes through.
    """
    found = []
    for room in rooms:
        package = f"{app}.{room}"
        if import_module(package).__file__ is None:  # a folder without code, left behind by another release
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        if find_spec(f"{package}.{name}") is not None:
            found.append(import_module(f"{package}.{name}"))
    return found
