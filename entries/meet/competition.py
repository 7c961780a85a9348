"""Competitions that share a meet's timetable: each has its own title and code, under which its results are filed."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class Competition(TenantOwned):
    """One of several competitions of a meet, beside the one that bears the meet's own name."""

    meet = models.ForeignKey(
        "entries.Meet", verbose_name=_("大会"), on_delete=models.CASCADE, related_name="competitions"
    )
    title = models.CharField(_("競技会名"), max_length=120)
    title_en = models.CharField(_("競技会名（英語）"), max_length=120, blank=True, default="")
    code = models.CharField(_("競技会コード"), max_length=20, blank=True, default="")
    """As the federation gives it; shown as it is typed."""

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "兼ねる競技会")
        verbose_name_plural = pgettext_lazy("many", "兼ねる競技会")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["meet", "title"], name="one_competition_per_title_and_meet")]

    def __str__(self) -> str:
        return self.title_here

    @property
    def title_here(self) -> str:
        """As the reader's language calls it, where the host says so."""
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def with_code(self) -> str:
        """Its title, and its code where it has one."""
        values = {"title": self.title_here, "code": self.code}
        return gettext("%(title)s（コード %(code)s）") % values if self.code else self.title_here


def each_once(competitions: Iterable[Competition | None]) -> list[Competition]:
    """Those of some races, in the order in which they come; none is the meet itself."""
    return list({row.pk: row for row in competitions if row is not None}.values())
