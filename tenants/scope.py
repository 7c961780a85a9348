"""The first wall between tenants: without a scope, no rows; within one, only the tenant's own.

Every tenant-owned model derives from `TenantOwned`. Its manager adds the tenant to each query. Outside a scope the
query cannot be compiled at all, whatever method asks for it. Writes are compared with the scope as well.

What this wall does not cover is listed, one test each, in `tests/tenants/test_scope_holes.py`; row-level security in
the database is the second wall, for which the tenant's key stands on every table.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, NoReturn, TypeVar

from django.db import models
from django.db.models import sql

Model = TypeVar("Model", bound="TenantOwned")
ALL: Literal["all"] = "all"
_scope: ContextVar[int | Literal["all"] | None] = ContextVar("tenant_scope", default=None)


class ScopeError(Exception):
    """A query or a write without a tenant, or for another one. Always a fault in our code, never a user's."""


@contextmanager
def tenant_scope(tenant: int) -> Iterator[None]:
    """Within this block queries see, and writes may touch, the rows of the tenant with this primary key."""
    token = _scope.set(tenant)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def across_tenants() -> Iterator[None]:
    """Within this block all tenants' rows are visible: for a platform admin, a team's own history, and commands.

    Each use is listed in `tests/test_house.py`; a new one has to be argued for there.
    """
    token = _scope.set(ALL)
    try:
        yield
    finally:
        _scope.reset(token)


def enter(tenant: int | None) -> Any:
    """The scope for a request: the tenant's, or all of them when `tenant` is None. A context manager."""
    return across_tenants() if tenant is None else tenant_scope(tenant)


def current_scope() -> int | Literal["all"] | None:
    """Primary key of the tenant in whose scope we are, ALL, or None outside any scope."""
    return _scope.get()


class ClosedQuery(sql.Query):
    """A query that cannot run. `.none()` stays allowed: it asks the database for nothing."""

    def _refuse(self) -> None:
        if not self.is_empty():
            raise ScopeError(f"{self.model}: no tenant scope is active")

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()
        return super().get_compiler(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()
        return super().resolve_expression(*args, **kwargs)

    def exists(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()
        return super().exists(*args, **kwargs)

    def chain(self, klass: Any = None) -> Any:
        if klass is not None:  # an UPDATE or DELETE is made by changing the class, which would open the query again
            self._refuse()
        return super().chain(klass)


class TenantQuerySet(models.QuerySet[Model]):
    """Rows of one tenant; says no to what would go around the scope."""

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: raw SQL goes around the scope. Raises ScopeError."""
        raise ScopeError("raw() goes around the tenant scope")

    def update(self, **kwargs: Any) -> int:
        """Refused when it would give rows another tenant. Raises ScopeError."""
        if "tenant" in kwargs or "tenant_id" in kwargs:
            raise ScopeError("a row never changes its tenant")
        return super().update(**kwargs)

    def _merge_sanity_check(self, other: Any) -> None:
        """Of `open | closed` Django would keep the rows that match nothing at all: every tenant's."""
        if isinstance(other.query, ClosedQuery) and not other.query.is_empty():
            raise ScopeError(f"{self.model}: combined with a query from outside any scope")
        super()._merge_sanity_check(other)  # type: ignore[misc]

    def bulk_create(self, objs: Iterable[Model], *args: Any, **kwargs: Any) -> list[Model]:
        """As Django's, after comparing each row with the scope."""
        rows = list(objs)
        for row in rows:
            row.check_scope()
        return super().bulk_create(rows, *args, **kwargs)

    def _raw_delete(self, using: str | None) -> int:
        if isinstance(self.query, ClosedQuery):
            raise ScopeError("delete without a tenant scope")
        return super()._raw_delete(using)


class TenantManager(models.Manager[Model]):
    """Default manager of every tenant-owned model. Use `TenantManager.from_queryset(OwnQuerySet)()`."""

    def get_queryset(self) -> models.QuerySet[Model]:
        """All rows of the tenant in scope; outside a scope a queryset that cannot run."""
        queryset = super().get_queryset()
        scope = current_scope()
        if scope is None:
            queryset.query = ClosedQuery(self.model)
        elif scope != ALL:
            queryset = queryset.filter(tenant_id=scope)
        return queryset


class TenantOwned(models.Model):
    """A row that belongs to one tenant for good. Each model names its own manager, made from TenantManager."""

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def check_scope(self) -> None:
        """Raises ScopeError unless this row may be written in the current scope."""
        scope = current_scope()
        if scope is None:
            raise ScopeError(f"{type(self).__name__}: write without a tenant scope")
        if scope not in (ALL, self.tenant_id):
            raise ScopeError(f"{type(self).__name__}: write to another tenant")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, after comparing the row with the scope."""
        self.check_scope()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's, after comparing the row with the scope, and with the database: a made-up primary key with the
        own tenant beside it deletes nobody's row."""
        self.check_scope()
        if current_scope() != ALL and not type(self)._default_manager.filter(pk=self.pk).exists():
            return 0, {}
        return super().delete(*args, **kwargs)

    def _do_update(self, base_qs: Any, *args: Any, **kwargs: Any) -> Any:
        """An UPDATE names the tenant too, so that a primary key of another tenant's row finds nothing to overwrite."""
        return super()._do_update(base_qs.filter(tenant_id=self.tenant_id), *args, **kwargs)
