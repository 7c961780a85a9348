"""Each line of the list before a meet holds, warns or fails when it should (seed 002 「定期メンテナンス 大会前」)."""

from datetime import date, datetime
from typing import Any

import pytest

from catalog.models import MasterProduct
from config.ops.checklist import CheckLine, Word
from config.ops.pre_meet_check import meet_lines, site
from entries.meet.lookup import find_meet
from entries.meet.models import Meet, Race, State, TimetableSlot
from tenants.models import IncidentContact, OutboxMail, Role, Tenant
from tenants.scope import tenant_scope
from tests.config.ops.weekly_cast import DAY, HOUR, change, ran
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.django_db


def lines(meet: Meet, at: datetime) -> dict[str, CheckLine]:
    facts = meet_lines.read(find_meet(str(meet.pk)), at=at)
    return {line.key: line for line in (check(facts) for check in meet_lines.ALL)}


def test_a_draft_is_looked_at_until_a_day_before_its_opening(meet: Meet, now: datetime) -> None:
    change(meet, state=State.DRAFT, entries_open_at=now + 2 * DAY)
    assert lines(meet, now)["state"].word == Word.LOOK
    assert lines(meet, now + 1.5 * DAY)["state"].word == Word.NG


def test_a_meet_of_an_inactive_host_and_one_that_is_over_are_ng(meet: Meet, nittai: Tenant, now: datetime) -> None:
    change(meet, state=State.ARCHIVED)
    assert lines(meet, now)["state"].word == Word.NG
    change(meet, state=State.PUBLISHED)
    assert lines(meet, now)["state"].word == Word.OK
    change(nittai, is_active=False)
    assert lines(meet, now)["state"].word == Word.NG


def test_the_window_is_shown_in_the_meets_zone(meet: Meet, now: datetime) -> None:
    opens = datetime.fromisoformat("2027-03-01T00:00:00+00:00")
    change(meet, entries_open_at=opens, entries_close_at=opens + 10 * DAY, time_zone="America/New_York")
    found = lines(meet, now)["window"]
    assert "2027/2/28" in found.text
    assert "EST" in found.text
    assert found.word == Word.OK


@pytest.mark.parametrize(
    ("opens", "closes", "word"),
    [
        ("2027-04-01", "2027-04-20", Word.OK),
        ("2027-04-01", "2027-05-01", Word.LOOK),
        ("2027-04-01", "2027-05-03", Word.NG),
        ("2027-04-01T00:00", "2027-04-01T00:59", Word.LOOK),
    ],
)
def test_entries_close_before_the_meet_begins(meet: Meet, now: datetime, opens: str, closes: str, word: Word) -> None:
    zone = meet.zone
    change(
        meet,
        entries_open_at=datetime.fromisoformat(opens).replace(tzinfo=zone),
        entries_close_at=datetime.fromisoformat(closes).replace(tzinfo=zone),
    )
    assert lines(meet, now)["window"].word == word


def test_a_meet_that_is_over_or_has_a_race_on_another_day_is_ng(meet: Meet, race: Race, now: datetime) -> None:
    assert lines(meet, now)["days"].word == Word.OK
    change(race, held_on=date(2027, 5, 3))
    assert lines(meet, now)["days"].word == Word.NG
    change(race, held_on=None)
    change(meet, venue="")
    assert lines(meet, now)["days"].word == Word.LOOK
    change(meet, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 1))
    assert lines(meet, now)["days"].word == Word.NG


def test_races_need_places_and_must_not_be_stopped(meet: Meet, now: datetime) -> None:
    assert lines(meet, now)["races"].word == Word.NG
    race = race_of(meet, places=40)
    assert lines(meet, now)["races"].word == Word.OK
    change(race, places=None)
    assert lines(meet, now)["races"].word == Word.LOOK
    change(race, places=0)
    assert lines(meet, now)["races"].word == Word.NG
    change(race, places=40, paused_at=now)
    assert lines(meet, now)["races"].word == Word.NG


def test_a_standard_that_ended_is_ng_and_an_ncg_race_needs_its_fallback(meet: Meet, race: Race, now: datetime) -> None:
    assert lines(meet, now)["standards"].word == Word.OK
    change(race, is_ncg=True)
    assert lines(meet, now)["standards"].word == Word.LOOK
    change(race, is_ncg=False, standard=86_000, standard_until=date(2020, 1, 1))
    assert lines(meet, now)["standards"].word == Word.NG


def test_a_fee_without_a_way_to_pay_is_ng(meet: Meet, race: Race, nittai: Tenant, now: datetime) -> None:
    assert lines(meet, now)["fees"].word == Word.NG
    change(nittai, payment_note="銀行振込")
    assert lines(meet, now)["fees"].word == Word.LOOK  # until when is not said
    change(meet, payment_due_on=date(2027, 4, 1))
    assert lines(meet, now)["fees"].word == Word.OK
    change(meet, payment_due_on=date(2027, 6, 1))
    assert lines(meet, now)["fees"].word == Word.LOOK
    change(meet, fee=0)
    assert lines(meet, now)["fees"].word == Word.LOOK


