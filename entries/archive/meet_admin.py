"""What this room adds to the desk's page of a meet."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from entries.archive import actions
from entries.archive.forms import ArchiveForm
from entries.meet.desk import MEETS
from tenants.desk.base import user_of
from tenants.desk.composed import ComposedAdmin
from tenants.desk.confirm import Rows, confirmed


@MEETS.button()
@confirmed(
    gettext_lazy("記録保存用に書き出す"),
    text=gettext_lazy(
        "大会の全データを、NIT-SYSがなくても読めるZIPファイルにします。できたファイルは1日で消えます。誰がいつ書き出したかは変更履歴に残ります。"
    ),
    form=ArchiveForm,
    single=True,
)
def archive(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: ArchiveForm) -> HttpResponse:
    """Ask the worker, and lead to the page that waits."""
    user, typed = user_of(request), form.cleaned_data
    actions.ask_password_again(request, user, password=typed["password"], at=timezone.now())
    made = actions.ask_for(rows[0], with_personal=typed["with_personal"], by=user)
    return HttpResponseRedirect(reverse("admin:entries_meetarchive_change", args=[made.pk]))
