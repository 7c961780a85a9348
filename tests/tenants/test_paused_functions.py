"""A function that is paused says so, and nothing that was typed is lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import MasterProduct
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.jobs.models import Job
from tenants.models import OneTimeLink, OutboxMail, Tenant, User
from tenants.outbox.contents import write
from tenants.scope import tenant_scope
from tenants.switches import actions
from tenants.switches.models import Function
from tests.closed_site import SHEET, close
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
REGISTRATION = {
    "kind": "university", "team_name": "北海道𠮷田大学", "team_kana": "ほっかいどう", "short_name": "吉田大", "prefecture": "48",
    "name": "髙橋 﨑子", "email": "new@example.com", "phone": "090-1234-5678", "password": "Correct-Horse-12", "agree": "on",
}  # fmt: skip


def test_a_paused_registration_says_so_and_keeps_what_was_typed(client: Client) -> None:
    close(Function.REGISTRATION, message="確認メールの不具合を調べています。")
    page = client.get("/auth/register")
    assert page.status_code == 200
    assert "確認メールの不具合を調べています。" in page.content.decode()
    answer = client.post("/auth/register", REGISTRATION)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("確認メールの不具合を調べています。") == 1
    for name in ("team_name", "name", "email"):
        assert f'value="{REGISTRATION[name]}"' in text
    assert OneTimeLink.objects.count() == OutboxMail.objects.count() == 0
    actions.resume(Function.REGISTRATION, by=None)
    assert client.post("/auth/register", REGISTRATION).status_code == 200
    assert OneTimeLink.objects.count() == 1


def test_a_registration_that_was_mailed_before_is_still_confirmed(client: Client) -> None:
    client.post("/auth/register", REGISTRATION)
    close(Function.REGISTRATION)
    mail = OutboxMail.objects.get()
    letter = write(mail.kind, mail.context)
    assert letter is not None
    token = letter.body.partition("confirm?token=")[2].split()[0]
    assert client.post("/auth/register/confirm", {"token": token}).status_code == 302
    assert User.objects.filter(email="new@example.com").exists()


def csv() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.csv", "ブランド,型番\nA,B\n".encode())


def test_a_paused_upload_is_refused_at_all_three_doors(baba: User, aoki: User, kita: Team, meet: Meet) -> None:
    close(Function.UPLOADS, message="調整中")
    doors = [
        (baba, f"{SHEET}/upload"),
        (baba, f"/teams/{kita.pk}/athletes/import"),
        (aoki, "/admin/catalog/importrun/add/"),
    ]
    for who, address in doors:
        client = client_of(who)
        assert "調整中" in client.get(address).content.decode(), address
        answer = client.post(address, {"file": csv()})
        assert answer.status_code == 422, address
        assert "「ファイルのアップロード」は一時停止中です。調整中" in answer.content.decode(), address
    assert RosterUpload.objects.count() == 0
    actions.resume(Function.UPLOADS, by=None)
    assert client_of(aoki).post("/admin/catalog/importrun/add/", {"file": csv()}).status_code == 303


def test_a_sheet_is_typed_on_while_uploads_are_paused(baba: User, race: Race, runners: list[Athlete]) -> None:
    close(Function.UPLOADS)
    values = {
        "submission_key": "k",
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 0,
        "rows-0-athlete": runners[0].pk,
        "rows-0-race": race.pk,
        "rows-0-seed_time": "14:30.00",
    }
    assert client_of(baba).post(SHEET, values).status_code == 303


def test_paused_drafting_says_so_and_asks_for_nothing(endo: User, nittai: Tenant, settings: Any) -> None:
    settings.ANTHROPIC_API_KEY = "x"
    with tenant_scope(nittai.pk):
        product = MasterProduct.objects.create(tenant=nittai, brand="A", reference="B", name="靴")
    close(Function.DRAFTING, message="今月の予算を確認しています。")
    client, address = client_of(endo), f"/staff/products/{product.pk}/drafts"
    assert "今月の予算を確認しています。" in client.get(address).content.decode()
    answer = client.post(address, {"tone": "plain", "note": "軽さを伝える"})
    assert answer.status_code == 422
    assert "今月の予算を確認しています。" in answer.content.decode()
    assert Job.objects.count() == 0
