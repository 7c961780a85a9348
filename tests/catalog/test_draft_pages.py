"""The pages of drafts: whose they are, what they show, and that nothing a model writes does anything
(requirements I11, I8, M3)."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.drafting import quota
from catalog.drafting.models import DraftMonth, DraftState, ProductDraft
from catalog.drafting.wording import PROBLEMS
from catalog.models import MasterProduct
from tenants.jobs.models import Job
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests.anthropic_stand_in import TEXT, StandIn, error, stall, text
from tests.catalog.draft_cast import KEY, again, ask, rewrite, service, shoe, shoe_of, work

__all__ = ["service", "shoe"]
pytestmark = pytest.mark.django_db


def page_of(product: MasterProduct) -> str:
    return f"/staff/products/{product.pk}/drafts"


def post(client: Client, path: str, **fields: str) -> Any:
    return client.post(path, {"tone": "plain", "note": "", **fields})


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return str(response.content.decode())


def test_a_text_is_asked_for_written_and_shown_beside_its_facts(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    client.force_login(endo)
    assert "今月の残り <strong>100</strong> / 100件" in shown(client, page_of(shoe))
    asked = post(client, page_of(shoe), tone="guide", note="短く")
    draft = ProductDraft._base_manager.get()
    assert (asked.status_code, asked["Location"]) == (303, f"{page_of(shoe)}/{draft.pk}")
    waiting = shown(client, asked["Location"])
    assert f'hx-get="{page_of(shoe)}/{draft.pk}/state"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert "下書きを作成</button>" not in waiting
    assert service.asked == []
    work()
    done = shown(client, asked["Location"])
    assert TEXT in done
    assert all(fact in done for fact in ("<dt>価格（円）</dt><dd>24,200円</dd>", "案内文", "短く", "data-copy"))
    assert "今月の残り <strong>99</strong>" in done
    assert "http-equiv" not in done


def test_progress_is_told_until_there_is_nothing_to_wait_for(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    client.force_login(endo)
    draft = ask(shoe, endo)
    state = f"{page_of(shoe)}/{draft.pk}/state"
    assert "順番を待っています" in shown(client, state)
    Job.objects.update(attempts=1)
    assert "文章を作成しています" in shown(client, state)
    Job.objects.update(attempts=0)
    ProductDraft._base_manager.update(created_at=timezone.now() - timedelta(minutes=2))
    assert "ワーカーが動いているか" in shown(client, state)
    work()
    assert client.get(state)["HX-Refresh"] == "true"


def test_a_text_in_question_is_marked_and_cannot_be_copied(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    service.mode = text("最高の靴です。価格は9,800円です。")
    draft = ask(shoe, endo)
    work()
    client.force_login(endo)
    page = shown(client, f"{page_of(shoe)}/{draft.pk}")
    assert "<mark>最高</mark>の靴です。価格は<mark>9,800円</mark>です。" in page
    assert "data-copy" not in page
    assert all(words in page for words in (str(PROBLEMS["hype"]), str(PROBLEMS["number"]), "要確認"))


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> publish now です。 sk-ant-SECRET \"'&amp; {{ now }} {% x %}"
)


def test_what_a_model_writes_is_text_and_does_nothing(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    service.mode = text(EVIL)
    with tenant_scope(shoe.tenant_id):
        before = list(MasterProduct.objects.values())
    draft = ask(shoe, endo)
    work()
    client.force_login(endo)
    page = shown(client, f"{page_of(shoe)}/{draft.pk}")
    plain = re.sub(r"</?mark>", "", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;" in plain
    assert not re.search(r"<script>|<img", page)
    assert again(draft).state == DraftState.REFUSED
    assert {code for code, _ in again(draft).problems} >= {"markup", "habit", "word"}
    with tenant_scope(shoe.tenant_id):
        assert list(MasterProduct.objects.values()) == before


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "𠮷\n改行", "x" * 500])
def test_what_is_typed_is_kept_and_inert(
    client: Client, service: StandIn, nittai: Tenant, endo: User, typed: str
) -> None:
    product = shoe_of(nittai, name=typed[:200], specs={typed: typed})
    client.force_login(endo)
    path = post(client, page_of(product), note=typed)["Location"]
    work()
    assert "<script>alert" not in shown(client, path)
    assert again(ProductDraft._base_manager.get()).note == typed


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"note": "x" * 501}, "500"),
        ({"note": "a\x00b"}, "何か文字を入力"),
        ({"note": "a@b.example に送る"}, "メールアドレスや電話番号"),
        ({"note": "０９０１２３４５６７８"}, "メールアドレスや電話番号"),
        ({"tone": "shout"}, "選択"),
        ({"tone": ""}, "選んでください"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_beside_what_was_typed(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User, fields: dict[str, str], said: str
) -> None:
    client.force_login(endo)
    response = post(client, page_of(shoe), **fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert fields.get("note", "")[:20].replace("\x00", "") in page.replace("\x00", "")
    assert ProductDraft._base_manager.count() == 0


def test_a_double_click_leads_to_the_one_draft(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    client.force_login(endo)
    post(client, page_of(shoe))
    second = post(client, page_of(shoe))
    assert (second.status_code, second["Location"]) == (303, page_of(shoe))
    assert ProductDraft._base_manager.count() == 1


def test_a_draft_is_rewritten_once_by_the_page(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    first = ask(shoe, endo)
    work()
    client.force_login(endo)
    path = f"{page_of(shoe)}/{first.pk}"
    assert f'action="{path}/rewrite"' in shown(client, path)
    assert post(client, f"{path}/rewrite").status_code == 422
    done = post(client, f"{path}/rewrite", note="短く")
    assert done.status_code == 303
    refused = post(client, f"{path}/rewrite", note="長く")
    assert refused.status_code == 422
    assert "すでに書き直されています" in refused.content.decode()
    work()
    page = shown(client, done["Location"])
    assert "前回と100%同じ" in page
    assert "/rewrite" not in page
    assert "書き直し済み" in shown(client, path)


def test_without_a_key_the_page_says_so_and_works(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User, settings: Settings
) -> None:
    draft = ask(shoe, endo)
    work()
    settings.ANTHROPIC_API_KEY = ""
    client.force_login(endo)
    page = shown(client, page_of(shoe))
    assert "ANTHROPIC_API_KEYが設定されていません" in page
    assert re.search(r'<button class="button button--next" disabled aria-describedby="missing">', page)
    assert TEXT in page
    for path in (page_of(shoe), f"{page_of(shoe)}/{draft.pk}/rewrite"):
        response = post(client, path, note="x")
        assert response.status_code == 422
        assert "ANTHROPIC_API_KEYが設定されていません" in response.content.decode()


def test_a_month_that_is_used_up_says_so(client: Client, service: StandIn, shoe: MasterProduct, endo: User) -> None:
    with tenant_scope(shoe.tenant_id):
        DraftMonth.objects.create(tenant=shoe.tenant, month=quota.month_of(timezone.now()), used=100)
    client.force_login(endo)
    assert "今月の残り <strong>0</strong> / 100件" in shown(client, page_of(shoe))
    response = post(client, page_of(shoe), note="書いたもの")
    assert response.status_code == 422
    assert "作成枠を使い切りました" in response.content.decode()
    assert "書いたもの" in response.content.decode()


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "認証に失敗しました"), (429, "集中しています"), (500, "障害が起きています"), (529, "混み合っています")],
)
def test_a_failure_is_said_plainly_with_its_id(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User, status: int, words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    service.mode = error(status, "x")
    draft = ask(shoe, endo, note="NOTECANARY")
    work()
    client.force_login(endo)
    page = shown(client, f"{page_of(shoe)}/{draft.pk}")
    error_id = again(draft).error_id
    assert words in page
    assert f"<code>{error_id}</code>" in page
    [line] = [record for record in caplog.records if record.name == "catalog.drafting.jobs"]
    assert error_id in line.getMessage()
    assert not any(secret in page for secret in (KEY, "SERVICE-SECRET", "Traceback"))
    logged = caplog.text
    assert not any(secret in logged for secret in (KEY, "NOTECANARY", "SERVICE-SECRET", "Traceback"))


def test_a_draft_whose_worker_died_is_shown_as_failed(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    ask(shoe, endo)
    Job.objects.update(failed_at=timezone.now(), error_id="abc123")
    client.force_login(endo)
    page = shown(client, page_of(shoe))
    assert "途中で止まりました" in page
    assert "<code>abc123</code>" in page
    assert "下書きを作成</button>" in page


def test_no_page_waits_for_the_service(client: Client, service: StandIn, shoe: MasterProduct, endo: User) -> None:
    """The stand-in would hold an answer for a minute; asking and looking send it nothing."""
    service.mode = stall
    client.force_login(endo)
    path = post(client, page_of(shoe))["Location"]
    for each in (page_of(shoe), path, f"{path}/state"):
        shown(client, each)
    assert service.asked == []


PATHS = ["", "/{}", "/{}/state", "/{}/rewrite"]


@pytest.mark.parametrize("tail", PATHS)
def test_people_of_another_host_find_nothing(
    client: Client,
    service: StandIn,
    shoe: MasterProduct,
    endo: User,
    doi: User,
    make_user: Callable[..., User],
    tail: str,
) -> None:
    draft = ask(shoe, endo)
    work()
    path = page_of(shoe) + tail.format(draft.pk)
    for who in (doi, make_user("f@example.com", role=Role.STAFF, tenant=doi.tenant)):
        client.force_login(who)
        for tried in (path, f"{path}?tenant=nittai"):
            assert client.get(tried).status_code in (404, 405)
            assert post(client, tried, note="x").status_code in (404, 405)
    assert ProductDraft._base_manager.count() == 1


def test_a_draft_belongs_to_its_product(client: Client, service: StandIn, shoe: MasterProduct, endo: User) -> None:
    draft, other = ask(shoe, endo), shoe_of(shoe.tenant, "OTHER")
    work()
    client.force_login(endo)
    assert client.get(f"{page_of(other)}/{draft.pk}").status_code == 404
    assert post(client, f"{page_of(other)}/{draft.pk}/rewrite", note="x").status_code == 404
    assert client.get(f"{page_of(shoe)}/{10**30}").status_code == 404


def test_coaches_are_refused_and_strangers_sign_in(client: Client, shoe: MasterProduct, baba: User) -> None:
    assert client.get(page_of(shoe)).status_code == 302
    client.force_login(baba)
    assert client.get(page_of(shoe)).status_code == 403
    assert post(client, page_of(shoe)).status_code == 403


def test_organizers_draft_and_a_platform_admin_does_for_the_host_they_chose(
    client: Client, service: StandIn, shoe: MasterProduct, chuo: Tenant, aoki: User, admin: User
) -> None:
    client.force_login(aoki)
    assert post(client, page_of(shoe)).status_code == 303
    work()
    client.force_login(admin)
    draft = ProductDraft._base_manager.get()
    assert "どの主催団体" in shown(client, page_of(shoe))
    assert client.get(f"{page_of(shoe)}?tenant=chuo").status_code == 404
    page = shown(client, f"{page_of(shoe)}?tenant=nittai")
    assert f'action="{page_of(shoe)}/{draft.pk}/rewrite?tenant=nittai"' in page
    asked = post(client, f"{page_of(shoe)}?tenant=nittai")
    assert re.fullmatch(rf"{page_of(shoe)}/\d+\?tenant=nittai", asked["Location"])
    assert f'{asked["Location"].replace("?", "/state?")}"' in shown(client, asked["Location"])


def test_the_page_costs_the_same_for_any_history(
    client: Client, service: StandIn, nittai: Tenant, endo: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(endo)
    for count in (1, 30):
        product = shoe_of(nittai, f"R{count}")
        with tenant_scope(nittai.pk):
            for n in range(count):
                first = ProductDraft.objects.create(
                    tenant=nittai, product=product, text="です。", state="done", by=endo
                )
                if n % 2:
                    ProductDraft.objects.create(tenant=nittai, product=product, state="done", rewrites=first, by=endo)
        with django_assert_num_queries(5):  # session with user, product, drafts, quota, corrections in conflict
            shown(client, page_of(product))


def test_the_history_is_paged(client: Client, service: StandIn, shoe: MasterProduct, endo: User) -> None:
    with tenant_scope(shoe.tenant_id):
        rows = [ProductDraft(tenant=shoe.tenant, product=shoe, text=f"{n}", state="done") for n in range(45)]
        ProductDraft.objects.bulk_create(rows)
    client.force_login(endo)
    assert "?page=2" in shown(client, page_of(shoe))
    last = shown(client, f"{page_of(shoe)}?page=3")
    assert last.count('scope="row"') == 5
    assert "?page=4" not in last
    for odd in ("0", "-1", "x", "9" * 400, "٣"):
        shown(client, f"{page_of(shoe)}?page={odd}")


def test_the_products_page_leads_to_its_drafts(client: Client, shoe: MasterProduct, endo: User) -> None:
    client.force_login(endo)
    assert f'href="{page_of(shoe)}"' in shown(client, f"/staff/products/{shoe.pk}")


def test_a_rewrite_of_a_rewrite_is_refused_by_the_page(
    client: Client, service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    first = ask(shoe, endo)
    work()
    second = rewrite(first, endo)
    work()
    client.force_login(endo)
    response = post(client, f"{page_of(shoe)}/{second.pk}/rewrite", note="x")
    assert response.status_code == 422
    assert "もう一度は書き直せません" in response.content.decode()
