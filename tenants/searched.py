"""A column with the search key of a row, right after every write, and the one way to look in it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar, cast

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.search_key import Word, key_of, words_of

KEY = "search_key"
Row = TypeVar("Row", bound=models.Model)


class SearchKeyField(models.TextField):
    """The key of a row: each of `parts` names the columns that are read as one word, such as family and given name.

    It is computed whenever Django saves the row; `Keyed` and `KeyedQuerySet` do the same where only some columns are
    written. What writes with SQL of its own computes `of`.
    """

    def __init__(self, *parts: tuple[str, ...], **kwargs: Any) -> None:
        self.parts = parts
        own: dict[str, Any] = {"default": "", "db_default": "", "editable": False, "blank": True}
        super().__init__(**{"verbose_name": _("検索用の表記"), **own, **kwargs})

    @property
    def sources(self) -> frozenset[str]:
        """The columns that it is made of."""
        return frozenset(name for part in self.parts for name in part)

    def of(self, row: models.Model) -> str:
        """The key that the row has with the values that it has now."""
        return key_of(*("".join(getattr(row, name) or "" for name in part) for part in self.parts))

    def of_values(self, values: dict[str, Any]) -> str:
        """As `of`, for columns that are not in a row yet."""
        return key_of(*("".join(values[name] or "" for name in part) for part in self.parts))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Django asks this for what it writes."""
        key = self.of(model_instance)
        setattr(model_instance, self.attname, key)
        return key

    def deconstruct(self) -> Any:
        """To a migration it is a text column."""
        name, _path, _args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", [], kwargs


def field_of(model: type[models.Model]) -> SearchKeyField:
    """The key's column of a table that has one."""
    return cast(SearchKeyField, model._meta.get_field(KEY))


class KeyedQuerySet(models.QuerySet[Row]):
    """Writes the key with the columns that it is made of."""

    def update(self, **kwargs: Any) -> int:
        """As Django's, then the keys of the rows that it found: meant for a few rows."""
        field = field_of(self.model)
        if KEY in kwargs or not field.sources & kwargs.keys():
            return super().update(**kwargs)
        with transaction.atomic(using=self.db):
            numbers = list(self.values_list("pk", flat=True))
            written = super().update(**kwargs)
            rows = list(self.model._base_manager.filter(pk__in=numbers))
            for row in rows:
                setattr(row, KEY, field.of(row))
            self.model._base_manager.bulk_update(rows, [KEY])
        return written

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], batch_size: int | None = None) -> int:
        """As Django's, with the key of each row."""
        field, names, rows = field_of(self.model), set(fields), list(objs)
        if field.sources & names:
            names.add(KEY)
            for row in rows:
                setattr(row, KEY, field.of(row))
        return super().bulk_update(rows, sorted(names), batch_size)


class Keyed(models.Model):
    """A row with a key; its model declares the column and a manager made from `KeyedQuerySet`."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; a key goes with the columns that it is made of."""
        named = kwargs.get("update_fields")
        if named is not None and field_of(type(self)).sources & set(named):
            kwargs["update_fields"] = {*named, KEY}
        super().save(*args, **kwargs)


def found(text: str, *keys: str, plain: Sequence[str] = ()) -> Q:
    """Rows in which each word of what was typed stands in one of these keys, or as it is in one of the `plain` columns:
    `found(q, "search_key", "team__search_key", plain=["reference"])`. All rows for an empty text, none for marks alone."""
    return found_each(text, lambda word: _stands(word, keys, plain))


def found_each(text: str, stands: Callable[[Word], Q]) -> Q:
    """Rows in which each word of what was typed `stands`: all for an empty text, none for one that is nothing but marks."""
    words = words_of(text)
    return reduce(and_, map(stands, words), Q()) if words or not text.strip() else Q(pk__in=[])


def _stands(word: Word, keys: Sequence[str], plain: Sequence[str]) -> Q:
    in_keys = [Q(**{f"{name}__contains": word.key}) for name in keys]
    return reduce(or_, [*in_keys, *(Q(**{f"{name}__icontains": word.typed}) for name in plain)])


def keyed_models() -> Iterator[type[models.Model]]:
    """Every table that has a key."""
    for model in apps.get_models():
        if any(isinstance(field, SearchKeyField) for field in model._meta.concrete_fields):
            yield model
