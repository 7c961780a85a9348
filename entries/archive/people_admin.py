"""The desk's pages of one person's rights: what is stored, a copy of it, and its end. Platform admins only.

A roster is its team's: a host sees an athlete through entries, and neither hands out nor erases anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.archive import actions, erasing, rules
from entries.archive.forms import EraseAccountForm, EraseForm, HandOutForm, went_through
from entries.archive.subject_access import hand_out
from entries.archive.wording import lines_of
from entries.roster.models import Athlete
from tenants.chips import chip
from tenants.desk.base import ReadOnly, is_id, user_of
from tenants.desk.composed import ComposedAdmin, Desk, Link
from tenants.desk.people import PEOPLE
from tenants.wording import say

ATHLETES = Desk("athletes")


@dataclass(frozen=True)
class PrivacyPages:
    """A page about one kind of person that asks before anything leaves or goes, and its two buttons."""

    name_to_type: Callable[[Any], str]
    """What has to be typed before somebody is erased."""
    form: type[EraseForm]

    def add_to(self, desk: Desk) -> None:
        """The page, its buttons' addresses, and the way to it from a person's own page."""
        desk.page("privacy", "<path:object_id>/privacy", self.privacy_view)
        desk.page("hand_out", "<path:object_id>/privacy/export", self.hand_out_view)
        desk.page("erase", "<path:object_id>/privacy/erase", self.erase_view)
        desk.link(privacy)

    def privacy_view(self, desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        """What would be handed out, and what an erasure would change and leave; nothing is written."""
        row = _row(desk, request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(desk, request, row, erase=self.form(), copy=HandOutForm(auto_id="copy_%s"))

    def hand_out_view(self, desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        """Everything about this person as a ZIP; noted in the trail."""
        row = _row(desk, request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form, me, now = HandOutForm(request.POST, auto_id="copy_%s"), user_of(request), timezone.now()
        if not form.is_valid() or not went_through(form, _password(request, form)):
            return self._page(desk, request, row, erase=self.form(), copy=form)
        answer = HttpResponse(
            hand_out(row, by=me, at=now, why=form.cleaned_data["why"]), content_type="application/zip"
        )
        answer["Content-Disposition"] = f'attachment; filename="{desk.opts.model_name}-{row.pk}.zip"'
        return answer

    def erase_view(self, desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        """For good, once name and password are typed; what was typed stays on the page when it is refused."""
        row = _row(desk, request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.form(request.POST)
        if not form.is_valid() or not self._erased(request, row, form):
            return self._page(desk, request, row, erase=form, copy=HandOutForm(auto_id="copy_%s"))
        said = _("個人情報を削除しました。申込の記録は件数だけ残ります。")
        desk.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(_address(row, "changelist"), status=HTTPStatus.SEE_OTHER)

    def _erased(self, request: HttpRequest, row: Any, form: EraseForm) -> bool:
        typed = form.cleaned_data
        asked = {"by": user_of(request), "at": timezone.now(), "why": typed["why"], "withdraw": typed["withdraw"]}
        return went_through(
            form,
            ("name", partial(rules.check_typed_name, typed["name"], self.name_to_type(row))),
            _password(request, form),
            ("withdraw", partial(erasing.erase, row, **asked)),
        )

    def _page(
        self, desk: ComposedAdmin, request: HttpRequest, row: Any, *, erase: EraseForm, copy: HandOutForm
    ) -> HttpResponse:
        found = erasing.preview(row)
        refusal = found.refusal if found.refusal and found.refusal.code != "erase_entered" else None
        context = {
            **desk.admin_site.each_context(request), "opts": desk.opts, "title": _("個人情報の開示・削除"), "row": row,
            "name": self.name_to_type(row), "headline": desk.headline(row), "lines": lines_of(found), "found": found,
            "refusal": say(refusal) if refusal else "", "erase": erase, "copy": copy,
            "hand_out_address": _address(row, "hand_out", row.pk), "erase_address": _address(row, "erase", row.pk),
            "back": _address(row, "change", row.pk),
        }  # fmt: skip
        status = HTTPStatus.UNPROCESSABLE_ENTITY if erase.is_bound or copy.is_bound else HTTPStatus.OK
        return TemplateResponse(request, "admin/archive/person.html", context, status=status)


def privacy(request: HttpRequest, row: Any) -> list[Link]:
    """The way to that page."""
    if not user_of(request).is_platform_admin:
        return []
    return [Link(_("個人情報の開示・削除"), _address(row, "privacy", row.pk))]


def _password(request: HttpRequest, form: Any) -> tuple[str, Any]:
    word, now = form.cleaned_data["password"], timezone.now()
    return "password", partial(actions.ask_password_again, request, user_of(request), password=word, at=now)


def _row(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> Any:
    if not user_of(request).is_platform_admin:
        raise PermissionDenied
    row = desk.get_queryset(request).filter(pk=int(object_id)).first() if is_id(object_id) else None
    if row is None:
        raise Http404
    return row


def _address(row: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=args)


@admin.register(Athlete)
class AthleteAdmin(ReadOnly, ComposedAdmin):
    """Athletes of all teams, to be found when one asks for their rights. Their team changes them."""

    desk = ATHLETES
    list_display = ("full_name", "full_kana", "team", "state")
    list_display_links = ("full_name",)
    list_select_related = ("team",)
    search_fields = ("search_key",)
    search_help_text = gettext_lazy("氏名、フリガナ、ローマ字、JAAF ID")
    ordering = ("-pk",)
    fields = ("full_name", "full_kana", "full_romaji", "team", "sex", "birth_date", "nationality", "grade", "jaaf_id",
              "registration_number", "guardian_name", "guardian_consent_at", "state", "left_at",
              "erased_at")  # fmt: skip

    @admin.display(description=gettext_lazy("氏名"), ordering="family_name")
    def full_name(self, athlete: Athlete) -> str:
        return athlete.full_name

    @admin.display(description=gettext_lazy("フリガナ"), ordering="family_kana")
    def full_kana(self, athlete: Athlete) -> str:
        return athlete.full_kana

    @admin.display(description=gettext_lazy("ローマ字"))
    def full_romaji(self, athlete: Athlete) -> str:
        return athlete.full_romaji

    @admin.display(description=gettext_lazy("状態"))
    def state(self, athlete: Athlete) -> SafeString:
        """On the roster, off it, or erased."""
        if athlete.erased_at is not None:
            return chip("off", _("削除済み"))
        return chip("wait", _("名簿から外した")) if athlete.left_at is not None else chip("ok", _("名簿にあり"))

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """Platform admins only: an athlete belongs to no host."""
        return user_of(request).is_platform_admin


PrivacyPages(lambda athlete: athlete.full_name, EraseForm).add_to(ATHLETES)
PrivacyPages(lambda person: person.name or person.email, EraseAccountForm).add_to(PEOPLE)
