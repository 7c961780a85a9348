"""「動作状況」: the platform admin's page about the installation."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import User
from tenants.upkeep.actions import beat, clear_alarm, raise_alarm
from tenants.upkeep.models import OpsRun

pytestmark = pytest.mark.django_db
PAGE = "/admin/status/"


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_only_the_platform_admin_sees_it(client: Client, aoki: User, endo: User, baba: User) -> None:
    assert client.get(PAGE).status_code == 302
    for user in (aoki, endo, baba):
        client.force_login(user)
        assert client.get(PAGE).status_code == 403
        assert PAGE not in client.get("/admin/").content.decode()


def test_it_is_one_click_from_the_desk_and_read_only(page: Client) -> None:
    assert f'href="{PAGE}"' in page.get("/admin/").content.decode()
    assert page.post(PAGE).status_code == 405
    assert "<form" not in text(page).partition("<main")[2]


def test_on_a_new_site_it_says_what_is_missing(page: Client) -> None:
    shown = text(page)
    assert shown.count("記録なし") == 3
    assert "発生中の警報はありません。" in shown


def test_signs_of_life_are_words_and_shapes_by_age(page: Client, now: datetime) -> None:
    beat("worker", at=now - timedelta(minutes=2))
    beat("backup", at=now - timedelta(hours=30))
    beat("something", at=now)
    shown = " ".join(text(page).split())
    assert 'ワーカー</th><td><span class="chip chip--ok">動作中</span>' in shown
    assert 'バックアップ</th><td><span class="chip chip--bad">応答なし</span>' in shown
    assert 'something</th><td><span class="chip chip--off">記録</span>' in shown


def test_alarms_say_what_to_do_and_the_last_that_are_over_stay(page: Client, now: datetime) -> None:
    raise_alarm("mail_late", at=now, mails=12, seconds=1_400)
    raise_alarm("errors", at=now)
    clear_alarm("errors", at=now)
    shown = text(page)
    assert "メールが10分以上送れていません" in shown
    assert "経過: 23分、メール: 12通" in shown
    assert "send_test_mail" in shown
    assert "最近解消した警報" in shown


def test_of_each_kind_the_last_run_is_shown(page: Client, now: datetime) -> None:
    for days, succeeded in ((2, False), (1, True)):
        OpsRun.objects.create(kind="weekly_check", started_at=now - timedelta(days=days), succeeded=succeeded)
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=None)
    shown = text(page)
    assert shown.count("週次の確認") == 1
    assert "途中" in shown
    assert "失敗</span>" not in shown


def test_it_costs_the_same_for_one_and_for_thirty(page: Client, now: datetime) -> None:
    costs = []
    for count in (1, 30):
        for n in range(count):
            beat(f"b{n}", at=now)
            raise_alarm(f"a{n}", at=now)
            OpsRun.objects.create(kind=f"k{n}", started_at=now, succeeded=True)
        with CaptureQueriesContext(connection) as seen:
            page.get(PAGE)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 9
