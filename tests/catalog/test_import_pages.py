"""The desk's pages of imports, state by state. Runs are made by hand here; the whole way, through the real import, is in
`test_import_way.py`."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.importing.models import ImportFile, ImportRun, RunState, Source
from tenants.models import Job, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.world import rows_of

LIST = "/admin/catalog/importrun/"
COUNTS = {"read": 9, "new": 2, "changed": 1, "unchanged": 5, "rejected": 1, "conflicts": 0}
SAMPLE = [
    {"brand": "ASICS", "reference": "A-1", "is_new": True, "changes": [["name", None, "風神"]]},
    {
        "brand": "ASICS",
        "reference": "A-2",
        "is_new": False,
        "changes": [["price_jpy", 24200, 26400], ["specs.色", "", "<b>赤</b>"]],
    },
]


def run_of(
    tenant: Tenant, state: str = RunState.PREVIEWED, *, job: dict[str, Any] | None = None, rejected: bytes = b"",
    content: bytes = b"", **fields: Any,
) -> ImportRun:  # fmt: skip
    """A run as the import leaves it."""
    values = {"source": Source.CSV, "file_name": "夏.csv", "size": 2048, "sha256": "0" * 64, "counts": COUNTS,
              "sample": SAMPLE, "by": None, **fields}  # fmt: skip
    with tenant_scope(tenant.pk):
        if job is not None:
            values["job"] = Job.objects.create(kind="catalog.read_csv", tenant=tenant, **job)
        run = ImportRun.objects.create(tenant=tenant, state=state, **values)
        ImportFile.objects.create(tenant=tenant, run=run, content=content, rejected=rejected)
    return run


def page_of(run: ImportRun) -> str:
    return f"{LIST}{run.pk}/change/"


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def test_a_preview_says_what_would_happen(desk: Client, nittai: Tenant) -> None:
    page = read(desk, page_of(run_of(nittai)))
    for text in ("取り込む（新規 2件・変更 1件）", "まだ何も書き込まれていません", "取り込めない行は飛ばします", "ASICS A-2",
                 "<del>24,200円</del>", "<ins>26,400円</ins>", "風神", "&lt;b&gt;赤&lt;/b&gt;"):  # fmt: skip
        assert text in page, text
    assert page.count("button--next") == 1


def test_each_count_has_its_word_its_number_and_its_bar(desk: Client, nittai: Tenant) -> None:
    page = read(desk, page_of(run_of(nittai, counts=COUNTS | {"new": 1, "unchanged": 999_997, "changed": 1})))
    assert ">変更なし</span>" in page
    assert ">999,997<" in page
    assert page.count('class="bar bar--') == 4
    assert 'bar--ok" width="2"' in page, "one row in a million is still seen"


def columns_shown(client: Client, run: ImportRun) -> list[list[str]]:
    part = read(client, page_of(run)).partition('<dl class="import-understood"')[2].partition("</dl>")[0]
    return [re.findall(">([^<]+)<", line) for line in part.split("<div>")[1:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_preview_says_what_each_column_was_taken_for(desk: Client, nittai: Tenant, encoding: str) -> None:
    long = "".join(f"A-{n},ナイキ,1,,赤い靴\r\n" for n in range(20_000))
    run = run_of(nittai, content=f"品番,maker,定価,,色\r\n{long}".encode(encoding))
    shown = [["品番", "型番"], ["maker", "ブランド"], ["定価", "価格（円）"], ["色", "その他の項目"]]
    assert columns_shown(desk, run) == shown
    assert columns_shown(desk, run_of(nittai)) == [], "the upload is not kept any more"


def test_a_preview_of_nothing_offers_no_import(desk: Client, nittai: Tenant) -> None:
    page = read(desk, page_of(run_of(nittai, counts=COUNTS | {"new": 0, "changed": 0}, sample=[])))
    assert 'name="confirm"' not in page
    assert "取り込む内容はありません" in page


def test_corrections_that_meet_a_new_master_value_are_announced(desk: Client, nittai: Tenant) -> None:
    assert "スタッフの修正と重なる項目が3件" in read(desk, page_of(run_of(nittai, counts=COUNTS | {"conflicts": 3})))
    assert "スタッフの修正" not in read(desk, page_of(run_of(nittai)))


def test_a_run_under_way_says_how_far_it_is_and_asks_again(desk: Client, nittai: Tenant) -> None:
    run = run_of(nittai, RunState.READING, job={"attempts": 1, "done": 1230, "total": 4500})
    page = read(desk, page_of(run))
    assert f'hx-get="{LIST}{run.pk}/progress" hx-trigger="every 1s"' in page
    assert 'value="27"' in page
    assert "1,230 / 4,500行" in page
    assert "20%まで進みました" in page
    assert f'href="{page_of(run)}"' in page, "the way without a script"
    finishing = read(desk, page_of(run_of(nittai, RunState.WRITING, job={"attempts": 1, "done": 9, "total": 9})))
    assert "9行を読み取りました。仕上げています" in finishing
    assert 'value="100"' not in finishing
    waiting = read(desk, page_of(run_of(nittai, RunState.WRITING, job={})))
    assert "順番を待っています" in waiting
    assert 'name="discard"' not in waiting


def test_the_progress_is_a_fragment_and_ends_with_a_reload(desk: Client, nittai: Tenant) -> None:
    moving = run_of(nittai, RunState.WRITING, job={"attempts": 1, "done": 5, "total": 10})
    answer = desk.get(f"{LIST}{moving.pk}/progress")
    assert "<html" not in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    for over in (run_of(nittai), run_of(nittai, RunState.DONE), run_of(nittai, RunState.FAILED),
                 run_of(nittai, RunState.READING, job={"failed_at": timezone.now()})):  # fmt: skip
        assert desk.get(f"{LIST}{over.pk}/progress").headers["HX-Refresh"] == "true"


def test_what_was_done_leads_to_the_products(desk: Client, nittai: Tenant) -> None:
    page = read(desk, page_of(run_of(nittai, RunState.DONE, counts=COUNTS | {"conflicts": 2})))
    assert "取り込みました" in page
    assert 'href="/admin/catalog/masterproduct/"' in page
    assert "スタッフの修正2件で" in page
    assert 'href="/staff/conflicts"' in page
    assert "confirm" not in page


def test_a_run_of_the_old_file_shows_its_own_counts(desk: Client, nittai: Tenant) -> None:
    counts = {"read": 30, "inserted": 20, "skipped": 9, "rejected": 1}
    page = read(desk, page_of(run_of(nittai, RunState.DONE, source=Source.SQLITE, counts=counts, sample=[])))
    assert ">登録済み</span>" in page
    assert ">20<" in page


def test_a_refused_file_says_why(desk: Client, nittai: Tenant) -> None:
    run = run_of(nittai, RunState.FAILED, refused={"code": "csv_rows", "limit": 200_000}, counts={})
    page = read(desk, page_of(run))
    assert "行が多すぎます（上限200000行）" in page
    assert "商品マスターは変わっていません" in page


def test_a_reason_of_old_that_nobody_words_any_more_breaks_no_page(desk: Client, nittai: Tenant) -> None:
    assert "取り込めませんでした" in read(desk, page_of(run_of(nittai, RunState.FAILED, refused={"code": "gone"})))


@pytest.mark.parametrize("state", [RunState.READING, RunState.WRITING, RunState.FAILED])
def test_a_run_whose_job_failed_says_so_with_the_id(desk: Client, nittai: Tenant, state: str) -> None:
    run = run_of(nittai, state, job={"failed_at": timezone.now(), "error_id": "ab12cd34"}, counts={})
    page = read(desk, page_of(run))
    assert "<code>ab12cd34</code>" in page
    assert "取り込めませんでした" in page
    assert "取り込めませんでした" in read(desk, page_of(run_of(nittai, state, counts={}))), "its job was cleared away"


def test_a_dropped_run_changed_nothing(desk: Client, nittai: Tenant) -> None:
    assert "商品マスターは変わっていません" in read(desk, page_of(run_of(nittai, RunState.DISCARDED)))


def test_refused_rows_are_a_download(desk: Client, nittai: Tenant) -> None:
    answer = desk.get(f"{LIST}{run_of(nittai, rejected='理由,行'.encode()).pk}/rejected.csv")
    assert (answer.content.decode(), answer["Content-Type"]) == ("理由,行", "text/csv; charset=utf-8")
    assert answer["Content-Disposition"].startswith("attachment")
    assert desk.get(f"{LIST}{run_of(nittai).pk}/rejected.csv").status_code == 404, "there are none"


def rejected_csv(*rows: str) -> bytes:
    return "\r\n".join(["\ufeff元の行,取り込めない理由,ブランド,型番", *rows, ""]).encode()


def test_the_first_refused_rows_stand_on_the_page(desk: Client, nittai: Tenant) -> None:
    rows = [f'{n},"価格: だめ{n}",ASICS,"\'=A-{n}\n下"' for n in range(2, 202)]
    page = read(desk, page_of(run_of(nittai, counts=COUNTS | {"rejected": 200}, rejected=rejected_csv(*rows))))
    assert "<td>ASICS · =A-2\n下" in page.replace(' class="is-wide"', "")
    assert "価格: だめ51<" in page
    assert "価格: だめ52<" not in page
    assert "200行のうち、はじめの50行" in page


def test_a_long_file_of_refused_rows_is_read_only_as_far_as_it_is_shown(desk: Client, nittai: Tenant) -> None:
    rows = [f"{n},だめ,{'長' * 30_000},x" for n in range(2, 40)]
    page = read(desk, page_of(run_of(nittai, RunState.DONE, rejected=rejected_csv(*rows))))
    assert page.count('<th scope="row" class="is-wide">だめ</th>') == 2, "the row that was cut is left out"


def test_the_history_lists_searches_and_filters(desk: Client, nittai: Tenant, aoki: User) -> None:
    run_of(nittai, RunState.DONE, by=aoki)
    run_of(nittai, RunState.DONE, source=Source.SQLITE, file_name="old.db", counts={"inserted": 5})
    run_of(nittai, RunState.WRITING, file_name="grief.csv", job={"failed_at": timezone.now()})
    run_of(nittai, RunState.WRITING, file_name="moving.csv", job={})
    page = read(desk, LIST)
    assert "新規 <strong>2</strong>" in page
    assert "新規 <strong>5</strong>" in page
    assert aoki.name in page
    assert "自動処理" in page
    for query, names in (("q=夏", ["夏.csv"]), ("source=sqlite", ["old.db"]), ("state=failed", ["grief.csv"]),
                         ("state=writing", ["moving.csv"]), ("state=previewed", [])):  # fmt: skip
        page = read(desk, f"{LIST}?{query}")
        shown = [name for name in ("夏.csv", "old.db", "grief.csv", "moving.csv") if f">{name}</a>" in page]
        assert shown == names, query


def test_the_history_costs_the_same_for_any_number(
    desk: Client, nittai: Tenant, aoki: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for more in (1, 29):
        for _ in range(more):
            run_of(nittai, RunState.WRITING, by=aoki, job={})
        with django_assert_max_num_queries(6):
            desk.get(LIST)


def test_a_preview_costs_the_same_for_any_sample(
    desk: Client, nittai: Tenant, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for sample in (SAMPLE[:1], SAMPLE * 50):
        run = run_of(nittai, sample=sample)
        with django_assert_max_num_queries(6):
            desk.get(page_of(run))


def test_a_history_is_never_typed_or_deleted(desk: Client, nittai: Tenant) -> None:
    run = run_of(nittai, RunState.DONE)
    assert desk.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(page_of(run), {"state": "previewed", "file_name": "x", "counts": "{}"})
    desk.post(LIST, {"action": "delete_selected", "_selected_action": run.pk, "post": "yes"})
    with across_tenants():
        assert ImportRun.objects.values_list("state", "file_name").get() == ("done", "夏.csv")


def addresses(run: ImportRun) -> list[str]:
    of_run = [f"{LIST}{run.pk}/{name}" for name in ("change/", "progress", "rejected.csv", "history/")]
    return [LIST, f"{LIST}add/", f"{LIST}template.csv", "/admin/catalog/masterproduct/export", *of_run]


def test_staff_and_coaches_are_kept_out(client: Client, nittai: Tenant, endo: User, baba: User) -> None:
    run = run_of(nittai, rejected=b"x")
    for who in (endo, baba):
        client.force_login(who)
        for address in addresses(run):
            assert client.get(address).status_code == client.post(address).status_code == 403, address
    client.logout()
    assert client.get(page_of(run)).status_code == 302


def test_another_hosts_run_is_unknown(client: Client, nittai: Tenant, doi: User) -> None:
    run = run_of(nittai, rejected=b"x")
    client.force_login(doi)
    before = rows_of()
    for name in ("change/", "progress", "rejected.csv", "history/"):
        assert client.get(f"{LIST}{run.pk}/{name}").status_code == 404, name
    for data in ({"confirm": "1"}, {"discard": "1"}):
        assert client.post(page_of(run), data).status_code == 404
    assert "夏.csv" not in read(client, LIST)
    assert rows_of() == before


@pytest.mark.parametrize("number", ["0", "x", "９", str(2**63), "9" * 400])
def test_a_number_that_is_none_is_unknown(desk: Client, number: str) -> None:
    for name in ("change/", "progress", "rejected.csv"):
        assert desk.get(f"{LIST}{number}/{name}").status_code == 404


def test_opening_pages_changes_nothing(desk: Client, nittai: Tenant) -> None:
    runs = [run_of(nittai, state, job={}, rejected=b"x") for state in RunState.values]
    before = rows_of()
    for run in runs:
        for address in addresses(run):
            if not address.endswith("export"):
                desk.get(address)
                desk.head(address)
    assert rows_of() == before


def test_a_platform_admin_sees_whose_run_it_is(client: Client, admin: User, nittai: Tenant, chuo: Tenant) -> None:
    client.force_login(admin)
    run = run_of(chuo, RunState.DONE, counts=COUNTS | {"conflicts": 1})
    run_of(nittai)
    assert "中央大学" in read(client, LIST)
    assert "日本体育大学" in read(client, LIST)
    page = read(client, page_of(run))
    assert "中央大学" in page
    assert "/staff/conflicts?tenant=chuo" in page


def test_the_list_of_products_leads_to_import_and_export(desk: Client) -> None:
    page = read(desk, "/admin/catalog/masterproduct/")
    assert f'href="{LIST}add/"' in page
    assert 'href="/admin/catalog/masterproduct/export"' in page
    assert page.count("button--next") == 1
