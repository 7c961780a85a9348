"""What the desk asks about a person."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.desk.composed import Desk
from tenants.desk.forms import DeskForm
from tenants.models import HOST_ROLES, Role, Tenant, User, normal_email
from tenants.refusal import Refused
from tenants.wording import say

PEOPLE = Desk("people", "deactivate", "activate", "give_new_password")
"""Where rooms register what they add to the page of a person."""


class PersonForm(DeskForm):
    """A person of a host. An organizer adds staff of the own host; whatever else is posted is not read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            is_new = not self.instance.pk
            roles = [role for role in Role if role in HOST_ROLES or (is_new and role == Role.PLATFORM_ADMIN)]
            self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
            self.fields["role"].required = True
        if "tenant" in self.fields:
            self.fields["tenant"].queryset = Tenant.objects.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """As accounts are found. One account per address on the whole site, and for good."""
        email = normal_email(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("このメールアドレスのアカウントはすでにあります。"), code="unique")
        return email

    def clean(self) -> dict[str, Any]:
        """A platform admin belongs to no host, the others to one."""
        cleaned = super().clean()
        if "tenant" in self.fields:
            if cleaned.get("role") == Role.PLATFORM_ADMIN:
                cleaned["tenant"] = None
            elif cleaned.get("role") and cleaned.get("tenant") is None and "tenant" not in self.errors:
                self.add_error("tenant", ValidationError(say(Refused("role_needs_tenant"))))
        return cleaned

    def set_tenant(self, typed: dict[str, Any]) -> None:
        """An organizer's new person is staff of the own host."""
        if not self.instance.pk and not self.user.is_platform_admin:
            self.instance.role = Role.STAFF
            self.instance.tenant_id = self.user.tenant_id


class RoleFilter(admin.SimpleListFilter):
    title = _("役割")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Organizers see staff and organizers, the roles of a host."""
        everybody = request.user.is_platform_admin  # type: ignore[union-attr]
        return [(role.value or "none", str(role.label)) for role in Role if everybody or role in HOST_ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(role="" if self.value() == "none" else self.value())
