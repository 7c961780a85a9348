"""`manage.py pre_meet_check` (contract 6; seed 002_d4f32087aee95a7b 「定期メンテナンス 大会前」)."""

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

from config.ops.checklist import Word
from config.ops.loadtest import invariants
from config.ops.loadtest.invariants import Found
from config.ops.loadtest.rush import Sheet
from config.ops.loadtest.stage import Stage
from config.ops.pre_meet_check import trial
from config.ops.pre_meet_check.lines import meet_lines
from config.ops.weekly_check.lines import weekly_lines
from entries.meet.lookup import NoSuchMeet, find_meet
from entries.meet.models import Meet, Race, TimetableSlot
from tenants.models import Heartbeat, IncidentContact, OpsRun, OutboxMail, Role, Switch, Tenant, User
from tenants.scope import tenant_scope
from tests.config.ops.weekly_cast import DAY, HOUR, change, ran
from tests.conftest import open_meet

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


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


def test_a_backup_of_yesterday_is_too_old_before_a_meet(prepared: Meet, now: datetime, settings: Any) -> None:
    settings.APP_ENV = "prod"
    OpsRun.objects.filter(kind="backup").update(started_at=now - timedelta(hours=25))
    with pytest.raises(CommandError, match="1 NG: backup"):
        call_command("pre_meet_check", "ld326", stdout=StringIO())


def test_what_is_switched_off_is_in_the_list(prepared: Meet, now: datetime) -> None:
    Switch.objects.create(function="maintenance", stopped_at=now)
    found = {line.key: line for line in meet_lines(find_meet("ld326"), at=now, smoke=False)}
    assert found["switches"].word != Word.OK


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
    wrong = [line for line in found if line.word != Word.OK]
    assert {"races", "contacts", "people"} <= {line.key for line in wrong}
    assert [line.key for line in wrong if not line.todo] == []
    keys = [line.key for line in found]
    assert len(keys) == len(set(keys))


def test_docs_say_what_to_do_at_every_line(meet: Meet, now: datetime) -> None:
    """docs/routine.md: lines that only tell something in passing are named there too."""
    keys = {line.key for line in [*meet_lines(find_meet("ld326"), at=now, smoke=False), *weekly_lines(at=now)]}
    sheets: list[Sheet] = []
    keys |= {line.key for line in invariants.check(Stage(0, "", {}), sheets, Found([], [], None))}
    page = (Path(__file__).parents[3] / "docs/routine.md").read_text()
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
