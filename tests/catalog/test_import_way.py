"""A CSV's whole way over HTTP, through the real import: upload, preview, confirmation; refusals; export."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.importing import inline_jobs
from catalog.importing.models import ImportFile, ImportRun, RunState
from catalog.models import MasterProduct
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import tenant_scope
from tests.catalog.test_import_pages import LIST, page_of, read
from tests.world import rows_of

ADD = f"{LIST}add/"
EXPORT = "/admin/catalog/masterproduct/export"
CSV = "ブランド,型番,商品名,価格（円）\r\nasics,a-1,風神,24200\r\nASICS,A-2,雷神,\r\n"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def upload(client: Client, content: str | bytes = CSV, name: str = "夏.csv", **data: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post(ADD, {"file": SimpleUploadedFile(name, body), **data})


def the_run() -> ImportRun:
    run: ImportRun = ImportRun._base_manager.get()
    return run


def products() -> list[tuple[Any, ...]]:
    rows = MasterProduct._base_manager.order_by("tenant", "brand", "reference")
    return list(rows.values_list("tenant__slug", "brand", "reference", "name", "price_jpy"))


def product_of(tenant: Tenant, reference: str, **fields: Any) -> MasterProduct:
    with tenant_scope(tenant.pk):
        return MasterProduct.objects.create(tenant=tenant, brand="ASICS", reference=reference, **fields)


def test_a_small_file_is_previewed_at_once_and_nothing_is_written(desk: Client) -> None:
    answer = upload(desk)
    run = the_run()
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.SEE_OTHER, page_of(run))
    assert (run.state, run.counts["new"], products()) == (RunState.PREVIEWED, 2, [])
    assert "取り込む（新規 2件・変更 0件）" in read(desk, page_of(run))


def test_confirming_writes_what_was_previewed(desk: Client, nittai: Tenant, aoki: User) -> None:
    product_of(nittai, "A-1", name="風神", price_jpy=20000)
    upload(desk)
    page = read(desk, page_of(the_run()))
    assert "<del>20,000円</del>" in page
    assert "<ins>24,200円</ins>" in page
    answer = desk.post(page_of(the_run()), {"confirm": "1"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert products() == [("nittai", "ASICS", "A-1", "風神", 24200), ("nittai", "ASICS", "A-2", "雷神", None)]
    assert "取り込みました" in read(desk, page_of(the_run()))
    assert AuditRecord.objects.filter(verb="catalog.imported", actor=aoki, tenant=nittai).count() == 1


def test_dropping_writes_nothing(desk: Client) -> None:
    upload(desk)
    desk.post(page_of(the_run()), {"discard": "1"})
    assert (the_run().state, products()) == (RunState.DISCARDED, [])


@pytest.mark.parametrize("first", ["confirm", "discard"])
@pytest.mark.parametrize("second", ["confirm", "discard"])
def test_the_second_decision_gets_a_plain_message(desk: Client, first: str, second: str) -> None:
    upload(desk)
    desk.post(page_of(the_run()), {first: "1"})
    before = rows_of()
    answer = desk.post(page_of(the_run()), {second: "1"}, follow=True)
    assert "この取り込みはすでに処理されています" in answer.content.decode()
    assert rows_of() == before


def test_a_post_that_decides_nothing_changes_nothing(desk: Client) -> None:
    upload(desk)
    before = rows_of()
    for data in ({}, {"state": "done"}, {"CONFIRM": "1"}):
        assert desk.post(page_of(the_run()), data).status_code == HTTPStatus.SEE_OTHER
    assert rows_of() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_excel_writes_is_understood(desk: Client, encoding: str, delimiter: str) -> None:
    upload(desk, CSV.replace(",", delimiter).encode(encoding))
    assert (the_run().state, the_run().counts["new"]) == (RunState.PREVIEWED, 2)


BAD = {
    "empty": (b"", "ファイルが空です"),
    "blank": (b" \r\n ", "ファイルが空です"),
    "workbook": (b"PK\x03\x04" + b"\x00" * 100, "ファイルを読み取れません"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "古い形式のファイル（.xls）は開けません"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\x81", "画像は読み取れません"),
    "no text": (bytes(range(256)) * 8, "CSVとして読み取れません"),
    "other header": ("氏名,種目\r\n鈴木,5000m\r\n".encode(), "「ブランド」と「型番」の列が見つかりません"),
    "header twice": ("ブランド,型番,brand\r\nA,B,C\r\n".encode(), "同じ項目です"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(desk: Client, kind: str) -> None:
    content, reason = BAD[kind]
    answer = upload(desk, content, name="x.csv")
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert re.search(rf'id="id_file_error"><p class="error">[^<]*{reason}', page), page[page.find("id_file_error") :][
        :200
    ]
    assert 'aria-invalid="true"' in page
    assert products() == []


def test_a_file_above_the_limit_is_refused_beside_the_field(desk: Client) -> None:
    answer = upload(desk, b"x" * (20 * 1024 * 1024 + 1))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "ファイルが大きすぎます（上限20MB）" in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"file": ""}, {"file": "ブランド"}])
def test_without_a_file_one_is_asked_for(desk: Client, data: dict[str, str]) -> None:
    answer = desk.post(ADD, data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert '<p class="error">CSVかExcelのファイルを選ぶか、表を貼り付けてください。</p>' in answer.content.decode()
    assert not ImportRun._base_manager.exists()


def test_a_row_with_nul_is_refused_by_itself_or_with_the_file(desk: Client) -> None:
    assert upload(desk, CSV.encode() + b"ASICS,A\x00-3,x,1\r\n").status_code in (303, 422)
    assert "\x00" not in "".join(str(run.sample) for run in ImportRun._base_manager.all())


def test_bad_rows_are_shown_with_their_reasons_and_can_be_taken_along(desk: Client) -> None:
    upload(desk, CSV + "ASICS,,名なし,1\r\nASICS,A-4,=SUM(A1),たかい\r\n")
    page = read(desk, page_of(the_run()))
    assert "型番がありません" in page
    assert "価格は0以上の整数" in page
    file = desk.get(f"{LIST}{the_run().pk}/rejected.csv").content.decode("utf-8-sig")
    assert "型番がありません" in file
    assert "'=SUM(A1)" in file
    desk.post(page_of(the_run()), {"confirm": "1"})
    assert len(products()) == 2
    assert "型番がありません" in read(desk, page_of(the_run())), "the history keeps the reasons"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nX-Evil: 1.csv", "<script>alert(1)</script>.csv", "長" * 400 + ".csv",
                                  "\U00020bb7.csv", "\u202egnp.csv", "", "a\x00b.csv"])  # fmt: skip
def test_a_file_may_be_called_anything(desk: Client, name: str) -> None:
    answer = upload(desk, name=name or " ")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert 0 < len(the_run().file_name) <= 200
    for address in (page_of(the_run()), LIST):
        assert "<script>alert" not in read(desk, address)


@pytest.mark.parametrize(("limit", "most"), [("SMALL", 10), ("SMALL_ROWS", 1)])
def test_a_large_file_waits_for_the_worker(
    desk: Client, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(inline_jobs, limit, most)
    upload(desk)
    assert the_run().state == RunState.READING
    assert "順番を待っています" in read(desk, page_of(the_run()))
    work_off()
    assert "取り込む（新規 2件" in read(desk, page_of(the_run()))
    desk.post(page_of(the_run()), {"confirm": "1"})
    assert (the_run().state, products()) == (RunState.WRITING, [])
    assert "取り込んでいます" in read(desk, page_of(the_run()))
    work_off()
    assert (the_run().state, len(products())) == (RunState.DONE, 2)


def work_off() -> None:
    """As the worker does."""
    job = work.claim(at=timezone.now())
    assert job is not None
    work.run(job)


def test_a_file_may_be_dropped_while_it_is_read(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline_jobs, "SMALL", 10)
    upload(desk)
    desk.post(page_of(the_run()), {"discard": "1"})
    work_off()
    assert (the_run().state, products()) == (RunState.DISCARDED, [])


def test_a_job_that_a_worker_has_taken_is_left_to_it(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "claim", lambda **kwargs: None)
    assert upload(desk).status_code == HTTPStatus.SEE_OTHER
    assert the_run().state == RunState.READING


def test_a_fault_of_ours_is_a_page_with_an_id_and_a_failed_run(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(job: Job, report: work.Report) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(work._functions, "catalog.read_csv", stumble)
    desk.raise_request_exception = False
    assert upload(desk).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    job = the_run().job
    assert job is not None
    assert job.error_id
    assert job.error_id in read(desk, page_of(the_run()))


def test_an_organizers_products_are_the_own_hosts_whatever_is_posted(desk: Client, chuo: Tenant) -> None:
    upload(desk, host=chuo.pk, tenant=chuo.pk)
    desk.post(page_of(the_run()), {"confirm": "1"})
    assert {row[0] for row in products()} == {"nittai"}


def test_a_platform_admin_says_first_whose_they_are(client: Client, admin: User, chuo: Tenant, nittai: Tenant) -> None:
    client.force_login(admin)
    answer = upload(client)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "選んでください" in answer.content.decode()
    refused = upload(client, b"", host=chuo.pk).content.decode()
    assert f'<option value="{chuo.pk}" selected>' in refused, "nothing is lost"
    upload(client, host=chuo.pk)
    run = ImportRun._base_manager.filter(state=RunState.PREVIEWED).get()
    client.post(page_of(run), {"confirm": "1"})
    assert {row[0] for row in products()} == {"chuo"}


def test_an_inactive_host_is_no_choice(client: Client, admin: User, chuo: Tenant) -> None:
    Tenant.objects.filter(pk=chuo.pk).update(is_active=False)
    client.force_login(admin)
    assert upload(client, host=chuo.pk).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.get(f"{EXPORT}?host={chuo.pk}").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def exported(client: Client, query: str = "") -> bytes:
    answer = client.get(EXPORT + query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_what_is_exported_comes_back_without_a_change(desk: Client, nittai: Tenant, chuo: Tenant) -> None:
    product_of(nittai, "A-1", name="=風神", price_jpy=24200, specs={"色": "赤", "備考": "-"}, events_allowed=["track"])
    product_of(nittai, "A-2", category="shoe", stack_height_mm="39.5", list_status="listed", valid_from="2026-04-01")
    product_of(chuo, "CHUO-1", name="他団体")
    file = exported(desk)
    assert b"CHUO-1" not in file
    upload(desk, file)
    counts = {name: the_run().counts[name] for name in ("new", "changed", "unchanged", "rejected")}
    assert counts == {"new": 0, "changed": 0, "unchanged": 2, "rejected": 0}
    assert "取り込む内容はありません" in read(desk, page_of(the_run()))


def test_a_platform_admin_chooses_whose_products_are_exported(
    client: Client, admin: User, nittai: Tenant, chuo: Tenant
) -> None:
    product_of(nittai, "A-1")
    product_of(chuo, "CHUO-1")
    client.force_login(admin)
    assert f'<option value="{chuo.pk}">' in read(client, EXPORT)
    assert client.get(f"{EXPORT}?host=").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    file = exported(client, f"?host={chuo.pk}")
    assert (b"CHUO-1" in file, b"A-1" in file.replace(b"CHUO-1", b"")) == (True, False)


def test_an_organizer_exports_the_own_host_whatever_is_asked(desk: Client, nittai: Tenant, chuo: Tenant) -> None:
    product_of(chuo, "CHUO-1")
    assert b"CHUO-1" not in exported(desk, f"?host={chuo.pk}&tenant=chuo")


def test_the_example_is_understood_as_it_is(desk: Client) -> None:
    upload(desk, desk.get(f"{LIST}template.csv").content)
    assert {name: the_run().counts[name] for name in ("new", "rejected")} == {"new": 1, "rejected": 0}
    desk.post(page_of(the_run()), {"confirm": "1"})
    made = MasterProduct._base_manager.get()
    assert (str(made.stack_height_mm), made.events_allowed, made.list_status) == ("39.5", ["track", "road"], "listed")


def test_once_written_the_upload_is_not_kept(desk: Client) -> None:
    upload(desk)
    desk.post(page_of(the_run()), {"confirm": "1"})
    assert bytes(ImportFile._base_manager.get().content) == b""
