"""The page for the night: what to do at each level, and in which order to call (seed 002 「障害対応フロー」)."""

import re
from typing import Any

import pytest
from django.core.management import get_commands
from django.test import Client

from tenants.incidents import guide
from tenants.incidents.models import Incident
from tenants.models import User
from tests.tenants.incident_cast import PAGE, ROLES, contact, opened, page_for
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
ASKED = [
    "ログ確認", "該当機能の一時停止", "ホットフィックス適用", "Sentryでエラー詳細確認", "影響範囲の特定", "修正＆テスト＆デプロイ",
    "サイトをメンテナンスモードに", "ログ・監視データを収集", "バックアップからリストア or ロールバック", "関係者への状況報告",
]  # fmt: skip


def test_the_page_has_the_three_levels_with_each_step_of_the_runbook(aoki: User) -> None:
    text = page_for(aoki)
    for asked in (*ASKED, "軽微な問題", "中程度の問題", "重大な障害", "1時間以内", "半日以内"):
        assert asked in text, asked
    steps = [step for level in guide.LEVELS for step in level.steps]
    assert len(steps) == len(ASKED)


def test_the_page_has_the_order_of_calls(aoki: User) -> None:
    text = page_for(aoki)
    where = [
        text.index(words) for words in ("主担当）に電話", "副担当へ電話", "運営責任者にも同時", "[Nit-Sys] 障害発生")
    ]
    assert where == sorted(where)


def test_every_command_on_the_page_exists() -> None:
    named = {
        found
        for level in guide.LEVELS
        for step in level.steps
        for command in step.commands
        for found in re.findall(r"manage\.py (\w+)", command)
    }
    assert {"maintenance", "pause", "incident"} <= named
    assert named - get_commands().keys() == set()


def test_without_contacts_it_warns(aoki: User, admin: User) -> None:
    assert "連絡先が1件も登録されていません" in page_for(aoki)
    assert "連絡先を登録する" in page_for(admin)
    contact()
    assert "連絡先が1件も登録されていません" not in page_for(aoki)


def test_contacts_stand_in_the_order_of_calling_and_can_be_dialled_and_written_to(aoki: User) -> None:
    contact(ROLES[1], position=2, name="副任", phone="", email="second@example.com")
    contact(ROLES[2], position=3, name="運営", phone="+81 (0)90-0000-0003", email="", on_meet_day=True)
    contact()
    text = page_for(aoki)
    assert text.index("主任") < text.index("副任") < text.index("運営</span>")
    assert 'href="tel:090-0000-0001"' in text
    assert 'href="tel:+81090-0000-0003"' in text
    assert 'href="mailto:second@example.com"' in text
    assert "大会当日は同時に連絡" in text
    assert 'href="tel:"' not in text
    assert 'href="mailto:"' not in text


def test_the_page_costs_the_same_for_one_and_for_thirty(
    aoki: User, django_assert_num_queries: Any, client: Client
) -> None:
    client.force_login(aoki)
    contact()
    opened()
    client.get(PAGE)
    with django_assert_num_queries(4):
        client.get(PAGE)
    for number in range(30):
        contact(position=number)
        opened()
    with django_assert_num_queries(4):
        client.get(PAGE)


@pytest.mark.parametrize("who", ["baba", "endo"])
def test_coaches_and_staff_do_not_see_it(request: pytest.FixtureRequest, who: str) -> None:
    client = client_of(request.getfixturevalue(who))
    for address in (PAGE, "/admin/tenants/incidentcontact/", "/admin/tenants/incident/"):
        assert client.get(address).status_code == 403


def test_organizers_read_titles_and_states_and_note_nothing(aoki: User) -> None:
    incident = opened(note="外に出さない経過")
    text = page_for(aoki)
    assert "申込が遅い" in text
    assert "対応中" in text
    assert "外に出さない経過" not in text
    client = client_of(aoki)
    for address in ("add/", f"{incident.pk}/change/", ""):
        assert client.get(f"/admin/tenants/incident/{address}").status_code == 403
    client.post("/admin/tenants/incident/", {"action": "close", "_selected_action": incident.pk, "confirmed": "1"})
    assert Incident.objects.get().closed_at is None


def test_the_desk_leads_to_the_page(aoki: User) -> None:
    assert f'href="{PAGE}"' in page_for(aoki, "/admin/")
