"""Seed 000_352228edfa213c32, sections 5 and 6, line by line, over HTTP: the P0 list, and the two accidents.

Each docstring names file and section and quotes its line. Sections 3, 4 and 7 are in `test_p0_runbook.py`; what needs two
server processes and a restart is in `tests/concurrency/test_two_processes.py`, the whole runbook on a new database in
`tests/concurrency/test_staging_start.py`.
"""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from catalog.models import MasterProduct
from tenants.actions import make_platform_admin
from tenants.models import AuditRecord, Role, Tenant, User
from tests.pageform import form_on

ADMIN, STAFF_A = "platform-admin@example.com", "staff-a@example.com"
PASSWORDS = {ADMIN: "AdminPass123!", STAFF_A: "StaffAPass123!"}
PEOPLE, HOSTS = "/admin/tenants/user/", "/admin/tenants/tenant/"
REFERENCES = "/staff/references?brand=TESTBRAND"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


@pytest.fixture
def seeded() -> None:
    call_command("seed_staging_min", stdout=StringIO())
    make_platform_admin(email=ADMIN, name="Admin", password=PASSWORDS[ADMIN])


def signed_in(email: str, password: str = "") -> Client:
    """Somebody who signed in at /auth/login as a browser does."""
    client = Client()
    values = form_on(client.get("/auth/login"), "email") | {"email": email, "password": password or PASSWORDS[email]}
    assert client.post("/auth/login", values).status_code == 302
    return client


# Section 5: the P0 list


@pytest.mark.parametrize(("email", "home"), [(ADMIN, "/admin/"), (STAFF_A, "/staff/search")])
def test_platform_admin_and_staff_sign_in(seeded: None, email: str, home: str) -> None:
    """seed 000_352228edfa213c32 section 5: platform-admin / staff-a で /auth/login ログインできる."""
    client = Client()
    values = form_on(client.get("/auth/login"), "email") | {"email": email, "password": PASSWORDS[email]}
    answer = client.post("/auth/login", values)
    assert (answer.status_code, answer["Location"]) == (302, home)
    assert client.get(home).status_code == 200


def test_the_test_brand_has_one_reference_ten_times_over(seeded: None) -> None:
    """seed 000_352228edfa213c32 section 5: /staff/references?brand=TESTBRAND が count:1 を返す, 10回リロードして全部 200."""
    staff = signed_in(STAFF_A)
    for _ in range(10):
        answer = staff.get(REFERENCES)
        assert answer.status_code == 200
        assert answer.json() == {"brand": "TESTBRAND", "count": 1, "items": ["REF001"]}


def test_the_reference_is_suggested_while_typing(seeded: None) -> None:
    """seed 000_352228edfa213c32 section 5: /staff/search で REF001 が候補表示される."""
    staff = signed_in(STAFF_A)
    for typed in ("R", "REF", "ref00", "F00"):
        page = staff.get("/staff/search", {"brand": "TESTBRAND", "reference": typed}).content.decode()
        assert "REF001" in re.sub(r"<[^>]+>", "", page), typed
    nothing = staff.get("/staff/search", {"brand": "TESTBRAND", "reference": "ZZZZ"}).content.decode()
    assert "123,456" not in nothing


ADMIN_PATHS = [
    "/admin", "/admin/", "/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/autocomplete/", HOSTS, f"{HOSTS}add/",
    f"{HOSTS}1/change/", f"{HOSTS}1/", PEOPLE, f"{PEOPLE}add/", f"{PEOPLE}1/change/", f"{PEOPLE}1/delete/", "/admin/catalog/",
    "/admin/catalog/masterproduct/", "/admin/catalog/importrun/", "/admin/r/1/1/", "/admin/no/such/page", "/admin/x" * 20,
    "/admin/?next=/staff/search", "/admin/%2e%2e/staff/search", "/admin/𠮷",
]  # fmt: skip


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
def test_staff_get_403_on_every_admin_address(seeded: None, method: str) -> None:
    """seed 000_352228edfa213c32 section 5: staff で /admin/* 直アクセスが 403."""
    staff = Client()
    staff.force_login(User.objects.get(email=STAFF_A))
    assert {path: getattr(staff, method)(path).status_code for path in ADMIN_PATHS} == dict.fromkeys(ADMIN_PATHS, 403)


@pytest.mark.parametrize("app_env", ["staging", "prod"])
def test_mailed_links_are_404_and_the_page_moves_on(settings: Any, client: Client, app_env: str) -> None:
    """seed 000_352228edfa213c32 section 5: /auth/request は APP_ENV != dev で 404（5秒後 /auth/login へ遷移）."""
    settings.APP_ENV = app_env
    for page in (client.get("/auth/request"), client.post("/auth/request", {"email": STAFF_A})):
        assert page.status_code == 404
        assert '<meta http-equiv="refresh" content="5; url=/auth/login">' in page.content.decode()
    settings.APP_ENV = "dev"
    assert client.get("/auth/request").status_code == 200


