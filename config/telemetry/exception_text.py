"""What is told of an error: its kind, where it happened and what it followed from, and never its text.

The text of an exception is written by whoever raised it, and most hold the very value that was wrong: a key, a name,
a row (`DETAIL: Key (email)=…`), the bytes of an upload. Kind and line lead to the words in the code.
"""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
MOST_ERRORS, MOST_FRAMES = 10, 60


@dataclass(frozen=True)
class Frame:
    path: str
    line: int
    function: str
    in_app: bool


@dataclass(frozen=True)
class Fault:
    """One exception of a chain: `cause` is the place of the one that it followed from, in the order of `chain`."""

    kind: str
    module: str
    frames: list[Frame]
    cause: int | None


def chain(error: BaseException) -> list[Fault]:
    """The error, what it followed from, and what a group holds; the error itself is the first, each only once."""
    found: list[Fault] = []
    seen: set[int] = set()
    waiting: list[tuple[BaseException, int | None]] = [(error, None)]
    while waiting and len(found) < MOST_ERRORS:
        one, cause = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.append(Fault(type(one).__qualname__, type(one).__module__, frames(one.__traceback__), cause))
        waiting += [(other, len(found) - 1) for other in _behind(one)]
    return found


def _behind(error: BaseException) -> Iterator[BaseException]:
    if error.__cause__ is not None:
        yield error.__cause__
    elif error.__context__ is not None and not error.__suppress_context__:
        yield error.__context__
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions


def frames(trace: TracebackType | None) -> list[Frame]:
    """The steps of a traceback, the innermost last: places in the code, nothing that was in a variable."""
    steps = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    return [
        Frame(path, step.lineno or 0, step.name, not path.startswith("/") and "site-packages" not in path)
        for step in steps[-MOST_FRAMES:]
        for path in [place(step.filename)]
    ]


def place(filename: str) -> str:
    """A file's path below the checkout or below site-packages; the machine's own folders are nobody's business."""
    _, library, rest = filename.rpartition("site-packages/")
    if library:
        return f"site-packages/{rest}"
    return filename.removeprefix(f"{ROOT}/")


def as_lines(error: BaseException) -> str:
    """The chain for the log, as Python prints it, without the texts."""
    parts = []
    for fault in reversed(chain(error)):
        parts += [f"  File {step.path}:{step.line} in {step.function}" for step in fault.frames]
        parts.append(f"{fault.module}.{fault.kind}")
    return "\n".join(parts)
