"""Questions that are asked in every request: the queryset is compiled once, then asked with other values.

Building and compiling a queryset costs Django more than the database takes to answer it. What may differ from one time to
the next are the values that are named, and the tenant in scope, which the first wall puts into the query as ever.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from itertools import count
from operator import itemgetter
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler

from tenants.scope import ALL, TenantOwned, current_scope, tenant_scope

Row = TypeVar("Row", bound=Model)
Value = int | str | Sequence[int]
Scope = int | Literal["all"] | None
TENANT_MARK = 9_000_000_000_000_000_000
FIRST_MARK = TENANT_MARK + 1
"""Numbers from here on belong to no row: they stand for the tenant and the values while a queryset is compiled."""


class Compiled(NamedTuple):
    """The SQL of a queryset, and for each of its parameters what to put there."""

    compiler: SQLCompiler
    sql: str
    params: tuple[Callable[[Mapping[str, Any]], Any], ...]


class Prepared(Generic[Row]):
    """A queryset that `build` makes of named values. `kinds` says what each is: `int`, `str`, or `list` for numbers that are
    asked with `__in`.

    `build` puts every value into the query as it is and decides nothing on it; the clock is the database's `Now()`.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], **kinds: type[int] | type[str] | type[list[int]]) -> None:
        self.build = build
        self.kinds = kinds
        self._compiled: dict[tuple[Any, ...], Compiled] = {}

    def __call__(self, **values: Value) -> list[Row]:
        """The rows that the queryset with these values has. Raises ScopeError as it does, and TypeError for a value of
        another kind."""
        filled = {name: _fitting(kind, values[name]) for name, kind in self.kinds.items()}
        if any(value is None or value == [] for value in filled.values()):
            return []
        alias = router.db_for_read(Model) or DEFAULT_DB_ALIAS
        compiled = self._for(filled, current_scope(), alias)
        compiler = copy.copy(compiled.compiler)
        compiler.connection = connections[alias]
        params = tuple(put(filled) for put in compiled.params)
        compiler.as_sql = lambda *_, **__: (compiled.sql, params)  # type: ignore[method-assign]
        return list(ModelIterable(_Asked(alias, compiler)))  # type: ignore[arg-type]

    def _for(self, filled: Mapping[str, Any], scope: Scope, alias: str) -> Compiled:
        """Threads that come first together compile the same thing, and one of them is kept."""
        sizes = tuple(len(value) for value in filled.values() if isinstance(value, list))
        key = (scope if scope in (None, ALL) else "one", alias, sizes)
        if key not in self._compiled:
            with nullcontext() if scope in (None, ALL) else tenant_scope(TENANT_MARK):
                self._compiled[key] = _compile(self.build, filled, alias)
        return self._compiled[key]


def _fitting(kind: type, value: Value) -> Value | None:
    """The value; None for a number that no column can hold. Lists lose such numbers, and grow to the next power of two by
    repeating the last one, so that few lengths are compiled."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    if isinstance(value, int):
        return value if abs(value) < TENANT_MARK else None
    if not isinstance(value, list):
        return value
    held = [number for number in value if abs(number) < TENANT_MARK]
    return held + held[-1:] * ((1 << (len(held) - 1).bit_length()) - len(held)) if held else []


def _compile(build: Callable[..., QuerySet[Any]], filled: Mapping[str, Any], alias: str) -> Compiled:
    """Raises ValueError for a queryset that cannot be prepared."""
    marks = _marks(filled)
    queryset = build(**marks).using(alias)
    state, model = vars(queryset), queryset.model
    if state["_iterable_class"] is not ModelIterable or state["_prefetch_related_lookups"]:
        raise ValueError(f"{model.__name__}: only the rows of one query can be prepared")
    if state["_known_related_objects"]:
        raise ValueError(f"{model.__name__}: asked through another row, which would be kept")
    compiler = queryset.query.get_compiler(alias)
    sql, params = compiler.as_sql()
    places = _places(marks)
    missing = {name for mark, (name, _) in places.items() if mark not in params}
    if issubclass(model, TenantOwned) and current_scope() == TENANT_MARK and TENANT_MARK not in params:
        missing.add("tenant")
    if missing:
        raise ValueError(f"{model.__name__}: not in the query as it is: {sorted(missing)}")
    compiler.connection = None  # it is this thread's; each question brings its own
    return Compiled(compiler, sql, tuple(_put(param, places) for param in params))


def _marks(filled: Mapping[str, Any]) -> dict[str, Any]:
    numbers = count(FIRST_MARK)
    marks: dict[str, Any] = {}
    for name, value in filled.items():
        if isinstance(value, list):
            marks[name] = [next(numbers) for _ in value]
        else:
            marks[name] = f"\ue000{name}\ue001" if isinstance(value, str) else next(numbers)
    return marks


def _places(marks: Mapping[str, Any]) -> dict[Any, tuple[str, int | None]]:
    """Which value a mark stands for, and which of a list."""
    places: dict[Any, tuple[str, int | None]] = {}
    for name, mark in marks.items():
        if isinstance(mark, list):
            places.update({one: (name, number) for number, one in enumerate(mark)})
        else:
            places[mark] = (name, None)
    return places


def _put(param: Any, places: Mapping[Any, tuple[str, int | None]]) -> Callable[[Mapping[str, Any]], Any]:
    if param == TENANT_MARK:
        return lambda _: current_scope()
    if not isinstance(param, int | str) or param not in places:
        return lambda _: param
    name, number = places[param]
    return itemgetter(name) if number is None else lambda filled: filled[name][number]


class _Asked:
    """What Django's reader of rows wants to know of a queryset."""

    _known_related_objects: Mapping[Any, Any] = {}

    def __init__(self, alias: str, compiler: SQLCompiler) -> None:
        self.db = alias
        self.query = self
        self._compiler = compiler

    def get_compiler(self, using: str) -> SQLCompiler:
        """The one that is ready."""
        return self._compiler