def test_a_tenant_is_created_deactivated_and_activated_in_the_admin(seeded: None) -> None:
    """seed 000_352228edfa213c32 section 5: 管理画面でテナント作成・有効/無効化が運用できる."""
    admin = signed_in(ADMIN)
    values = form_on(admin.get(f"{HOSTS}add/"), "slug")
    assert admin.post(f"{HOSTS}add/", values | {"slug": "new", "name": "新しい団体", "_save": "1"}).status_code == 302
    tenant = Tenant.objects.get(slug="new")
    assert tenant.is_active
    staff = User.objects.create_user("s@example.com", "Correct-Horse-12", name="s", role=Role.STAFF, tenant=tenant)
    theirs = Client()
    theirs.force_login(staff)
    for ticked, answer in (({}, 403), ({"is_active": "on"}, 200)):
        page = form_on(admin.get(f"{HOSTS}{tenant.pk}/change/"), "slug")
        page.pop("is_active", None)
        assert admin.post(f"{HOSTS}{tenant.pk}/change/", {**page, **ticked, "_save": "1"}).status_code == 302
        assert theirs.get("/staff/search").status_code == answer
    verbs = AuditRecord.objects.filter(target_type="tenant", target_id=str(tenant.pk)).values_list("verb", flat=True)
    assert sorted(verbs) == ["tenant.added", "tenant.changed", "tenant.changed"]


def test_staff_are_created_deactivated_and_activated_in_the_admin(seeded: None) -> None:
    """seed 000_352228edfa213c32 section 5: 管理画面でstaff作成・有効/無効化が運用できる."""
    admin, tenant = signed_in(ADMIN), Tenant.objects.get(slug="tenant-a")
    values = {"email": "new@example.com", "name": "新人", "language": "ja", "role": "staff", "tenant": tenant.pk}
    page = admin.post(f"{PEOPLE}add/", values).content.decode()
    word = re.search(r'<code class="once">(\w+)</code>', page)[1]  # type: ignore[index]
    person = User.objects.get(email="new@example.com")
    theirs = signed_in(person.email, word)
    assert theirs.get("/staff/search")["Location"] == "/auth/password/change"
    for action, location in (("deactivate", "/auth/login"), ("activate", "/auth/password/change")):
        admin.post(PEOPLE, {"action": action, "_selected_action": person.pk, "confirmed": "1"})
        assert theirs.get("/staff/search")["Location"].startswith(location)


def test_five_active_staff_at_most_and_only_active_ones_count(seeded: None) -> None:
    """seed 000_352228edfa213c32 section 5: tenant_staff 上限5件（active=trueのみカウント）が効いている."""
    admin, tenant = signed_in(ADMIN), Tenant.objects.get(slug="tenant-a")
    for number in range(7):
        User.objects.create_user(
            f"off{number}@example.com", None, name="x", role=Role.STAFF, tenant=tenant, is_active=False
        )
    values = {"name": "新人", "language": "ja", "role": "staff", "tenant": tenant.pk}
    answers = [admin.post(f"{PEOPLE}add/", values | {"email": f"new{number}@example.com"}) for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 422], "staff-a is the first of five"
    assert "5名以内" in answers[-1].content.decode()
    sixth = User.objects.get(email="off0@example.com")
    page = admin.post(PEOPLE, {"action": "activate", "_selected_action": sixth.pk, "confirmed": "1"}, follow=True)
    assert "5名以内" in page.content.decode()
    assert User.objects.filter(tenant=tenant, role=Role.STAFF, is_active=True).count() == 5


# Section 6: the accidents


def test_the_0_case_is_explained_on_the_page_and_by_the_check(client: Client, nittai: Tenant, endo: User) -> None:
    """seed 000_352228edfa213c32 section 6-1: これは障害ではなく、データ未投入の状態."""
    client.force_login(endo)
    page = client.get("/staff/search?brand=TESTBRAND&reference=REF").content.decode()
    for said in ("0件", "障害ではありません", "データが入っていない", "check_env_data"):
        assert said in page
    with pytest.raises(
        CommandError, match=r"0件: no product for nittai .*Not a fault: the data has not been put in yet"
    ):
        call_command("check_env_data", stdout=StringIO())


def test_both_pages_look_at_the_products_of_the_own_tenant_only(
    client: Client, nittai: Tenant, chuo: Tenant, endo: User
) -> None:
    """seed 000_352228edfa213c32 section 6-1: /staff/references と /staff/search は tenant_id スコープ."""
    MasterProduct.objects.create(tenant=chuo, brand="TESTBRAND", reference="REF001")
    client.force_login(endo)
    assert client.get(REFERENCES).json()["count"] == 0
    assert "REF001" not in client.get("/staff/search?brand=TESTBRAND").content.decode()
