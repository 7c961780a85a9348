"""What bounds the grid of products: rows, tables, larger files, and who may when."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.importing import csv_rows, inline_jobs, queries
from catalog.importing.models import ImportFile, ImportRun, RunState
from catalog.models import MasterProduct
from tenants.models import User
from tests.catalog.test_import_pages import page_of, read
from tests.catalog.test_import_way import ADD, products, upload
from tests.catalog.test_product_grid import HEADER, last, workbook


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def test_too_many_tables_are_refused(desk: Client) -> None:
    assert "表が多すぎます" in upload(desk, "ブランド,型番\r\nA,1\r\n" * 30).content.decode()


def test_the_refused_rows_of_a_large_file_become_a_grid_of_their_own(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 3)
    upload(desk, "作り手,しな番\r\n" + "".join(f"A,{number}\r\n" for number in range(5)) + "A,\r\n")
    large = last()
    assert large.state == RunState.FAILED
    desk.post(page_of(large), {"columns": "1", "column-0": "brand", "column-1": "reference"})
    large.refresh_from_db()
    assert (large.state, large.counts["new"], large.counts["rejected"]) == (RunState.PREVIEWED, 5, 1)
    assert 'name="rework"' in read(desk, page_of(large))
    desk.post(page_of(large), {"confirm": "1"})
    answer = desk.post(page_of(large), {"rework": "1"})
    assert answer["Location"] == page_of(last()) != page_of(large)
    assert (last().counts["read"], last().counts["rejected"]) == (1, 1)
    desk.post(page_of(last()), {"mend": "1", "mend-2-reference": "9"})
    desk.post(page_of(last()), {"confirm": "1"})
    assert [reference for _, _, reference, _, _ in products()] == ["0", "1", "2", "3", "4", "9"]
    desk.post(page_of(last()), {"rework": "1"})
    assert ImportRun._base_manager.count() == 2, "nothing was refused"


def test_a_grid_of_thousands_costs_the_same_queries(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 2_000):
        upload(desk, "ブランド,型番\r\n" + "".join(f"A,{rows}-{number}\r\n" for number in range(rows)))
        with django_assert_max_num_queries(6):
            desk.get(page_of(last()))


def test_another_hosts_run_is_neither_read_nor_mended(desk: Client, doi: User) -> None:
    upload(desk, "x,y\r\nA,1\r\n")
    desk.force_login(doi)
    for body in (
        {"sheet": "0"},
        {"columns": "1", "column-0": "brand", "column-1": "reference"},
        {"mend": "1"},
        {"rework": "1"},
    ):
        assert desk.post(page_of(last()), body).status_code == 404
    assert last().state == RunState.FAILED


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "（.xls）は開けません"),
        (b"PK\x03\x04 a workbook", "a.xlsx", "読み取れません"),
        (workbook(("a", [HEADER, *[["A", f"{n}"] for n in range(5_020)]])), "a.xlsx", "行が多すぎます"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_beside_the_field(
    desk: Client, data: bytes, name: str, said: str
) -> None:
    answer = desk.post(ADD, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ImportFile._base_manager.exclude(content=b"").exists()


@pytest.mark.parametrize("body", [{"sheet": "99"}, {"sheet": "x"}, {"columns": "1", "column-0": "?"}])
def test_odd_choices_do_no_harm(desk: Client, body: dict[str, str]) -> None:
    upload(desk, "ブランド,型番\r\nA,1\r\n")
    assert desk.post(page_of(last()), body).status_code == 303
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)


def test_what_was_confirmed_is_mended_no_more(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(desk, "ブランド,型番\r\nA,1\r\nA,\r\n")
    monkeypatch.setattr(inline_jobs, "SMALL", 1)
    desk.post(page_of(last()), {"confirm": "1"})
    answer = desk.post(page_of(last()), {"mend": "1", "mend-3-reference": "2"}, follow=True)
    assert "すでに処理されています" in answer.content.decode()
    assert last().state == RunState.WRITING, "the worker writes what was confirmed"


def test_what_was_dropped_keeps_no_row(desk: Client) -> None:
    upload(desk, "ブランド,型番\r\nA,1\r\n")
    assert ImportFile._base_manager.get().rows
    desk.post(page_of(last()), {"discard": "1"})
    file = ImportFile._base_manager.get()
    assert (bytes(file.content), file.grid, file.rows) == (b"", None, None)


@pytest.mark.parametrize("bound", ["MAX_BYTES", "MAX_COLUMNS", "MAX_ROWS"])
def test_a_csv_with_more_than_a_grid_holds_is_streamed(
    desk: Client, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(csv_rows, bound, 2)
    upload(desk, "ブランド,型番,色\r\nA,1,赤\r\nA,2,青\r\n")
    assert (last().state, last().counts["new"], ImportFile._base_manager.get().rows) == (RunState.PREVIEWED, 2, None)


def test_no_more_refused_rows_become_a_grid_than_it_holds(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 4)
    monkeypatch.setattr(queries, "MAX_ROWS", 4)
    upload(desk, "ブランド,型番\r\n" + "A,\r\n" * 9)
    desk.post(page_of(last()), {"rework": "1"})
    assert (last().counts["read"], len(ImportFile._base_manager.latest("pk").rows or ())) == (3, 3)


BY_HAND = {"columns": "1", "column-0": "brand", "column-1": "reference"}


def test_a_title_that_stands_twice_is_settled_by_hand_though_nothing_else_changes(desk: Client) -> None:
    upload(desk, "ブランド,型番,品番\r\nA,1,x\r\n")
    assert (last().state, last().refused["code"]) == (RunState.FAILED, "import_column_twice")
    desk.post(page_of(last()), BY_HAND)
    desk.post(page_of(last()), {"confirm": "1"})
    assert MasterProduct._base_manager.get().specs == {"品番": "x"}


def test_columns_by_hand_stay_as_shown_when_they_are_named_anew_elsewhere(desk: Client) -> None:
    body = "あ,い,う\r\nA,{},{}\r\n"
    upload(desk, body.format(1, "x"))
    first = last()
    desk.post(page_of(first), BY_HAND | {"column-2": "name"})
    upload(desk, body.format("y", 2))
    desk.post(page_of(last()), {"columns": "1", "column-0": "brand", "column-2": "reference"})
    desk.post(page_of(first), {"confirm": "1"})
    assert [row[1:4] for row in products()] == [("A", "1", "x")]


def test_empty_columns_at_the_end_of_a_header_are_no_part_of_it(desk: Client) -> None:
    upload(desk, "作り手,しな番,,\r\nA,1,,\r\n")
    desk.post(page_of(last()), BY_HAND)
    assert (last().state, last().counts["new"]) == (RunState.PREVIEWED, 1)


def test_what_was_mended_in_a_column_that_is_none_any_more_is_left_out(desk: Client) -> None:
    upload(desk, "ブランド,型番,価格\r\nA,,x\r\n")
    desk.post(page_of(last()), {"mend": "1", "mend-2-reference": "1", "mend-2-price_jpy": "y"})
    assert last().counts["rejected"] == 1
    desk.post(page_of(last()), BY_HAND)
    assert (last().counts["new"], last().counts["rejected"]) == (1, 0)


def test_the_line_that_counts_what_was_left_out_is_no_row(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 3)
    monkeypatch.setattr("catalog.importing.rejected_csv.MOST_BYTES", 150)
    upload(desk, "ブランド,型番\r\n" + "A,\r\n" * 9)
    monkeypatch.undo()
    lines = desk.get(page_of(last()).replace("change/", "rejected.csv")).content.decode().splitlines()
    assert lines[-1].startswith(",ほか")
    desk.post(page_of(last()), {"rework": "1"})
    assert last().counts["read"] == len(lines) - 2
