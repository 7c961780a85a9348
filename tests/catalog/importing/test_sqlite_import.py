"""`import_master_products_from_sqlite` (contract 6; seed 000 section 4-4): whatever the file, one clear line."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.fields import OLD_COLUMNS
from catalog.importing.models import ImportFile, ImportRun
from catalog.importing.sqlite.sqlite_file import OldFile, digest, open_old_file
from catalog.models import BrandCount, MasterProduct
from tenants.models import AuditRecord, Tenant
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.catalog.importing.oldfiles import REF001, keyed, old_file

pytestmark = pytest.mark.django_db
COMMAND = "import_master_products_from_sqlite"


def run_import(tenant: Tenant | str, path: Path | str, **options: Any) -> str:
    out = StringIO()
    name = tenant.slug if isinstance(tenant, Tenant) else tenant
    call_command(COMMAND, tenant=name, sqlite=str(path), stdout=out, **options)
    return out.getvalue()


def refusal(tenant: Tenant | str, path: Path | str, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        run_import(tenant, path, **options)
    text = str(refused.value)
    assert "\n" not in text
    assert text.endswith("Nothing was written.")
    assert not MasterProduct._base_manager.exists()
    assert not ImportRun._base_manager.exists()
    return text


def counts_of(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant.pk):
        return ImportRun.objects.order_by("-pk")[0].counts


def rejected_of(tenant: Tenant) -> list[str]:
    """The lines of the last run's refused rows, without the header."""
    with tenant_scope(tenant.pk):
        content = bytes(ImportFile.objects.order_by("-pk")[0].rejected)
    return content.decode("utf-8-sig").splitlines()[1:]


