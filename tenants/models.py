"""Hosts and people: Tenant, User and the places of the five active staff."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.audit.models import AuditRecord
from tenants.incidents.models import Incident, IncidentContact
from tenants.jobs.models import Job
from tenants.mail_address import MailAddressField, normal_email
from tenants.outbox.models import DeadAddress, MailEvent, OutboxMail
from tenants.phone import PhoneField
from tenants.privacy.models import Erasure, RetentionRule
from tenants.refusal import Refused
from tenants.searched import Keyed, KeyedQuerySet, SearchKeyField
from tenants.signin.models import OneTimeLink, Session
from tenants.switches.models import Switch
from tenants.throttle.models import Throttle
from tenants.upkeep.models import Alarm, Heartbeat, OpsRun, Timing

__all__ = [
    "Alarm", "AuditRecord", "DeadAddress", "Erasure", "Heartbeat", "Incident", "IncidentContact", "Job", "MailEvent",
    "OneTimeLink", "OpsRun", "OutboxMail", "RetentionRule", "Session", "Switch", "Tenant", "Throttle", "Timing", "User", "normal_email",
]  # fmt: skip

MAX_ACTIVE_STAFF = 5
SEATED_BY = frozenset({"role", "is_active", "tenant", "tenant_id", "staff_seat"})
"""What decides who has a seat of the five. Saving something else, as each sign-in does, locks no host."""


class Tenant(Keyed):
    """A host of meets. Its slug stands in the public addresses of its meets."""

    slug = models.SlugField(_("識別名"), max_length=40, unique=True, help_text=_("公開URLに使います。例: nittai"))
    name = models.CharField(_("主催団体名"), max_length=100)
    plan = models.CharField(_("プラン"), max_length=20, default="standard")
    is_active = models.BooleanField(_("有効"), default=True)
    contact_email = MailAddressField(_("連絡先メール"), blank=True)
    contact_phone = PhoneField(_("連絡先電話"), max_length=20, blank=True)
    payment_note = models.TextField(
        _("お支払い方法"),
        blank=True,
        help_text=_("受付票に表示します。例: 振込先の銀行口座、締切、振込依頼人名の書き方"),
    )
    elite_name = models.CharField(
        _("選抜種目の名称"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("申告タイムの上位が出場する種目の名称。大会ページに表示します。例: ◯◯チャレンジゲームズ"),
    )
    elite_short = models.CharField(
        _("選抜種目の略称"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text=_("種目名の前に付けます。例: CG"),
    )
    created_at = models.DateTimeField(_("作成日時"), auto_now_add=True)
    search_key = SearchKeyField(("name",), ("slug",))

    objects = models.Manager.from_queryset(KeyedQuerySet["Tenant"])()

    class Meta:
        verbose_name = pgettext_lazy("one", "主催団体")
        verbose_name_plural = pgettext_lazy("many", "主催団体")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a user is to the hosts. Coaches and athletes have none of these."""

    NONE = "", _("監督・選手")
    STAFF = "staff", _("スタッフ")
    ORGANIZER = "organizer", _("大会運営者")
    PLATFORM_ADMIN = "platform_admin", _("プラットフォーム管理者")


HOST_ROLES = frozenset({Role.STAFF, Role.ORGANIZER})
ADMIN_ROLES = frozenset({Role.ORGANIZER, Role.PLATFORM_ADMIN})


class UserManager(BaseUserManager["User"].from_queryset(KeyedQuerySet)):  # type: ignore[misc]
    """Users are found by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this address. Raises User.DoesNotExist."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a new user; without a password the account cannot be signed in to until a reset."""
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.save()
        return user


class User(Keyed, AbstractBaseUser):
    """A person who signs in with an e-mail address. Organizers and staff belong to exactly one tenant.

    `staff_seat` makes the sixth active staff impossible: the database has five numbered seats per tenant, and an
    active staff member without a seat violates a constraint, whoever writes the row (seed 000 section 5, last line).
    """

    email = MailAddressField(_("メールアドレス"), unique=True)
    name = models.CharField(_("氏名"), max_length=100)
    phone = PhoneField(_("電話"), max_length=20, blank=True)
    role = models.CharField(_("役割"), max_length=20, choices=Role, blank=True, default=Role.NONE)
    tenant = models.ForeignKey(
        Tenant, verbose_name=_("主催団体"), on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    is_active = models.BooleanField(_("有効"), default=True)
    must_change_password = models.BooleanField(_("次回サインイン時にパスワード変更"), default=False)
    staff_seat = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    language = models.CharField(_("言語"), max_length=5, default="ja", choices=[("ja", "日本語"), ("en", "English")])
    created_at = models.DateTimeField(_("登録日時"), auto_now_add=True)
    search_key = SearchKeyField(("name",), ("email",))

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = pgettext_lazy("one", "利用者")
        verbose_name_plural = pgettext_lazy("many", "利用者")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_address"),
            models.UniqueConstraint(fields=["tenant", "staff_seat"], name="one_person_per_staff_seat"),
            models.CheckConstraint(
                condition=Q(role__in=[Role.STAFF, Role.ORGANIZER], tenant__isnull=False)
                | Q(role__in=[Role.NONE, Role.PLATFORM_ADMIN], tenant__isnull=True),
                name="organizers_and_staff_belong_to_a_tenant",
            ),
            models.CheckConstraint(
                # Without isnull an empty seat makes the comparison unknown, and a CHECK lets the unknown pass.
                condition=Q(
                    role=Role.STAFF,
                    is_active=True,
                    staff_seat__isnull=False,
                    staff_seat__gte=1,
                    staff_seat__lte=MAX_ACTIVE_STAFF,
                )
                | (~Q(role=Role.STAFF, is_active=True) & Q(staff_seat__isnull=True)),
                name="active_staff_sit_on_one_of_five_seats",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, taking or giving back a staff seat. Raises Refused("staff_limit") for the sixth."""
        only = kwargs.get("update_fields")
        if only is not None and SEATED_BY.isdisjoint(only):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            if self._take_or_release_seat() and kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "staff_seat"}
            super().save(*args, **kwargs)

    def _take_or_release_seat(self) -> bool:
        """Whether the seat changed. The tenant's row is locked, so that two who are activated at once queue up."""
        before = self.staff_seat
        if self.role != Role.STAFF or not self.is_active or self.tenant_id is None:
            self.staff_seat = None
        else:
            Tenant.objects.select_for_update().get(pk=self.tenant_id)
            others = User.objects.filter(tenant_id=self.tenant_id, staff_seat__isnull=False).exclude(pk=self.pk)
            taken = set(others.values_list("staff_seat", flat=True))
            if self.staff_seat is None or self.staff_seat in taken:
                free = [seat for seat in range(1, MAX_ACTIVE_STAFF + 1) if seat not in taken]
                if not free:
                    raise Refused("staff_limit", limit=MAX_ACTIVE_STAFF)
                self.staff_seat = free[0]
        return self.staff_seat != before

    @property
    def is_platform_admin(self) -> bool:
        """Sees and manages all tenants."""
        return self.is_active and self.role == Role.PLATFORM_ADMIN

    @property
    def is_staff(self) -> bool:
        """Django admin's word for "may open the admin": organizers and platform admins, never our staff."""
        at_work = self.tenant is None or self.tenant.is_active
        return self.is_active and self.role in ADMIN_ROLES and at_work

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django admin asks this; the model admins decide by role and tenant themselves."""
        return self.is_platform_admin

    def has_module_perms(self, app_label: str) -> bool:
        """Django admin asks this for its index."""
        return self.is_staff
