"""Products as a CSV file that one downloads."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing.export import export_csv
from catalog.importing.forms import HostForm
from tenants.desk.base import user_of
from tenants.files.tables import CSV_TYPE
from tenants.scope import tenant_scope


def export_view(owner: Any, request: HttpRequest) -> HttpResponseBase:
    """All products of one host, while they are read; a platform admin chooses the host first. `owner` is the list's."""
    user = user_of(request)
    is_asked = user.tenant_id is not None or "host" in request.GET
    form = HostForm(request.GET if is_asked else None, user=user)
    if form.is_valid():
        return _streamed(form.tenant.pk, f"products-{form.tenant.slug}-{timezone.localdate():%Y%m%d}.csv")
    context = {**owner.admin_site.each_context(request), "opts": owner.opts, "title": _("CSVで書き出す"), "form": form}
    return TemplateResponse(
        request, "admin/catalog/masterproduct/export.html", context, status=422 if is_asked else 200
    )


def _streamed(tenant: int, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(_of_tenant(tenant), content_type=CSV_TYPE, headers=_headers(name))


def _of_tenant(tenant: int) -> Iterator[bytes]:
    """The request's own scope is closed when the server asks for the pieces; each is made in a scope of its own."""
    with tenant_scope(tenant):
        pieces = export_csv()
    while True:
        with tenant_scope(tenant):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def download(content: bytes, name: str) -> HttpResponse:
    """Answer with a CSV as a download, under this name."""
    return HttpResponse(content, content_type=CSV_TYPE, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