def test_heats_are_counted_against_places(meet: Meet, race: Race, nittai: Tenant, now: datetime) -> None:
    change(race, places=41, starters_per_heat=40)
    for number in (1, 2):
        found = lines(meet, now)["timetable"]
        assert found.word == Word.LOOK
        assert f"{number - 1}/2" in found.text
        with tenant_scope(nittai.pk):
            TimetableSlot.objects.create(tenant=nittai, race=race, number=number, starts_at=now)
    assert lines(meet, now)["timetable"].word == Word.OK


def test_contacts_without_telephone_or_as_in_the_sample_do_not_count(meet: Meet, chuo: Tenant, now: datetime) -> None:
    """seed 002_d4f32087aee95a7b 「本番運用前に以下の連絡先を記入してください」."""
    for role, name, phone, tenant in (
        ("技術担当（主担当）", "山田", "", None),
        ("技術担当（副担当）", "〇〇 〇〇", "090-XXXX-XXXX", None),
        ("大会運営責任者", "田中", "045-1", chuo),
    ):
        IncidentContact.objects.create(role=role, name=name, phone=phone, tenant=tenant)
    assert lines(meet, now)["contacts"].facts == {"missing": ["主担当", "副担当", "運営責任者"]}


def test_somebody_has_to_be_able_to_run_it(meet: Meet, make_user: Any, nittai: Tenant, now: datetime) -> None:
    assert lines(meet, now)["people"].word == Word.NG
    make_user("o1@example.org", role=Role.ORGANIZER, tenant=nittai)
    make_user("o2@example.org", role=Role.ORGANIZER, tenant=nittai, is_active=False)
    assert lines(meet, now)["people"].facts == {"organizers": 1, "staff": 0}


def test_shoes_are_asked_about_where_the_host_has_them(meet: Meet, race: Race, nittai: Tenant, now: datetime) -> None:
    assert lines(meet, now)["shoes"].facts == {"products": 0}
    with tenant_scope(nittai.pk):
        MasterProduct.objects.create(tenant=nittai, brand="B", reference="R", category="shoe")
    assert (lines(meet, now)["shoes"].word, lines(meet, now)["shoes"].facts) == (Word.OK, {"products": 1})
    change(race, course="unheard_of")
    assert lines(meet, now)["shoes"].word == Word.LOOK


@pytest.mark.parametrize(
    ("shown", "days", "word"),
    [(100.0, 1, Word.OK), (100.0, 31, Word.LOOK), (50.0, 1, Word.LOOK), (17.0, 1, Word.NG), (None, 1, Word.NG)],
)
def test_the_load_test_is_measured_against_the_places(
    now: datetime, shown: float | None, days: int, word: Word
) -> None:
    """2,600 places: twice as many entries within five minutes are 17 a second, and three times that is asked for."""
    facts: dict[str, Any] = {} if shown is None else {"entries_per_second": shown}
    ran("loadtest", now - days * DAY, **facts)
    assert site.loadtest(now, places=2_600, tenant_slug="nittai", slug="ld326").word == word


def test_no_load_test_is_looked_at_and_a_failed_one_is_ng(now: datetime) -> None:
    assert site.loadtest(now, places=10, tenant_slug="t", slug="m").word == Word.LOOK
    ran("loadtest", now - 2 * HOUR, entries_per_second=900.0)
    ran("loadtest", now - HOUR, succeeded=False)
    assert site.loadtest(now, places=10, tenant_slug="t", slug="m").word == Word.NG


def test_another_meet_of_the_same_hour_is_said(meet: Meet, chuo: Tenant) -> None:
    mine = find_meet(str(meet.pk))
    assert site.beside(mine).word == Word.OK
    other = open_meet(chuo, "spring", entries_open_at=meet.entries_open_at + HOUR)
    assert "chuo/spring" in site.beside(mine).text
    change(other, entries_open_at=meet.entries_open_at + 2 * HOUR)
    assert site.beside(mine).word == Word.OK


def test_no_mail_of_the_last_week_is_looked_at(now: datetime) -> None:
    assert site.mail_lately(now).word == Word.LOOK
    mail = OutboxMail.objects.create(key="k", kind="k", to="a@example.org", next_attempt_at=now, sent_at=now)
    assert site.mail_lately(now).word == Word.OK
    assert site.mail_lately(now + 8 * DAY).word == Word.LOOK
    OutboxMail.objects.filter(pk=mail.pk).update(to="coach-1@loadtest.invalid")
    assert site.mail_lately(now).word == Word.LOOK
