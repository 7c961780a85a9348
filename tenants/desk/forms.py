"""Forms of the organizer's desk: who types is known, only what was changed is saved, and nobody is overwritten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.forms import AccessibleMixin
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.wording import say

UNDER_THE_HOOD = frozenset({"tenant", "meet", "race"})
"""Not in the form once the row is there, and still part of what has to be unique."""
YEARS = range(1900, 2200)
"""The years of an instant. In the first and the last year of the calendar a change of zone would leave it."""


class MomentField(forms.DateTimeField):
    """An instant to the minute, shown and typed in the zone that is active: the meet's. Refuses what clocks skip, and far years."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Raises ValidationError for a year that can only be a slip of the keys."""
        moment = super().to_python(value)
        if moment is not None and moment.year not in YEARS:
            raise ValidationError(_("ありえない年です。西暦4桁の年をご確認ください。"), code="far_year")
        return moment

    def prepare_value(self, value: Any) -> Any:
        """Without the seconds, which the input does not show and which must not look like a change."""
        value = super().prepare_value(value)
        return value.replace(second=0, microsecond=0) if isinstance(value, datetime) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is seen: an equal value in another notation is no change."""
        return super().has_changed(super().to_python(self.prepare_value(initial)), data)


class SlugField(forms.SlugField):
    """A short name within an address. Says which letters it may have, instead of that it is called a slug."""

    default_error_messages = {
        "invalid": gettext_lazy("半角の英数字とハイフン、アンダースコアで入力してください。例: ld326")
    }


DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.DateTimeField: {"form_class": MomentField, "widget": MomentField.widget},
    models.DateField: {"form_class": forms.DateField, "widget": DATE},
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 6})},
    models.SlugField: {"form_class": SlugField},
}


class DeskForm(AccessibleMixin, forms.ModelForm):
    """Base of all forms in the admin. `request` is set by the model admin.

    Beside each field stands, hidden, the value with which it was rendered. A field counts as changed when it differs
    from that. When meanwhile the database has another value than was rendered, the change is refused (requirement C5).
    """

    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            is_known = not self.is_bound or self.add_initial_prefix(name) in self.data
            if self.instance.pk and is_known and not isinstance(field, forms.ModelMultipleChoiceField):
                field.show_hidden_initial = not field.disabled

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def clean(self) -> dict[str, Any]:
        """Refuse what an action refused a moment ago, and what somebody else changed meanwhile."""
        cleaned = super().clean() or self.cleaned_data
        refusal = getattr(self.request, "refusal", None)
        if isinstance(refusal, Refused):
            raise ValidationError(say(refusal), code=refusal.code)
        if self.instance.pk:
            self._refuse_lost_updates()
        return cleaned

    def _refuse_lost_updates(self) -> None:
        for name in self.changed_data:
            bound, key = self[name], self.add_initial_prefix(name)
            if name in self.errors or not bound.field.show_hidden_initial:
                continue
            now, shown = bound.initial, _unix(self.data.get(key, ""))
            if bound.field.has_changed(_unix(now), shown) and bound.field.has_changed(_unix(now), _unix(bound.data)):
                value = self.shown_value(name, now)
                self.add_error(name, say(Refused("edited_meanwhile", field=bound.label, value=value)))
                self._show_as_rendered(key, self._rendered(name, now))

    def _show_as_rendered(self, key: str, value: str) -> None:
        """The page that comes back knows the current value, so that saving it again overwrites on purpose."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[key] = value
        self.data = data

    def changed_names(self) -> list[str]:
        """The fields that differ from what was rendered."""
        return self.changed_data

    def _rendered(self, name: str, value: Any) -> str:
        value = self.fields[name].prepare_value(value)
        return "" if value is None else str(value)

    def shown_value(self, name: str, value: Any) -> str:
        """A value as the reader of a refusal sees it."""
        if isinstance(value, bool):
            return _("はい") if value else _("いいえ")
        for choice, label in getattr(self.fields[name], "choices", ()):
            if str(choice) == str(value):
                return str(label)
        return self._rendered(name, value).replace("T", " ") or _("空欄")

    def _post_clean(self) -> None:
        """Give the row its tenant, and only the fields that were changed."""
        typed = self.cleaned_data
        if self.instance.pk:
            self.cleaned_data = {name: typed[name] for name in self.changed_names() if name in typed}
        self.set_tenant(typed)
        super()._post_clean()  # type: ignore[misc]
        self.cleaned_data = typed | self.cleaned_data

    def set_tenant(self, typed: dict[str, Any]) -> None:
        """The user's own; a platform admin's rows belong to the chosen host, or to the host of the row above."""
        row = self.instance
        if not hasattr(row, "tenant_id") or row.tenant_id is not None:
            return
        if "host" in self.fields:
            host = typed.get("host")
            row.tenant_id = host.pk if host else None
        elif self.user.tenant_id is not None:
            row.tenant_id = self.user.tenant_id
        else:
            above = next((value for value in typed.values() if hasattr(value, "tenant_id")), None)
            row.tenant_id = above.tenant_id if above else None

    def saved_fields(self) -> list[str]:
        """Names of the row's own fields that were changed."""
        own = {field.name for field in self.instance._meta.concrete_fields}
        return [name for name in self.changed_names() if name in own]

    def validate_unique(self) -> None:
        """As Django's, and what is unique under a row that is not typed; the error stands beside what was typed."""
        super().validate_unique()
        unseen = self._get_validation_exclusions() & UNDER_THE_HOOD  # type: ignore[attr-defined]
        exclude = self._get_validation_exclusions() - UNDER_THE_HOOD  # type: ignore[attr-defined]
        for constraint in self.instance._meta.total_unique_constraints:
            if unseen & set(constraint.fields):
                try:
                    constraint.validate(type(self.instance), self.instance, exclude=exclude)
                except ValidationError:
                    names = [name for name in constraint.fields if name in self.fields]
                    text = _("同じものがすでに登録されています。別の内容にしてください。")
                    self.add_error(names[-1] if names else None, ValidationError(text, code="unique"))


class HostedForm(DeskForm):
    """For rows that hang on no other row: a platform admin says whose they are, once."""

    host = forms.ModelChoiceField(queryset=Tenant.objects.filter(is_active=True), label=gettext_lazy("主催団体"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk or self.user.tenant_id is not None:
            self.fields.pop("host", None)


def _unix(value: Any) -> Any:
    """Browsers send CR LF where the row has LF."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class LanesFormSet(BaseInlineFormSet):
    """Rows in a table: each input says by itself what it is, since a cell has no label."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """As Django's, with the names of the columns on the inputs."""
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.label and not field.widget.is_hidden:
                field.widget.attrs.setdefault("aria-label", str(field.label))

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        """Names the columns as the table does; the one that all rows share is not among them."""
        columns = self.form._meta.model._meta
        names = [str(columns.get_field(name).verbose_name) for name in unique_check if name != self.fk.name]
        return _("同じ%(columns)sの行が2つあります。どちらかを変更してください。") % {
            "columns": str(_("、")).join(names)
        }

    def get_form_error(self) -> str:
        """Beside the second of them."""
        return _("上の行と同じです。どちらかを変更してください。")
