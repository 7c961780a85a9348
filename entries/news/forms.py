"""What the desk asks before a notice goes out."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.news.models import Notice
from entries.news.queries import recipients_of
from tenants.desk.confirm import ConfirmForm, Rows
from tenants.desk.forms import MomentField


def told(notice: Notice) -> str:
    """How many a mail about this notice would reach now."""
    count = len(recipients_of(notice.meet))
    said = ngettext(
        "申込のある監督・選手 %(count)d名に、1回だけ送ります。",
        "申込のある監督・選手 %(count)d名に、1回だけ送ります。",
        count,
    )
    return said % {"count": count}


class PublishForm(ConfirmForm):
    """Now or from a moment on, and whether everybody entered is told by mail."""

    on = MomentField(
        label=gettext_lazy("公開日時"),
        required=False,
        help_text=gettext_lazy("空欄ならすぐに公開します。大会のタイムゾーンの時刻です。"),
    )
    mail = forms.BooleanField(label=gettext_lazy("申込のある方全員にメールで知らせる"), required=False)

    def __init__(self, *args: Any, rows: Rows, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, rows=rows, request=request, **kwargs)
        [notice] = rows
        if notice.mail_asked_at is not None:
            del self.fields["mail"]
        else:
            self.fields["mail"].help_text = told(notice)

    @property
    def moment(self) -> datetime | None:
        """When to show it; None for now."""
        found: datetime | None = self.cleaned_data["on"]
        return found


class MailForm(ConfirmForm):
    """Says how many a mail would reach before it is sent."""

    def __init__(self, *args: Any, rows: Rows, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, rows=rows, request=request, **kwargs)
        [notice] = rows
        self.text = _("「%(title)s」をメールで送ります。") % {"title": notice.title} + told(notice)
