"""Imports in a browser: the whole way of a CSV, progress that follows by itself, nothing wrong for axe or a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalog.importing.models import ImportRun, RunState
from catalog.models import MasterProduct
from tenants.models import Job, Tenant, User
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, faults, overflow, sign_in, violations
from tests.catalog.test_import_pages import COUNTS, LIST, SAMPLE, page_of, rejected_csv, run_of
from tests.site import Site


def runs(tenant: Tenant) -> list[ImportRun]:
    """One in each state, as full as can be."""
    rejected = rejected_csv(*[f"{n},価格: 価格は0以上の整数（円）で入力してください,ASICS,A-{n}" for n in range(2, 60)])
    counts = COUNTS | {"rejected": 58, "conflicts": 2}
    return [
        run_of(tenant, RunState.READING, job={"attempts": 1, "done": 1, "total": 4}),
        run_of(tenant, RunState.WRITING, job={}),
        run_of(tenant, counts=counts, sample=SAMPLE * 20, rejected=rejected),
        run_of(tenant, counts=COUNTS | {"new": 0, "changed": 0}, sample=[], rejected=rejected_csv("2,だめ,x")),
        run_of(tenant, RunState.DONE, counts=counts, rejected=rejected),
        run_of(tenant, RunState.DISCARDED),
        run_of(tenant, RunState.FAILED, counts={}, refused={"code": "import_no_keys"}),
        run_of(tenant, RunState.WRITING, job={"failed_at": timezone.now(), "error_id": "ab12cd34"}),
    ]


def test_every_page_of_an_import_is_clean(site: Site, open_page: OpenPage, aoki: User, nittai: Tenant) -> None:
    page, wrong = open_page(), []
    sign_in(page, site.address, aoki.email)
    for path in (LIST, f"{LIST}add/", "/admin/catalog/masterproduct/", *map(page_of, runs(nittai))):
        page.goto(f"{site.address}{path}")
        assert page.locator(".button--next").count() <= 1, path
        wrong += faults(page, path)
    assert wrong == []


def test_the_page_of_a_run_under_way_follows_it_and_ends_in_the_preview(
    site: Site, open_page: OpenPage, aoki: User, nittai: Tenant
) -> None:
    run = run_of(nittai, RunState.READING, job={"attempts": 1, "done": 1000, "total": 4000})
    page = open_page()
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}{page_of(run)}")
    expect(page.get_by_text("1,000 / 4,000行")).to_be_visible()
    assert run.job_id is not None
    Job.objects.filter(pk=run.job_id).update(done=3000)
    expect(page.get_by_text("3,000 / 4,000行")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("70%まで進みました。")
    assert page.locator("progress").get_attribute("value") == "75"
    ImportRun._base_manager.filter(pk=run.pk).update(state=RunState.PREVIEWED)
    expect(page.get_by_role("heading", name="取り込み内容の確認")).to_be_visible()
    page.wait_for_load_state("networkidle")


def test_without_a_script_a_link_shows_how_far_it_is(
    site: Site, open_page: OpenPage, aoki: User, nittai: Tenant
) -> None:
    run = run_of(nittai, RunState.READING, job={"attempts": 1, "done": 1000, "total": 4000})
    page = open_page(script=False)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}{page_of(run)}")
    ImportRun._base_manager.filter(pk=run.pk).update(state=RunState.PREVIEWED)
    page.get_by_role("link", name="最新の状態を表示").click()
    expect(page.get_by_role("heading", name="取り込み内容の確認")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_csv_goes_its_whole_way_with_the_keyboard(
    site: Site, open_page: OpenPage, aoki: User, nittai: Tenant, width: int
) -> None:
    rows = ["ブランド,品番,商品名,価格（円）,色", "ASICS,A-1,風神,24200,赤", "ASICS,A-2,雷神,,", "ASICS,,名なし,1,"]
    page = open_page(width=width)
    sign_in(page, site.address, aoki.email)
    page.goto(f"{site.address}/admin/catalog/masterproduct/")
    page.get_by_role("link", name="商品ファイルを取り込む").press("Enter")
    page.get_by_role("button", name="内容を確認する").press("Enter")
    expect(page.locator("#id_file_error")).to_have_text("CSVかExcelのファイルを選ぶか、表を貼り付けてください。")
    page.set_input_files(
        "#id_file", {"name": "夏.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode("cp932")}
    )
    page.get_by_role("button", name="内容を確認する").press("Enter")
    expect(page.get_by_role("heading", name="取り込み内容の確認")).to_be_visible()
    expect(
        page.get_by_text("ファイルの内容のある行: 3行 = 取り込めない行 1 + 新規 2 + 変更 0 + 変更なし 0。")
    ).to_be_visible()
    expect(page.get_by_text("型番がありません")).to_be_visible()
    expect(page.get_by_text("→ 24,200円")).to_be_visible()
    assert (violations(page), overflow(page), MasterProduct._base_manager.count()) == ([], 0, 0)
    page.get_by_role("button", name="取り込む（新規 2件・変更 0件）").press("Enter")
    expect(page.get_by_role("heading", name="取り込みました")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="取り込めない行を理由つきでダウンロード").press("Enter")
    assert "型番がありません" in file.value.path().read_text("utf-8-sig")
    page.get_by_role("link", name="商品一覧を見る").press("Enter")
    expect(page.get_by_text("雷神")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="CSVで書き出す").press("Enter")
    assert "雷神" in file.value.path().read_text("utf-8-sig")
