"""The desk's page of the switches: what is stopped, since when and by whom, and the buttons. Platform admins only."""

from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.desk.base import DeskAdmin, ReadOnly, user_of
from tenants.forms import Form
from tenants.refusal import Refused
from tenants.switches import actions, queries
from tenants.switches.forms import NoForm, StopForm
from tenants.switches.models import Function, Switch
from tenants.wording import say

EFFECTS: dict[Function, str | Promise] = {
    Function.MAINTENANCE: gettext_lazy(
        "プラットフォーム管理者以外の全員に、案内文だけのページ（503）を表示します。処理中の送信は最後まで受け付けます。ワーカーとメールは動き続けます。"
    ),
    Function.READ_ONLY: gettext_lazy(
        "閲覧は続き、送信はすべて断ります（サインインとこの画面を除く）。ワーカーも書き込みを止め、メールは再開後に送ります。手作業の復旧や移行のときに使います。"
    ),
    Function.REGISTRATION: gettext_lazy("新規登録の受付を止めます。すでに確認メールが届いた方は登録を完了できます。"),
    Function.UPLOADS: gettext_lazy(
        "申込ファイル、名簿、商品CSVの取り込みを止めます。画面からの入力と、確認待ちの取り込みは続けられます。"
    ),
    Function.DRAFTING: gettext_lazy("商品文の新しい依頼を止めます。依頼済みの文章は作成されます。"),
}


class SwitchRow(NamedTuple):
    """A switch with what it does."""

    switch: Switch
    effect: str | Promise


@admin.register(Switch)
class SwitchAdmin(ReadOnly, DeskAdmin):
    """One page for all, and one that asks before it stops or resumes."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Platform admins only: a switch holds for every host."""
        return user_of(request).is_platform_admin

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<slug:function>/stop", view(self.stop_view), name="tenants_switch_stop"),
            path("<slug:function>/resume", view(self.resume_view), name="tenants_switch_resume"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """All of them, also those that nobody ever touched."""
        self._check(request)
        lines = [SwitchRow(switch, EFFECTS[Function(switch.function)]) for switch in queries.all_switches()]
        return self._page(request, "list", {"title": _("機能の停止と再開"), "lines": lines})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A row has no page of its own."""
        self._check(request)
        raise Http404

    def stop_view(self, request: HttpRequest, function: str) -> HttpResponse:
        """GET says what it will do; POST does it, or changes what is said."""
        switch = self._switch(request, function)
        form = StopForm(request.POST or None, initial={"message": switch.message, "back_at": switch.back_at})
        if form.is_valid():
            try:
                actions.stop(Function(function), by=user_of(request), at=timezone.now(), **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, say(refusal))
            else:
                return self._done(request, _("「%(what)s」を停止しました。1秒以内に全体へ反映されます。"), switch)
        is_on = switch.stopped_at is not None
        title = _("停止の案内を変える") if is_on else _("停止する")
        return self._ask(request, switch, form, title=title, is_danger=not is_on)

    def resume_view(self, request: HttpRequest, function: str) -> HttpResponse:
        """GET asks; POST resumes."""
        switch = self._switch(request, function)
        if request.method == "POST":
            actions.resume(Function(function), by=user_of(request))
            return self._done(request, _("「%(what)s」を再開しました。1秒以内に全体へ反映されます。"), switch)
        return self._ask(request, switch, NoForm(), title=_("再開する"), is_danger=False)

    def _switch(self, request: HttpRequest, function: str) -> Switch:
        self._check(request)
        if function not in Function.values:
            raise Http404
        return queries.switch_of(Function(function))

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _done(self, request: HttpRequest, text: str, switch: Switch) -> HttpResponse:
        self.message_user(request, text % {"what": switch.get_function_display()}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tenants_switch_changelist"), status=HTTPStatus.SEE_OTHER)

    def _ask(self, request: HttpRequest, switch: Switch, form: Form, *, title: str, is_danger: bool) -> HttpResponse:
        effect = EFFECTS[Function(switch.function)] if not isinstance(form, NoForm) else ""
        values = {"title": title, "switch": switch, "effect": effect, "form": form, "is_danger": is_danger}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return self._page(request, "confirm", values, status=status)

    def _page(self, request: HttpRequest, name: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **values}
        return TemplateResponse(request, f"admin/switches/{name}.html", context, status=status)