def keys(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(tenant.pk):
        return list(MasterProduct.objects.order_by("brand", "reference").values_list("brand", "reference"))


def test_it_adds_products_and_keeps_every_column_verbatim(nittai: Tenant, tmp_path: Path) -> None:
    run_import(nittai, old_file(tmp_path / "horologen.db"))
    with tenant_scope(nittai.pk):
        product = MasterProduct.objects.get()
    assert (product.brand, product.reference, product.price_jpy) == ("TESTBRAND", "REF001", 123456)
    texts = {"price_jpy": "123456", "case_size_mm": "39.5", "water_resistance_m": "100", "warranty_years": "2",
             "case_thickness_mm": "11.0", "lug_width_mm": "20"}  # fmt: skip
    assert product.specs == {"id": "1", **REF001, **texts}


def test_it_says_where_it_writes_and_what_came_of_it(nittai: Tenant, tmp_path: Path) -> None:
    said = run_import(nittai, old_file(tmp_path / "old.db", keyed(("A", "1"), ("A", "2"), ("", "3"))))
    first, second, *_rest = said.splitlines()
    assert first.startswith("import_master_products_from_sqlite writes to ")
    assert f"tenant {nittai.pk} nittai" in second
    assert "row 3 rejected: " in said
    assert "read 3, inserted 2, skipped 0, rejected 1" in said


def test_a_second_run_adds_nothing_and_changes_nothing(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db", keyed(("A", "1"), ("a", "2"), ("B", "3"), ("B", "3 ")))
    run_import(nittai, path)
    with tenant_scope(nittai.pk):
        before = list(MasterProduct.objects.order_by("pk").values())
        MasterProduct.objects.filter(reference="1").update(price_jpy=7, name="直した")
        before[0] |= {"price_jpy": 7, "name": "直した"}
    assert "read 4, inserted 0, skipped 3, rejected 1" in run_import(nittai, path)
    with tenant_scope(nittai.pk):
        assert list(MasterProduct.objects.order_by("pk").values()) == before


def test_what_was_deleted_since_comes_back_and_nothing_else_is_written(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db", keyed(*(("A", number) for number in range(30))))
    run_import(nittai, path)
    with tenant_scope(nittai.pk):
        MasterProduct.objects.filter(reference__in=("3", "17")).delete()
    assert "read 30, inserted 2, skipped 28, rejected 0" in run_import(nittai, path, batch_size=4)
    with tenant_scope(nittai.pk):
        assert BrandCount.objects.get(brand="A").products == MasterProduct.objects.count() == 30


def test_products_of_another_host_are_in_nobodys_way(nittai: Tenant, chuo: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db")
    run_import(chuo, path)
    assert "inserted 1" in run_import(str(nittai.pk), path)
    assert keys(nittai) == keys(chuo) == [("TESTBRAND", "REF001")]


def test_keys_are_trimmed_and_upper_case_and_may_be_numbers(nittai: Tenant, tmp_path: Path) -> None:
    run_import(nittai, old_file(tmp_path / "old.db", keyed((" tag\u3000", 1234), ("ß", "é"), ("𠮷", "ａ"))))
    assert keys(nittai) == [("SS", "É"), ("TAG", "1234"), ("𠮷", "A")]


def test_of_equal_keys_in_one_file_the_first_counts_and_the_others_are_told(nittai: Tenant, tmp_path: Path) -> None:
    rows = [*keyed(("a", "x"), remarks="first"), *keyed(("B", "1")), *keyed(("A ", "X"), ("A", "x"), remarks="later")]
    said = run_import(nittai, old_file(tmp_path / "old.db", rows), batch_size=1)
    assert "row 3 rejected: 1行目とブランド・型番が同じです" in said
    assert counts_of(nittai) == {"read": 4, "inserted": 2, "skipped": 0, "rejected": 2, "without_price": 0}
    assert [line.split(",")[0] for line in rejected_of(nittai)] == ["3", "4"]
    with tenant_scope(nittai.pk):
        assert MasterProduct.objects.get(brand="A").specs["remarks"] == "first"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"brand": None, "reference": "1"}, "ブランドがありません"),
        ({"brand": "A", "reference": " \u3000"}, "型番がありません"),
        ({"brand": "A", "reference": "x" * 101}, "reference: 長すぎます（上限100文字）。"),
        ({"brand": "ß" * 60, "reference": "1"}, "brand: 長すぎます（上限100文字）。"),
        ({"brand": "A\0B", "reference": "1"}, "brand: 使えない文字（NUL）が含まれています"),
        ({"brand": "A", "reference": "1", "remarks": "a\0b"}, "remarks: 使えない文字（NUL）が含まれています"),
        ({"brand": "A", "reference": "1", "remarks": "x" * 1_100_000}, "内容が大きすぎます（上限は1行1MB）"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_with_its_reason(
    nittai: Tenant, tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    rows = [*keyed(("GOOD", "1")), row, *keyed(("GOOD", "2"))]
    path = old_file(tmp_path / "old.db", rows, columns=("brand", "reference", "remarks"))
    assert f"row 2 rejected: {reason}" in run_import(nittai, path)
    assert counts_of(nittai)["rejected"] == 1
    assert keys(nittai) == [("GOOD", "1"), ("GOOD", "2")]
    assert "inserted 0, skipped 2, rejected 1" in run_import(nittai, path)


def test_text_that_is_not_utf8_costs_its_own_row_only(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db", keyed(("A", "1"), ("A", "2"), ("A", "3"), ("A", "4")))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE master_products SET brand = X'ffff' WHERE id = 4")
        connection.execute("UPDATE master_products SET remarks = CAST(X'93fa967b' AS TEXT) WHERE id = 2")
        connection.execute("UPDATE master_products SET brand = CAST(X'eda080' AS TEXT) WHERE id = 3")
    connection.close()
    said = run_import(nittai, path)
    assert said.count("文字がUTF-8として読み取れません") == 3
    assert keys(nittai) == [("A", "1")]


@pytest.mark.parametrize(
    ("price", "taken"),
    [
        ("￥24,200円", 24200), (24200.0, 24200), ("", None), (None, None), (0, 0), (2_147_483_647, 2_147_483_647),
        (2_147_483_648, None), (-1, None), ("オープン価格", None), ("1" * 400, None), (float("inf"), None), ("1\ud7ff", None),
    ],
)  # fmt: skip
def test_a_price_that_cannot_be_read_keeps_no_product_out(
    nittai: Tenant, tmp_path: Path, price: Any, taken: int | None
) -> None:
    """Staff look for the product, not for its price; what the file said stays in its specs, and the row is told."""
    path = old_file(tmp_path / "old.db", keyed(("A", "1"), price_jpy=price))
    said = run_import(nittai, path)
    with tenant_scope(nittai.pk):
        assert MasterProduct.objects.get().price_jpy == taken
    left_out = taken is None and price not in (None, "")
    assert counts_of(nittai)["without_price"] == left_out
    assert ("row 1: 価格「" in said) == left_out


def test_columns_may_stand_in_any_order_be_missing_or_be_unknown(nittai: Tenant, tmp_path: Path) -> None:
    columns = ("reference", "見た目", "Brand", 'it\'s "odd"', "specs.x")
    row = {"reference": "r", "Brand": "b", "見た目": "良い", 'it\'s "odd"': "yes", "specs.x": 1}
    run_import(nittai, old_file(tmp_path / "old.db", [row], columns=columns))
    with tenant_scope(nittai.pk):
        product = MasterProduct.objects.get()
    assert (product.price_jpy, product.specs) == (None, {"id": "1", **row, "specs.x": "1"})


def test_hundreds_of_columns_are_kept_and_too_many_are_refused(nittai: Tenant, tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(190)]
    row = {"brand": "A", "reference": "1", **{name: name * 2 for name in names}}
    run_import(nittai, old_file(tmp_path / "wide.db", [row], columns=["brand", "reference", *names]))
    with tenant_scope(nittai.pk):
        assert MasterProduct.objects.get().specs == {"id": "1", **row}
        MasterProduct.objects.all().delete()
        ImportRun.objects.all().delete()
    many = [f"c{number}" for number in range(200)]
    assert "at most 200" in refusal(nittai, old_file(tmp_path / "wider.db", [], columns=["brand", "reference", *many]))


def test_blobs_are_kept_as_sqlite_writes_them(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db", keyed(("A", "1")), columns=("brand", "reference"))
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE master_products ADD picture BLOB")
        connection.execute("UPDATE master_products SET picture = X'00ff'")
    connection.close()
    run_import(nittai, path)
    with tenant_scope(nittai.pk):
        assert MasterProduct.objects.get().specs["picture"] == "X'00FF'"


def test_an_empty_table_is_a_file_without_products(nittai: Tenant, tmp_path: Path) -> None:
    assert "read 0, inserted 0, skipped 0, rejected 0" in run_import(nittai, old_file(tmp_path / "old.db", []))


def test_the_run_and_its_trail_are_kept(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "horologen.db", keyed(("A", "1"), ("", "=1+1")))
    run_import(nittai, path)
    with tenant_scope(nittai.pk):
        run = ImportRun.objects.get()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (run.source, run.file_name, run.state, run.size) == ("sqlite", "horologen.db", "done", path.stat().st_size)
    assert run.sha256 == sha256
    assert run.finished_at is not None
    assert AuditRecord.objects.get(verb="catalog.imported").after == run.counts
    [line] = rejected_of(nittai)
    assert line.startswith("2,ブランドがありません,2,,'=1+1,")


def test_a_long_list_of_rejected_rows_is_short_on_screen_and_whole_in_the_file(nittai: Tenant, tmp_path: Path) -> None:
    said = run_import(nittai, old_file(tmp_path / "old.db", keyed(*[("", "1")] * 50)))
    assert said.count(" rejected: ") == 20
    assert "… and 30 more rows rejected" in said
    assert len(rejected_of(nittai)) == 50


def test_the_file_of_rejected_rows_is_stored_in_pieces(
    nittai: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.importing.rejected_csv.PIECE", 1_001)
    run_import(nittai, old_file(tmp_path / "old.db", keyed(*[("", "型番")] * 100)))
    assert [line.split(",")[3:5] for line in rejected_of(nittai)] == [["", "型番"]] * 100


def test_a_file_with_its_write_ahead_log_is_read_and_left_untouched(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db", keyed(("A", "1")))
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("INSERT INTO master_products (brand, reference) VALUES ('A', 'in the log')")
    writer.commit()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert before["old.db-wal"]
    run_import(nittai, path)
    assert keys(nittai) == [("A", "1"), ("A", "IN THE LOG")]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    writer.close()


def test_a_read_only_file_in_a_locked_database_is_read_all_the_same(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db")
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    assert "inserted 1" in run_import(nittai, path)
    holder.close()


def test_a_file_that_changes_under_the_import_is_refused(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db")
    with pytest.raises(Refused, match="oldfile_changed"), open_old_file(path) as file:
        _read_and_change(file, path)


def _read_and_change(file: OldFile, path: Path) -> None:
    assert list(file.chunks(10, whole=True))
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO master_products (brand) VALUES ('late')")
    writer.close()


def test_no_tenant_no_file(nittai: Tenant, tmp_path: Path) -> None:
    path = old_file(tmp_path / "old.db")
    assert "--tenant" in refusal("", path)
    assert f"No tenant 'nowhere'. There are: {nittai.pk} nittai." in refusal("nowhere", path)
    assert "No tenant" in refusal("9" * 30, path)
    assert "--sqlite" in refusal(nittai, "")
    assert "--batch-size" in refusal(nittai, path, batch_size=0)
    assert "There is no such file" in refusal(nittai, tmp_path / "none.db")
    assert "There is no such file" in refusal(nittai, tmp_path)
    assert "file" in refusal(nittai, "a\0b")


def test_the_environment_gives_the_defaults(nittai: Tenant, tmp_path: Path, settings: Any) -> None:
    """Seed 000, section 4-4: TENANT_ID=2 SQLITE_DB_PATH=… and no option at all."""
    path = old_file(tmp_path / "old.db")
    settings.IMPORT_TENANT_ID, settings.IMPORT_SQLITE_PATH, settings.IMPORT_BATCH_SIZE = str(nittai.pk), str(path), 1
    call_command(COMMAND, stdout=StringIO())
    assert keys(nittai) == [("TESTBRAND", "REF001")]


def test_a_fault_of_the_database_is_one_line_and_leaves_nothing(
    nittai: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(*args: Any, **more: Any) -> None:
        raise OperationalError("connection lost\nDETAIL: …")

    monkeypatch.setattr("catalog.importing.sqlite.sqlite_import.record", record)
    assert "connection lost. " in refusal(nittai, old_file(tmp_path / "old.db"))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def _scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : 4096 * 2] = b"\xff" * 4096
    path.write_bytes(bytes(data))


def _encrypt(path: Path) -> None:
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut, "is cut off"),
        (_scribble, "is damaged"),
        (_encrypt, "it is encrypted"),
        (lambda path: path.write_bytes(b""), "This is no SQLite file"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "is cut off"),
        (lambda path: path.write_text("brand,reference\nA,1\n"), "This is no SQLite file"),
    ],
)
def test_a_file_that_is_no_whole_sqlite_file_is_refused(
    nittai: Tenant, tmp_path: Path, spoil: Callable[[Path], Any], said: str
) -> None:
    path = old_file(tmp_path / "old.db", keyed(*(("A", number) for number in range(2_000))))
    spoil(path)
    assert said in refusal(nittai, path)


def test_a_file_of_something_else_is_refused_with_what_it_has(nittai: Tenant, tmp_path: Path) -> None:
    other = old_file(tmp_path / "other.db", [], table="users")
    assert "There is no table master_products" in refusal(nittai, other)
    assert "users" in refusal(nittai, other)
    no_key = old_file(tmp_path / "nokey.db", [], columns=("brand", "model"))
    assert "reference (columns that are there: id, brand, model)" in refusal(nittai, no_key)


def test_the_messages_have_english_names(nittai: Tenant, tmp_path: Path) -> None:
    with translation.override("en"):
        assert refusal(nittai, tmp_path / "none.db")


def test_the_list_of_columns_is_the_contracts() -> None:
    assert tuple(REF001) == OLD_COLUMNS


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    rows = keyed(*(("A", number) for number in range(40)), remarks="x" * 200)
    return old_file(tmp_path_factory.mktemp("fuzz") / "old.db", rows).read_bytes()


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=40),
    end=st.none() | st.integers(0, 20_000),
)
def test_whatever_the_bytes_the_file_is_read_or_refused(
    base: bytes, tmp_path: Path, flips: list[tuple[int, int]], end: int | None
) -> None:
    data = bytearray(base[:end])
    for place, byte in flips:
        if place < len(data):
            data[place] = byte
    path = tmp_path / "fuzz.db"
    path.write_bytes(bytes(data))
    with suppress(Refused), open_old_file(path) as file:
        digest(path)
        for whole in (False, True):
            for chunk in file.chunks(7, whole=whole):
                assert chunk
