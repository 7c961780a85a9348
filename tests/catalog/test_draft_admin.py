"""The desk's pages of drafts: more places are granted by platform admins alone."""

import pytest
from django.test import Client
from django.utils import timezone

from catalog.drafting import quota
from catalog.drafting.models import DraftMonth
from catalog.models import MasterProduct
from tenants.audit.models import AuditRecord
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.anthropic_stand_in import StandIn
from tests.catalog.draft_cast import ask, service, shoe, work

__all__ = ["service", "shoe"]
pytestmark = pytest.mark.django_db
MONTHS, DRAFTS = "/admin/catalog/draftmonth/", "/admin/catalog/productdraft/"


def month_of(tenant: Tenant, **fields: int) -> DraftMonth:
    with tenant_scope(tenant.pk):
        return DraftMonth.objects.create(tenant=tenant, month=quota.month_of(timezone.now()), **fields)


def test_a_platform_admin_grants_more_for_a_month(client: Client, nittai: Tenant, admin: User) -> None:
    row = month_of(nittai, used=100)
    client.force_login(admin)
    response = client.post(f"{MONTHS}{row.pk}/change/", {"extra": "5", "initial-extra": "0", "used": "0"})
    assert response.status_code == 302
    with tenant_scope(nittai.pk):
        row.refresh_from_db()
        assert (row.used, row.extra) == (100, 5)
        assert quota.quota_of(nittai, at=timezone.now()) == quota.Quota(limit=105, left=5)
    assert AuditRecord.objects.get(verb="draftmonth.changed").after == {"extra": 5}


def test_before_the_first_draft_too(client: Client, nittai: Tenant, admin: User) -> None:
    client.force_login(admin)
    fields = {"host": str(nittai.pk), "month": "2030-05-17", "extra": "3"}
    assert client.post(f"{MONTHS}add/", fields).status_code == 302
    with tenant_scope(nittai.pk):
        assert list(DraftMonth.objects.values_list("month__day", "extra", "used")) == [(1, 3, 0)]
    assert client.post(f"{MONTHS}add/", {**fields, "month": "2030-05-02"}).status_code == 422
    assert client.post(f"{MONTHS}add/", {**fields, "month": "2030-06-02", "extra": "-1"}).status_code == 422


def test_an_organizer_looks_and_changes_nothing(client: Client, nittai: Tenant, chuo: Tenant, aoki: User) -> None:
    mine, other = month_of(nittai, used=7), month_of(chuo)
    client.force_login(aoki)
    assert client.get(MONTHS).status_code == client.get(f"{MONTHS}{mine.pk}/change/").status_code == 200
    assert client.post(f"{MONTHS}{mine.pk}/change/", {"extra": "5"}).status_code == 403
    assert client.get(f"{MONTHS}add/").status_code == 403
    assert client.post(f"{MONTHS}{mine.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{MONTHS}{other.pk}/change/").status_code == 404


def test_drafts_are_read_only(client: Client, service: StandIn, shoe: MasterProduct, endo: User, aoki: User) -> None:
    draft = ask(shoe, endo)
    work()
    client.force_login(aoki)
    assert client.get(DRAFTS).status_code == 200
    page = client.get(f"{DRAFTS}{draft.pk}/change/")
    assert "ASICSのシューズです。" in page.content.decode()
    assert client.post(f"{DRAFTS}{draft.pk}/change/", {"text": "x"}).status_code == 403
    assert client.get(f"{DRAFTS}add/").status_code == 403


@pytest.mark.parametrize(("words", "count"), [("ａｓｉｃｓ", 1), ("metaspeed 1013a124", 1), ("めた", 0)])
def test_drafts_are_searched_by_their_product(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User, aoki: User, words: str, count: int
) -> None:
    ask(shoe, endo)
    client.force_login(aoki)
    assert len(client.get(DRAFTS, {"q": words}).context["cl"].result_list) == count
