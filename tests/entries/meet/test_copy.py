"""A new meet from an old one: everything but its entries."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from entries.entry.models import Entry, Submission
from entries.meet import actions
from entries.meet.models import Meet, Race, State, TimetableSlot
from tenants.models import Tenant, User
from tenants.scope import across_tenants
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.usefixtures("in_nittai")


@pytest.fixture
def old(nittai: Tenant, aoki: User) -> Meet:
    """A meet in New York whose races have heats and a fallback; summer time begins on 14 March 2027."""
    meet = open_meet(
        nittai, "old", time_zone="America/New_York", starts_on=date(2027, 3, 13), ends_on=date(2027, 3, 13),
        entries_open_at=datetime(2027, 2, 1, 14, tzinfo=UTC), entries_close_at=datetime(2027, 3, 1, 5, tzinfo=UTC),
        payment_due_on=date(2027, 3, 5), summary="要項", races_per_athlete=2,
    )  # fmt: skip
    plain = race_of(meet, places=40, standard=90_000, held_on=date(2027, 3, 13))
    race_of(meet, "NCG男子5000m", is_ncg=True, fallback_race=plain, position=1, course="road")
    first = datetime(2027, 3, 13, 14, 30, tzinfo=UTC)
    actions.plan_heats(race=plain, first=first, minutes=20, count=2, by=aoki)
    Race.objects.filter(pk=plain.pk).update(last_ticket=40, line=40, waiting_gone=2, paused_at=first)
    return meet


def test_settings_races_and_timetable_come_along_moved_by_whole_days(old: Meet, aoki: User) -> None:
    copy = actions.copy_meet(meet=old, name="新", slug="new", starts_on=date(2027, 3, 20), by=aoki)
    assert (copy.state, copy.ends_on, copy.payment_due_on) == (State.DRAFT, date(2027, 3, 20), date(2027, 3, 12))
    assert (copy.summary, copy.races_per_athlete, copy.fee) == ("要項", 2, 1000)
    plain, ncg = Race.objects.filter(meet=copy).in_programme_order()
    assert (plain.held_on, plain.standard, ncg.fallback_race) == (date(2027, 3, 20), 90_000, plain)
    assert (plain.course, ncg.course) == ("track", "road")
    starts = TimetableSlot.objects.filter(race=plain).order_by("number").values_list("starts_at", flat=True)
    local = [f"{start.astimezone(copy.zone):%m-%d %H:%M}" for start in starts]
    assert local == ["03-20 09:30", "03-20 09:50"]  # the same time of day, though the clocks went forward
    assert f"{copy.entries_open_at.astimezone(copy.zone):%m-%d %H:%M}" == "02-08 09:00"


def test_neither_queue_nor_pause_comes_along(old: Meet, aoki: User) -> None:
    copy = actions.copy_meet(meet=old, name="新", slug="new", starts_on=date(2027, 3, 20), by=aoki)
    race = Race.objects.filter(meet=copy).in_programme_order()[0]
    assert (race.last_ticket, race.line, race.waiting_gone, race.paused_at) == (0, 40, 0, None)
    assert not Entry.objects.exists()
    assert not Submission.objects.exists()


def copied(client: Client, meet: Meet, **values: str) -> object:
    typed = {"name": "新", "slug": "new", "starts_on": "2027-03-20", **values}
    chosen = {"action": "copy", "_selected_action": [meet.pk], "confirmed": "1", "from_row": "1"}
    return client.post("/admin/entries/meet/", chosen | typed)


def test_the_desk_leads_to_the_new_meet(client: Client, aoki: User, old: Meet) -> None:
    client.force_login(aoki)
    answer = copied(client, old)
    with across_tenants():
        new = Meet.objects.get(slug="new")
    assert answer["Location"] == f"/admin/entries/meet/{new.pk}/change/"  # type: ignore[index]


@pytest.mark.parametrize("wrong", [{"slug": "old"}, {"slug": "大会"}, {"name": ""}, {"starts_on": "2027-02-30"}])
def test_what_cannot_be_is_refused(client: Client, aoki: User, old: Meet, wrong: dict[str, str]) -> None:
    client.force_login(aoki)
    assert copied(client, old, **wrong).status_code == 422  # type: ignore[attr-defined]
    assert Meet.objects.count() == 1


def test_two_who_copy_at_the_same_moment_make_one_meet(
    client: Client, aoki: User, old: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form saw the slug free; the database says otherwise."""
    client.force_login(aoki)
    copied(client, old)
    monkeypatch.setattr("entries.meet.forms.CopyForm.clean_slug", lambda form: form.cleaned_data["slug"])
    page = copied(client, old)
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert "すでに登録されています" in page.content.decode()  # type: ignore[attr-defined]
    assert Meet.objects.count() == 2


@pytest.mark.parametrize("page", ["/admin/entries/meet/add/", "/admin/tenants/tenant/add/"])
def test_a_name_within_an_address_says_which_letters_it_may_have(
    client: Client, admin: User, old: Meet, page: str
) -> None:
    client.force_login(admin)
    told = "半角の英数字とハイフン、アンダースコアで入力してください。"
    assert told in client.post(page, {"name": "新", "slug": "日本 語"}).content.decode()
    assert told in copied(client, old, slug="大会").content.decode()  # type: ignore[attr-defined]
