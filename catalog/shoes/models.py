"""How thick a sole may be: data that an organizer can change, because the rules do (fact F2)."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.fields import MOST_STACK_MM
from catalog.shoes.events import ShoeEvent
from tenants.bounds import within
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class ShoeLimit(TenantOwned):
    """A host's own limit for one kind of race and a span of days. Where a host has none for a kind of race on a day, the
    limits of `catalog.shoes.limits` hold. Empty dates are open ends, both days are within the span."""

    event = models.CharField(_("種目の区分"), max_length=20, choices=ShoeEvent)
    most_stack_mm: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        _("靴底の厚さの上限（mm）"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=within(Decimal("0.1"), MOST_STACK_MM),
        help_text=_("空欄は制限なし。"),
    )
    list_needed = models.BooleanField(_("承認リストへの掲載を求める"), default=True)
    valid_from = models.DateField(_("適用開始日"), null=True, blank=True)
    valid_until = models.DateField(_("適用終了日"), null=True, blank=True)
    source = models.CharField(_("根拠"), max_length=200, blank=True, help_text=_("規則の番号や通知の名前"))

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "シューズ規定")
        verbose_name_plural = pgettext_lazy("many", "シューズ規定")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_stack_mm__isnull=True) | Q(most_stack_mm__gt=0), name="most_stack_positive"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="shoe_limit_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_event_display())
