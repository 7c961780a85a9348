"""The desk's page of a meet."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from entries.meet.models import Meet, Race, State, TimetableSlot
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import across_tenants
from tests.conftest import open_meet, race_of
from tests.pageform import errors_on, form_on

ADD = "/admin/entries/meet/add/"
NEW = {
    "name": "第400回記録会", "slug": "ld400", "venue": "健志台", "starts_on": "2027-05-01", "ends_on": "2027-05-02",
    "time_zone": "Asia/Tokyo", "entries_open_at": "2027-03-01T09:00", "entries_close_at": "2027-03-31T23:59",
    "promote_until": "", "fee": "2000", "payment_due_on": "", "races_per_athlete": "", "summary": "",
    "races-TOTAL_FORMS": "0", "races-INITIAL_FORMS": "0", "races-MIN_NUM_FORMS": "0", "races-MAX_NUM_FORMS": "1000",
}  # fmt: skip


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def address(meet: Meet) -> str:
    return f"/admin/entries/meet/{meet.pk}/change/"


def the_meet() -> Meet:
    with across_tenants():
        return Meet.objects.select_related("tenant").get(slug="ld400")


def test_a_new_meet_belongs_to_the_organizers_host_and_is_a_draft(desk: Client, nittai: Tenant, chuo: Tenant) -> None:
    desk.post(ADD, NEW | {"tenant": chuo.pk, "host": chuo.pk, "state": "published", "_save": "1"})
    assert (the_meet().tenant, the_meet().state) == (nittai, State.DRAFT)
    assert AuditRecord.objects.get(verb="meet.added").tenant == nittai


def test_a_platform_admin_says_whose_it_is(client: Client, admin: User, nittai: Tenant, chuo: Tenant) -> None:
    client.force_login(admin)
    assert list(client.post(ADD, NEW).context["adminform"].form.errors) == ["host"]
    client.post(ADD, NEW | {"host": chuo.pk})
    assert the_meet().tenant == chuo


def test_moments_are_typed_and_shown_in_the_meets_own_zone(desk: Client, nittai: Tenant) -> None:
    desk.post(ADD, NEW | {"time_zone": "America/New_York"})
    assert the_meet().entries_open_at == datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
    assert the_meet().entries_close_at == datetime(2027, 4, 1, 3, 59, tzinfo=UTC)  # summer time began between
    values = form_on(desk.get(address(the_meet())), "entries_open_at")
    assert (values["entries_open_at"], values["entries_close_at"]) == ("2027-03-01T09:00", "2027-03-31T23:59")


@pytest.mark.parametrize("moment", ["2027-03-14T02:30", "2026-11-01T01:30"])
def test_a_time_that_the_clocks_skip_or_show_twice_is_refused(desk: Client, nittai: Tenant, moment: str) -> None:
    page = desk.post(ADD, NEW | {"time_zone": "America/New_York", "entries_open_at": moment})
    assert page.status_code == 422
    assert len(errors_on(page)) == 1


@pytest.mark.parametrize(
    ("field", "moment", "zone"),
    [("entries_open_at", "0001-01-01T00:00", "Asia/Tokyo"), ("promote_until", "9999-12-31T23:59", "America/New_York")],
)
def test_a_moment_that_leaves_the_calendar_in_another_zone_is_refused(
    desk: Client, nittai: Tenant, field: str, moment: str, zone: str
) -> None:
    page = desk.post(ADD, NEW | {"time_zone": zone, field: moment})
    assert page.status_code == 422
    assert errors_on(page) == ["ありえない年です。西暦4桁の年をご確認ください。"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ends_on", "2027-04-30"), ("ends_on", "2028-05-01"), ("entries_close_at", "2027-03-01T09:00"),
        ("promote_until", "2027-03-31T23:58"), ("time_zone", "Mars/Base"), ("slug", "大会"), ("name", ""), ("name", "a\x00b"),
        ("fee", "-1"), ("fee", "9" * 30), ("starts_on", "0000-13-99"), ("starts_on", "2027-02-30"), ("races_per_athlete", "1e9"),
        ("fee", "100001"), ("races_per_athlete", "0"), ("races_per_athlete", "51"),
        ("name", "x" * 121),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field_with_everything_kept(
    desk: Client, nittai: Tenant, field: str, value: str
) -> None:
    page = desk.post(ADD, NEW | {field: value, "venue": "𠮷野川"})
    assert page.status_code == 422
    assert field in page.context["adminform"].form.errors
    assert "𠮷野川" in page.content.decode()


def test_another_zone_keeps_what_the_clocks_say_and_says_so(desk: Client, nittai: Tenant) -> None:
    desk.post(ADD, NEW | {"promote_until": "2027-04-02T12:00"})
    meet = the_meet()
    with across_tenants():
        slot = TimetableSlot.objects.create(
            tenant=nittai, race=race_of(meet), number=1, starts_at=datetime(2027, 5, 1, 0, 30, tzinfo=UTC)
        )
    values = form_on(desk.get(address(meet)), "entries_open_at")
    page = desk.post(address(meet), values | {"time_zone": "America/New_York"}, follow=True).content.decode()
    assert "日時は時計の時刻のままです（申込締切 2027/3/31 (水) 23:59 EDT）。" in page
    after = form_on(desk.get(address(meet)), "entries_open_at")
    moments = ("entries_open_at", "entries_close_at", "promote_until")
    assert [after[name] for name in moments] == [values[name] for name in moments]
    assert the_meet().entries_open_at == datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
    slot.refresh_from_db()
    assert slot.starts_at == datetime(2027, 5, 1, 13, 30, tzinfo=UTC)
    trail = AuditRecord.objects.get(verb="meet.changed")
    assert trail.before["time_zone"] == "Asia/Tokyo"
    assert (trail.before["entries_open_at"][:16], trail.after["entries_open_at"][:16]) == (
        "2027-03-01T00:00",
        "2027-03-01T09:00",
    )


def test_a_moment_typed_with_another_zone_is_meant_in_that_zone(desk: Client, nittai: Tenant) -> None:
    desk.post(ADD, NEW)
    meet = the_meet()
    values = form_on(desk.get(address(meet)), "entries_open_at")
    typed = {"time_zone": "Europe/London", "entries_open_at": "2027-03-01T10:00"}
    assert desk.post(address(meet), values | typed).status_code == 302
    assert the_meet().entries_open_at == datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
    assert the_meet().entries_close_at == datetime(2027, 3, 31, 22, 59, tzinfo=UTC)


def test_a_slug_is_taken_once_per_host(desk: Client, nittai: Tenant, chuo: Tenant) -> None:
    open_meet(chuo, "ld400")
    desk.post(ADD, NEW)
    page = desk.post(ADD, NEW)
    assert list(page.context["adminform"].form.errors) == ["slug"]
    with across_tenants():
        assert Meet.objects.filter(slug="ld400").count() == 2


def test_the_address_of_a_public_meet_stays(desk: Client, meet: Meet) -> None:
    values = form_on(desk.get(address(meet)), "name")
    assert "slug" not in values
    desk.post(address(meet), values | {"slug": "moved"})
    meet.refresh_from_db()
    assert meet.slug == "ld326"


def save(desk: Client, meet: Meet, values: dict[str, Any], **changes: str) -> Any:
    return desk.post(address(meet), values | changes)


def test_edits_of_different_fields_both_survive(desk: Client, meet: Meet) -> None:
    first, second = (form_on(desk.get(address(meet)), "name") for _ in range(2))
    save(desk, meet, first, venue="駒沢")
    save(desk, meet, second, fee="3000")
    meet.refresh_from_db()
    assert (meet.venue, meet.fee) == ("駒沢", 3000)


def test_an_edit_of_the_same_field_is_refused_with_the_current_value_and_goes_through_when_repeated(
    desk: Client, meet: Meet
) -> None:
    first, second = (form_on(desk.get(address(meet)), "name") for _ in range(2))
    save(desk, meet, first, venue="駒沢", entries_close_at="2027-04-02T12:00")
    page = save(desk, meet, second, venue="国立", entries_close_at="2027-04-03T12:00")
    assert page.status_code == 422
    assert errors_on(page) == [
        "編集中に他の人が「会場」を変更しました（現在の値: 駒沢）。内容を確認して保存し直してください。",
        "編集中に他の人が「申込締切」を変更しました（現在の値: 2027-04-02 12:00:00）。内容を確認して保存し直してください。",
    ]
    meet.refresh_from_db()
    assert meet.venue == "駒沢"
    save(desk, meet, form_on(page, "name"))
    meet.refresh_from_db()
    assert meet.venue == "国立"


def test_the_same_edit_twice_is_no_conflict(desk: Client, meet: Meet) -> None:
    first, second = (form_on(desk.get(address(meet)), "name") for _ in range(2))
    save(desk, meet, first, venue="駒沢")
    assert save(desk, meet, second, venue="駒沢").status_code == 302


def test_saving_an_untouched_page_changes_nothing(desk: Client, meet: Meet, race: Race) -> None:
    """Also not the seconds that the page does not show, nor the ends of lines."""
    meet.summary = "一行目\n二行目\n"
    with across_tenants():
        meet.save(update_fields=["summary"])
    before = Meet._base_manager.filter(pk=meet.pk).values().get()
    assert save(desk, meet, form_on(desk.get(address(meet)), "name")).status_code == 302
    assert Meet._base_manager.filter(pk=meet.pk).values().get() == before
    assert not AuditRecord.objects.exists()


def test_a_change_stands_in_the_trail_with_before_and_after(desk: Client, meet: Meet, aoki: User) -> None:
    save(desk, meet, form_on(desk.get(address(meet)), "name"), fee="3000")
    record = AuditRecord.objects.get(verb="meet.changed")
    assert (record.actor, record.before, record.after) == (aoki, {"fee": 1000}, {"fee": 3000})
    page = desk.get(f"/admin/entries/meet/{meet.pk}/history/").content.decode()
    assert "参加料（円）" in page
    assert "<td>3,000</td>" in page


def test_races_are_typed_as_a_table(desk: Client, meet: Meet) -> None:
    values = form_on(desk.get(address(meet)), "name")
    rows = {"races-TOTAL_FORMS": "2"}
    for number, name in enumerate(["男子5000m", "女子3000m"]):
        rows |= {
            f"races-{number}-name": name,
            f"races-{number}-distance_m": "5000",
            f"races-{number}-sex": "MF"[number],
            f"races-{number}-position": "1",
            f"races-{number}-places": "40",
            f"races-{number}-waiting_places": "",
            f"races-{number}-starters_per_heat": "40",
        }
    assert save(desk, meet, values, **rows).status_code == 302
    with across_tenants():
        made = Race.objects.filter(meet=meet).order_by("pk").values_list("name", "tenant", "line", "waiting_places")
        assert list(made) == [("男子5000m", meet.tenant_id, 40, None), ("女子3000m", meet.tenant_id, 40, None)]


def test_two_races_of_one_name_are_refused(desk: Client, meet: Meet) -> None:
    race_of(meet), race_of(meet, "女子3000m")
    values = form_on(desk.get(address(meet)), "name")
    assert save(desk, meet, values, **{"races-1-name": "男子5000m"}).status_code == 422


def test_only_drafts_can_be_deleted(desk: Client, meet: Meet, nittai: Tenant) -> None:
    draft = open_meet(nittai, "draft", state=State.DRAFT)
    for row, left in ((meet, 1), (draft, 0)):
        desk.post(f"/admin/entries/meet/{row.pk}/delete/", {"post": "yes"})
        assert Meet._base_manager.filter(pk=row.pk).count() == left
    assert AuditRecord.objects.filter(verb="meet.deleted").count() == 1


def test_a_lookup_that_is_not_allowed_is_no_error_of_ours(desk: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert desk.get("/admin/entries/meet/?tenant__users__password__startswith=a").status_code == 400
    said = [record.levelname for record in caplog.records if record.name.startswith("django.security")]
    assert said == ["WARNING"]
