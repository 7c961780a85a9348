"""What may be told of an error: its kind, where it happened, and of its text only what is no data.

The text of an exception is written by whoever raised it, and most hold the very value that was wrong: a key, a name,
a row (`DETAIL: Key (email)=…`), the bytes of an upload. So a text is told only when the interpreter's own wording can
be recognised in it, when its parts (a code, a status, a constraint's name) are read one by one, or as far as it stands in
the code that raised it (`config.telemetry.raise_sites`).
"""

import json
import re
import smtplib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from config.telemetry.masking import WITHHELD
from config.telemetry.raise_sites import said_at
from tenants.refusal import Refused

ROOT = Path(__file__).resolve().parents[2]
MOST_ERRORS, MOST_FRAMES = 10, 60
_CODE = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
_KNOWN = re.compile(
    r"""'[\w.]{1,60}'\ object\ (?:has\ no\ attribute\ '\w{1,60}'|is\ not\ (?:callable|iterable|subscriptable)|
        does\ not\ support\ .{1,60}|cannot\ be\ interpreted\ as\ an\ integer)
      | (?:type\ object|module)\ '[\w.]{1,60}'\ has\ no\ attribute\ '\w{1,60}'
      | name\ '\w{1,60}'\ is\ not\ defined | (?:cannot\ access\ (?:local|free)|local)\ variable\ '\w{1,60}'\ .{1,80}
      | unsupported\ operand\ type\(s\)\ for\ \S{1,10}(?:\ or\ \S+)?:\ '[\w.]{1,40}'\ and\ '[\w.]{1,40}'
      | '\S{1,3}'\ not\ supported\ between\ instances\ of\ '[\w.]{1,40}'\ and\ '[\w.]{1,40}'
      | [\w.<>]{1,120}\(\)\ (?:missing|takes|got\ an\ unexpected|got\ multiple)\ .{1,120}
      | Object\ of\ type\ \w{1,60}\ is\ not\ JSON\ serializable
      | (?:cannot|can't)\ unpack\ non-iterable\ \w{1,40}\ object
      | (?:not\ enough|too\ many)\ values\ to\ unpack\ \(expected\ \d+(?:,\ got\ \d+)?\)
      | (?:list|tuple|string|pop)\ index\ out\ of\ range | pop\ from\ (?:an\ )?empty\ \w+ | (?:\w+\ )?division\ (?:or\ modulo\ )?by\ zero
      | maximum\ recursion\ depth\ exceeded(?:\ \w+){0,10} | No\ module\ named\ '[\w.]{1,120}'
      | (?:\w+\ )?connection\ (?:already\ closed|is\ closed|is\ lost) | timed\ out""",
    re.VERBOSE,
)


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
    text: str
    frames: list[Frame]
    cause: int | None


def spoken(error: BaseException) -> str:
    """What of an exception's text may be told; WITHHELD when nothing is known to be harmless, empty when it has none."""
    facts = _facts(error)
    if facts:
        return facts
    if not error.args:
        return ""
    text = error.args[0]
    if len(error.args) == 1 and isinstance(text, str) and _KNOWN.fullmatch(text):
        return text
    return _as_written(error) or WITHHELD


def _as_written(error: BaseException) -> str:
    """The words of the `raise` statement from which the error came, without what it put into them."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return said_at(last.tb_frame.f_code.co_filename, last.tb_lineno) if last is not None else ""


def _facts(error: BaseException) -> str:
    """The parts of an error that are codes and numbers."""
    if isinstance(error, Refused):
        return _joined("refused", error.code)
    if isinstance(error, UnicodeError):
        return _joined(*(getattr(error, name, None) for name in ("encoding", "reason", "start", "end")))
    if isinstance(error, json.JSONDecodeError):
        return (
            f"{error.msg.partition(':')[0]}: line {error.lineno} column {error.colno}"
            if _CODE.fullmatch(error.msg.replace(" ", ""))
            else ""
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return _joined("smtp", error.smtp_code)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _joined("smtp", *sorted({code for code, _ in error.recipients.values() if isinstance(code, int)}))
    if isinstance(error, OSError) and error.errno is not None:
        return _joined("errno", error.errno)
    return _of_database(error)


def _of_database(error: BaseException) -> str:
    """SQLSTATE, and the names of what was violated: of PostgreSQL from its own fields, never from its text."""
    for one in (error, error.__cause__):
        state = getattr(one, "sqlstate", None)
        if isinstance(state, str):
            diagnosis = getattr(one, "diag", None)
            names = (getattr(diagnosis, name, None) for name in ("table_name", "column_name", "constraint_name"))
            return _joined("sqlstate", state, *names)
    found = re.match(
        r"((?:UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed)(: [\w., ']{1,200})?$",
        str(error.args[0]) if error.args and isinstance(error.args[0], str) else "",
    )
    return found[0] if found and type(error).__module__ in ("django.db.utils", "sqlite3") else ""


def _joined(*parts: object) -> str:
    told = [str(part) for part in parts if part is not None]
    return " ".join(part if _CODE.fullmatch(part.replace(" ", "_")) else WITHHELD for part in told)


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
        found.append(Fault(type(one).__qualname__, type(one).__module__, spoken(one), frames(one.__traceback__), cause))
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
    """The chain for the log, as Python prints it, without what the code cannot vouch for."""
    parts = []
    for fault in reversed(chain(error)):
        steps = "".join(f"  File {step.path}:{step.line} in {step.function}\n" for step in fault.frames)
        parts.append(f"{steps}{fault.module}.{fault.kind}: {fault.text}".removesuffix(": "))
    return "\n".join(parts)
