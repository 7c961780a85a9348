"""`manage.py pre_meet_check` (contract, section 6; seed 002_d4f32087aee95a7b 「定期メンテナンス 大会前」)."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import MasterProduct
from config.loadtest import invariants
from config.loadtest.invariants import Found
from config.loadtest.rush import Sheet
from config.loadtest.stage import Stage
from config.routine import meetlines, site, trial
from config.routine.before_meet import meet_lines
from config.routine.lines import Line, Word
from config.routine.meets import NoSuchMeet, find_meet
from config.routine.weekly import weekly_lines
from entries.meet.models import Meet, Race, State, TimetableSlot
from tenants.models import Heartbeat, IncidentContact, OpsRun, OutboxMail, Role, Switch, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Usage = namedtuple("Usage", "total used free")


def lines(meet: Meet, at: datetime) -> dict[str, Line]:
    fresh = find_meet(str(meet.pk))
    return {line.key: line for line in meetlines_of(fresh, at)}


def meetlines_of(meet: Meet, at: datetime) -> list[Line]:
    return [check(meetlines.read(meet, at=at)) for check in meetlines.ALL]


def change(meet: Meet | Race | Tenant, **fields: Any) -> None:
    with across_tenants():
        type(meet)._default_manager.filter(pk=meet.pk).update(**fields)  # type: ignore[union-attr]


def ran(kind: str, at: datetime, *, succeeded: bool = True, **facts: Any) -> OpsRun:
    return OpsRun.objects.create(kind=kind, started_at=at, finished_at=at, succeeded=succeeded, facts=facts)


@pytest.fixture
def prepared(
    nittai: Tenant, meet: Meet, race: Race, aoki: User, endo: User, make_user: Callable[..., User], now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Meet:  # fmt: skip
    """Everything that the list asks for."""
    change(nittai, payment_note="みなと湾岸銀行 普通 0123456")
    change(meet, payment_due_on=date(2027, 4, 1))
    change(race, places=40, line=40)
    make_user("second@example.org", role=Role.ORGANIZER, tenant=nittai)
    with tenant_scope(nittai.pk):
        TimetableSlot.objects.create(tenant=nittai, race=race, number=1, starts_at=now)
    for n, role in enumerate(("技術担当（主担当）", "技術担当（副担当）", "大会運営責任者")):
        tenant = nittai if n == 2 else None
        IncidentContact.objects.create(role=role, name="山田", phone=f"045-000-000{n}", position=n, tenant=tenant)
    ran("backup", now - HOUR, bytes=1_000)
    ran("verify_backup", now - DAY)
    ran("loadtest", now - DAY, entries_per_second=500.0)
    Heartbeat.objects.create(name="worker", beat_at=now)
    OutboxMail.objects.create(key="k", kind="k", to="a@example.org", next_attempt_at=now, sent_at=now)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1_000, 500, 500))
    return meet


def test_a_prepared_meet_exits_0_and_is_noted(prepared: Meet) -> None:
    """seed 002_d4f32087aee95a7b 「負荷テスト実施」「全機能の動作確認」「バックアップ取得」."""
    out = StringIO()
    call_command("pre_meet_check", "nittai/ld326", stdout=out)
    for topic in ("■ 第326回長距離競技会", "■ 負荷テスト実施", "■ 全機能の動作確認", "■ バックアップ取得"):
        assert topic in out.getvalue()
    assert "NG 0" in out.getvalue()
    run = OpsRun.objects.get(kind="pre_meet_check")
    assert run.succeeded
    assert run.facts["meet"] == "nittai/ld326"


def test_an_unprepared_meet_exits_1_and_names_what_is_missing(meet: Meet, settings: Any) -> None:
    settings.APP_ENV = "prod"
    with pytest.raises(CommandError) as wrong:
        call_command("pre_meet_check", "ld326", stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    for key in ("races", "contacts", "people", "backup", "drill"):
        assert key in str(wrong.value)
    assert OpsRun.objects.get(kind="pre_meet_check").succeeded is False


def test_it_answers_machines_too(prepared: Meet) -> None:
    out = StringIO()
    call_command("pre_meet_check", str(prepared.pk), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["command"], found["meet"]) == ("pre_meet_check", "nittai/ld326")


@pytest.mark.parametrize("name", ["nittai/ld326", "/nittai/ld326/", "ld326", "PK"])
def test_a_meet_is_found_by_address_slug_or_number(meet: Meet, name: str) -> None:
    assert find_meet(str(meet.pk) if name == "PK" else name).pk == meet.pk


def test_a_slug_of_two_hosts_is_asked_about(meet: Meet, chuo: Tenant) -> None:
    open_meet(chuo, "ld326")
    with pytest.raises(NoSuchMeet, match="nittai/ld326, chuo/ld326"):
        find_meet("ld326")
    assert find_meet("chuo/ld326").tenant_id == chuo.pk


@pytest.mark.parametrize("name", ["", "/", "nope", "nittai/nope", "9" * 30, "²", "a\x00b".replace("\x00", "")])
def test_an_unknown_meet_is_one_line(meet: Meet, name: str) -> None:
    with pytest.raises(CommandError, match="no meet is called"):
        call_command("pre_meet_check", name, stdout=StringIO())


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
        ("2027-04-01", "2027-04-20", Word.OK), ("2027-04-01", "2027-05-01", Word.LOOK),
        ("2027-04-01", "2027-05-03", Word.NG), ("2027-04-01T00:00", "2027-04-01T00:59", Word.LOOK),
    ],
)  # fmt: skip
def test_entries_close_before_the_meet_begins(meet: Meet, now: datetime, opens: str, closes: str, word: Word) -> None:
    zone = meet.zone
    change(
        meet, entries_open_at=datetime.fromisoformat(opens).replace(tzinfo=zone),
        entries_close_at=datetime.fromisoformat(closes).replace(tzinfo=zone),
    )  # fmt: skip
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
        ("技術担当（主担当）", "山田", "", None), ("技術担当（副担当）", "〇〇 〇〇", "090-XXXX-XXXX", None),
        ("大会運営責任者", "田中", "045-1", chuo),
    ):  # fmt: skip
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
    ran("loadtest", now - days * DAY, **({} if shown is None else {"entries_per_second": shown}))
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


def test_a_backup_of_yesterday_is_too_old_before_a_meet(prepared: Meet, now: datetime, settings: Any) -> None:
    settings.APP_ENV = "prod"
    OpsRun.objects.filter(kind="backup").update(started_at=now - timedelta(hours=25))
    with pytest.raises(CommandError, match="1 NG: backup"):
        call_command("pre_meet_check", "ld326", stdout=StringIO())


def test_what_is_switched_off_is_in_the_list(prepared: Meet, now: datetime) -> None:
    Switch.objects.create(function="maintenance", stopped_at=now)
    found = {line.key: line for line in meet_lines(find_meet("ld326"), at=now, smoke=False)}
    assert found["switches"].word != Word.OK


def test_no_mail_of_the_last_week_is_looked_at(now: datetime) -> None:
    assert site.mail_lately(now).word == Word.LOOK
    mail = OutboxMail.objects.create(key="k", kind="k", to="a@example.org", next_attempt_at=now, sent_at=now)
    assert site.mail_lately(now).word == Word.OK
    assert site.mail_lately(now + 8 * DAY).word == Word.LOOK
    OutboxMail.objects.filter(pk=mail.pk).update(to="coach-1@loadtest.invalid")
    assert site.mail_lately(now).word == Word.LOOK


def test_smoke_is_asked_for_by_name_and_read_only(prepared: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def smoke(name: str, **options: Any) -> None:
        asked.append({"name": name, **options})
        options["stdout"].write("✓ /healthz answers 200\n8 of 11 lines hold, 3 skipped, none failed\n")

    monkeypatch.setattr(trial, "call_command", smoke)
    call_command("pre_meet_check", "ld326", stdout=StringIO())
    assert asked == []
    out = StringIO()
    call_command("pre_meet_check", "ld326", "--smoke", stdout=out)
    assert asked[0]["read_only"] is True
    assert "none failed" in out.getvalue()


def test_a_site_that_does_not_answer_is_ng_and_no_traceback(prepared: Meet, monkeypatch: pytest.MonkeyPatch) -> None:
    def smoke(name: str, **options: Any) -> None:
        raise CommandError("nothing answers at http://127.0.0.1:8000: refused")

    monkeypatch.setattr(trial, "call_command", smoke)
    with pytest.raises(CommandError, match="1 NG: smoke"):
        call_command("pre_meet_check", "ld326", "--smoke", stdout=StringIO())


def test_every_line_that_is_not_ok_says_what_to_do(meet: Meet, now: datetime) -> None:
    found = meet_lines(find_meet("ld326"), at=now, smoke=False)
    assert [line.key for line in found if line.word != Word.OK and not line.todo] == []
    keys = [line.key for line in found]
    assert len(keys) == len(set(keys))


def test_docs_say_what_to_do_at_every_line(meet: Meet, now: datetime) -> None:
    """docs/routine.md: lines that only tell something in passing are named there too."""
    keys = {line.key for line in [*meet_lines(find_meet("ld326"), at=now, smoke=False), *weekly_lines(at=now)]}
    sheets: list[Sheet] = []
    keys |= {line.key for line in invariants.check(Stage(0, "", {}), sheets, Found([], [], None))}
    page = (Path(__file__).parents[2] / "docs/routine.md").read_text()
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
