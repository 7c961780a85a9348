"""Contacts for the night, and incidents (seed 002 「障害対応フロー」「連絡先」)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.bounds import within
from tenants.mail_address import MailAddressField
from tenants.phone import PhoneField


class IncidentContact(models.Model):
    """Whom to call, in the order of calling. Without a tenant: the people who run this installation."""

    tenant = models.ForeignKey(
        "tenants.Tenant",
        verbose_name=_("主催団体"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("空欄はシステム全体の担当。"),
    )
    position = models.PositiveSmallIntegerField(_("連絡の順番"), default=1, validators=within(0, 99))
    role = models.CharField(_("役割"), max_length=60, help_text=_("例: 技術担当（主担当）、大会運営責任者"))
    name = models.CharField(_("担当者名"), max_length=60)
    email = MailAddressField(_("メール"), blank=True)
    phone = PhoneField(_("電話"), max_length=20, blank=True)
    on_meet_day = models.BooleanField(_("大会当日は同時に連絡"), default=False)
    note = models.CharField(_("備考"), max_length=200, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("one", "緊急連絡先")
        verbose_name_plural = pgettext_lazy("many", "緊急連絡先")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


class Incident(models.Model):
    """Something that was broken: level 1 within an hour, 2 within half a day, 3 at once (seed 002)."""

    level = models.PositiveSmallIntegerField(_("レベル"), default=1, validators=within(1, 3))
    title = models.CharField(_("件名"), max_length=120)
    note = models.TextField(_("経過"), blank=True)
    opened_at = models.DateTimeField(_("発生"))
    closed_at = models.DateTimeField(_("解消"), null=True, blank=True)
    event_id = models.CharField(_("Sentryの番号"), max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("記録した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("one", "障害")
        verbose_name_plural = pgettext_lazy("many", "障害")
        ordering = ("-opened_at", "-pk")
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="incident_level_1_to_3")]

    def __str__(self) -> str:
        return self.title
