"""Who manages whom on the desk."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tenants import actions
from tenants.models import AuditRecord, OutboxMail, Role, Tenant, User
from tests.conftest import PASSWORD
from tests.pageform import errors_on

LIST = "/admin/tenants/user/"
NEW = {"email": "New@Example.com", "name": "新人", "phone": "", "language": "ja"}


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def platform(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def act(client: Client, name: str, *people: User, **more: str) -> Any:
    """Run an action from the list, with its page already answered."""
    chosen = [str(person.pk) for person in people]
    return client.post(LIST, {"action": name, "_selected_action": chosen, "confirmed": "1", **more}, follow=True)


def test_an_organizer_adds_staff_of_the_own_host_whatever_else_is_posted(
    desk: Client, nittai: Tenant, chuo: Tenant
) -> None:
    extra = {"role": "platform_admin", "tenant": chuo.pk, "is_active": "", "staff_seat": 4, "host": chuo.pk}
    desk.post(f"{LIST}add/", NEW | extra)
    person = User.objects.get(email="new@example.com")
    assert (person.role, person.tenant, person.is_active, person.staff_seat) == (Role.STAFF, nittai, True, 1)


def test_the_temporary_password_is_shown_once_works_and_has_to_be_changed(desk: Client) -> None:
    page = desk.post(f"{LIST}add/", NEW)
    shown = re.search(r'<code class="once">(\w+)</code>', page.content.decode())
    assert shown is not None
    word = shown[1]
    person = User.objects.get(email="new@example.com")
    assert person.check_password(word)
    assert person.must_change_password
    assert "no-store" in page["Cache-Control"]
    assert word not in str(list(AuditRecord.objects.values()))
    assert word not in desk.get(LIST).content.decode()


def test_the_sixth_active_staff_is_refused_beside_the_form_with_everything_typed_kept(
    desk: Client, make_user: Callable[..., User], nittai: Tenant
) -> None:
    for number in range(5):
        make_user(f"s{number}@example.com", role=Role.STAFF, tenant=nittai)
    page = desk.post(f"{LIST}add/", NEW)
    assert page.status_code == 422
    assert errors_on(page) == ["有効なスタッフは主催団体ごとに5名以内です。先に誰かを無効にしてください。"]
    assert 'value="新人"' in page.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()


def test_the_sixth_is_refused_when_activated_and_the_others_are_not(
    desk: Client, make_user: Callable[..., User], nittai: Tenant
) -> None:
    staff = [make_user(f"s{n}@example.com", role=Role.STAFF, tenant=nittai, is_active=n < 4) for n in range(6)]
    page = act(desk, "activate", *staff[4:])
    assert User.objects.filter(staff_seat__isnull=False).count() == 5
    assert "主催団体ごとに5名以内" in page.content.decode()
    assert "1名を有効にしました" in page.content.decode()


def test_a_deactivated_person_is_signed_out_at_the_next_request(desk: Client, endo: User) -> None:
    theirs = Client()
    theirs.force_login(endo)
    assert theirs.get("/auth/account").status_code == 200
    act(desk, "deactivate", endo)
    assert theirs.get("/auth/account").status_code == 302
    assert AuditRecord.objects.filter(verb="account.deactivated", tenant=endo.tenant).count() == 1


def test_an_action_asks_before_it_acts(desk: Client, endo: User) -> None:
    page = desk.post(LIST, {"action": "deactivate", "_selected_action": [endo.pk]})
    endo.refresh_from_db()
    assert endo.is_active
    assert "対象 1件" in page.content.decode()
    assert "endo" in page.content.decode()


def test_a_new_password_ends_all_sessions(desk: Client, endo: User) -> None:
    theirs = Client()
    theirs.force_login(endo)
    page = act(desk, "give_new_password", endo)
    endo.refresh_from_db()
    assert endo.must_change_password
    assert not endo.check_password(PASSWORD)
    assert theirs.get("/auth/account").status_code == 302
    assert "once" in page.content.decode()


def test_an_organizer_sees_organizers_and_cannot_touch_them(
    desk: Client, make_user: Callable[..., User], nittai: Tenant
) -> None:
    other = make_user("other@example.com", role=Role.ORGANIZER, tenant=nittai)
    page = desk.get(f"{LIST}{other.pk}/change/")
    assert page.status_code == 200
    assert "_save" not in page.content.decode()
    assert desk.post(f"{LIST}{other.pk}/change/", NEW).status_code == 403
    assert "権限がありません" in act(desk, "deactivate", other).content.decode()
    other.refresh_from_db()
    assert (other.is_active, other.email) == (True, "other@example.com")


def test_nobody_deactivates_themselves(platform: Client, admin: User) -> None:
    act(platform, "deactivate", admin)
    admin.refresh_from_db()
    assert admin.is_active


@pytest.mark.parametrize("name", ["deactivate", "activate", "give_new_password"])
def test_people_of_another_host_are_out_of_reach(
    desk: Client, make_user: Callable[..., User], chuo: Tenant, name: str
) -> None:
    theirs = make_user("theirs@example.com", role=Role.STAFF, tenant=chuo, is_active=name != "activate")
    before = User.objects.filter(pk=theirs.pk).values().get()
    act(desk, name, theirs)
    assert User.objects.filter(pk=theirs.pk).values().get() == before
    assert desk.get(f"{LIST}{theirs.pk}/change/").status_code == 404
    assert "theirs@" not in desk.get(LIST).content.decode()


def test_coaches_are_not_listed_for_organizers(desk: Client, baba: User) -> None:
    assert baba.email not in desk.get(LIST).content.decode()
    assert desk.get(f"{LIST}{baba.pk}/change/").status_code == 404


def test_the_platform_admin_makes_an_organizer_for_a_host(platform: Client, nittai: Tenant) -> None:
    platform.post(f"{LIST}add/", NEW | {"role": "organizer", "tenant": nittai.pk})
    assert User.objects.get(email="new@example.com").tenant == nittai


@pytest.mark.parametrize("role", ["organizer", "staff"])
def test_an_organizer_without_a_host_is_refused(platform: Client, role: str) -> None:
    page = platform.post(f"{LIST}add/", NEW | {"role": role, "tenant": ""})
    assert errors_on(page) == ["大会運営者とスタッフには所属する主催団体が必要です。"]


def test_a_platform_admin_belongs_to_no_host(platform: Client, nittai: Tenant) -> None:
    platform.post(f"{LIST}add/", NEW | {"role": "platform_admin", "tenant": nittai.pk})
    assert User.objects.get(email="new@example.com").tenant is None


def test_staff_become_organizers_and_give_their_seat_back(platform: Client, endo: User) -> None:
    assert endo.staff_seat == 1
    address = f"{LIST}{endo.pk}/change/"
    platform.post(address, {"email": endo.email, "name": endo.name, "language": "ja", "role": "organizer"})
    endo = User.objects.get(pk=endo.pk)
    assert (endo.role, endo.staff_seat) == (Role.ORGANIZER, None)


def test_nobody_is_deleted(platform: Client, endo: User) -> None:
    assert platform.post(f"{LIST}{endo.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=endo.pk).exists()


def test_an_address_is_taken_once_whatever_its_case(desk: Client, baba: User) -> None:
    page = desk.post(f"{LIST}add/", NEW | {"email": "BABA@example.com"})
    assert errors_on(page) == ["このメールアドレスのアカウントはすでにあります。"]
    assert User.objects.filter(email__iexact="baba@example.com").count() == 1


def test_an_organizer_changes_the_hosts_contacts_and_not_its_address(desk: Client, nittai: Tenant) -> None:
    values = {"name": "日体大", "slug": "other", "plan": "free", "contact_email": "a@example.com"}
    desk.post(f"/admin/tenants/tenant/{nittai.pk}/change/", values)
    nittai.refresh_from_db()
    assert (nittai.name, nittai.slug, nittai.plan) == ("日体大", "nittai", "standard")
    assert nittai.is_active
    assert desk.get("/admin/tenants/tenant/add/").status_code == 403


def test_another_host_is_not_there(desk: Client, chuo: Tenant) -> None:
    assert desk.get(f"/admin/tenants/tenant/{chuo.pk}/change/").status_code == 404
    assert "中央大学" not in desk.get("/admin/tenants/tenant/").content.decode()


def test_the_trail_and_the_outbox_cannot_be_written(desk: Client, endo: User, nittai: Tenant, now: datetime) -> None:
    actions.set_active(endo, active=False, by=User.objects.get(email="aoki@example.com"))
    record = AuditRecord.objects.get(verb="account.deactivated")
    mail = OutboxMail.objects.create(key="k", kind="x", to="a@example.com", tenant=nittai, next_attempt_at=now)
    for address in (f"/admin/tenants/auditrecord/{record.pk}/", f"/admin/tenants/outboxmail/{mail.pk}/"):
        assert desk.get(f"{address}change/").status_code == 200
        assert desk.post(f"{address}change/", {"why": "x"}).status_code == 403
        assert desk.post(f"{address}delete/", {"post": "yes"}).status_code == 403


def test_what_a_mail_is_made_from_is_shown_to_nobody(platform: Client, now: datetime) -> None:
    mail = OutboxMail.objects.create(
        key="k", kind="x", to="a@example.com", context={"token": "hush"}, next_attempt_at=now
    )
    assert "hush" not in platform.get(f"/admin/tenants/outboxmail/{mail.pk}/change/").content.decode()
    assert platform.get("/admin/tenants/outboxmail/?context__token__startswith=h").status_code == 400


def test_a_mail_that_was_given_up_is_queued_again(desk: Client, nittai: Tenant, now: datetime) -> None:
    mail = OutboxMail.objects.create(
        key="k", kind="x", to="a@example.com", tenant=nittai, next_attempt_at=now, failed_at=now, attempts=9
    )
    chosen = {"action": "retry", "_selected_action": [mail.pk], "confirmed": "1"}
    desk.post("/admin/tenants/outboxmail/", chosen)
    mail.refresh_from_db()
    assert (mail.failed_at, mail.attempts) == (None, 0)


@pytest.mark.parametrize("field", ["password", "email", "tenant__contact_email", "tenant__people__email"])
def test_the_address_bar_answers_no_questions(desk: Client, field: str) -> None:
    assert desk.get(f"{LIST}?{field}__startswith=a").status_code == 400
