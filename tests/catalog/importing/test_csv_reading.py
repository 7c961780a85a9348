"""A CSV of products is read whatever its order, encoding and delimiter; what is wrong is told with row and column."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.importing import csv_rows, rules
from catalog.importing.columns import columns_of, titles_for
from catalog.importing.csv_rows import CsvFile
from catalog.importing.product_rows import ProductRow
from catalog.importing.rejected_csv import Rejected
from catalog.importing.rules import MOST_COLUMNS, check_upload
from tenants.files.tables import guarded
from tenants.refusal import Refused
from tenants.wording import say

HEADER = "ブランド,型番,商品名,価格"
NAME = "𠮷田 髙橋 神"


def read(content: bytes | str) -> tuple[list[ProductRow], list[str]]:
    """Good rows, and the lines of the refused ones."""
    data = content.encode() if isinstance(content, str) else content
    check_upload(data)
    file = CsvFile(data)
    rejected = Rejected(file.columns.titles)
    good = list(file.lines(rejected))
    return good, content_of(rejected).splitlines()[1:]


def content_of(rejected: Rejected) -> str:
    rejected.close()
    return b"".join(rejected.pieces()).decode("utf-8-sig")


def code_of(content: bytes | str) -> str:
    with pytest.raises(Refused) as refused:
        read(content)
    assert say(refused.value)
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_encoding_delimiter_and_line_end(encoding: str, delimiter: str, newline: str) -> None:
    text = newline.join((HEADER, f'a,1,"{NAME}",24200', "A,2,,")).replace(",", delimiter)
    good, bad = read(text.encode(encoding))
    assert good == [
        ProductRow(2, "A", "1", {"name": NAME, "price_jpy": 24200}, {}),
        ProductRow(3, "A", "2", {"name": "", "price_jpy": None}, {}),
    ]
    assert bad == []


def test_cp932_as_excel_in_japan_writes_it() -> None:
    good, _ = read(f'{HEADER},ソール\r\nミズノ,Ａ１,髙﨑①,"￥1,980",ソール\r\n'.encode("cp932"))
    assert good == [ProductRow(2, "ミズノ", "A1", {"name": "髙﨑①", "price_jpy": 1980}, {"ソール": "ソール"})]


def test_utf16_with_either_byte_order() -> None:
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        assert len(read(bom + f"{HEADER}\nA,1,{NAME},1\n".encode(encoding))[0]) == 1


@pytest.mark.parametrize("titles", [
    "reference,BRAND,Price,name", "品番,メーカー,価格（円）,商品名", " 型番 ,ﾌﾞﾗﾝﾄﾞ,ＰＲＩＣＥ＿ＪＰＹ,品　名", "Reference,Brand,price_jpy,Name",
])  # fmt: skip
def test_columns_stand_in_any_order_under_any_of_their_names(titles: str) -> None:
    assert read(f"{titles}\nr,b,1,n\n")[0] == [ProductRow(2, "B", "R", {"price_jpy": 1, "name": "n"}, {})]


def test_labels_are_understood_in_every_language_whatever_the_readers() -> None:
    for language in ("ja", "en"):
        with translation.override(language):
            assert read("ブランド,reference,WAリスト区分\na,b,listed\n")[0][0].values == {"list_status": "listed"}


def test_a_title_or_two_may_stand_above() -> None:
    assert read(f"2026年 夏,,\n\n{HEADER}\nA,1,n,1\n")[0][0].number == 4


def test_unknown_columns_are_kept_under_their_own_title_and_text() -> None:
    good, _ = read("brand,reference, 素材 ,specs.price_jpy,specs.specs.x\nA,1, 綿 ,00x,'=1\nA,2,,,\n")
    assert good[0].specs == {"素材": " 綿 ", "price_jpy": "00x", "specs.x": "=1"}
    assert good[1].specs == {"素材": None, "price_jpy": None, "specs.x": None}


def test_blank_rows_and_columns_without_anything_are_passed_over() -> None:
    good, bad = read("brand,reference,,\n\nA,1,,\n , ,\n,,,\nA,2\n")
    assert [line.number for line in good] == [3, 6]
    assert bad == []


def test_the_number_is_the_one_that_a_spreadsheet_shows() -> None:
    good, _ = read('brand,reference,name\nA,1,"two\nlines"\n\nA,2,x\n')
    assert [(line.number, line.values["name"]) for line in good] == [(2, "two\nlines"), (4, "x")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",1,n,1", "ブランドがありません"),
        ("A, ,n,1", "型番がありません"),
        (f"A,{'x' * 101},n,1", "型番: 長すぎます（上限100文字）。"),
        (f"A,1,{'x' * 201},1", "商品名: 長すぎます（上限200文字）。"),
        ("A,1,n,１万円", "価格: 価格は0以上の整数（円）で入力してください。例: 24200"),
        ("A,1,n,-1", "価格: 価格は0以上の整数（円）で入力してください。例: 24200"),
        ("A,1,n", "列の数が見出しと合いません（見出し4列、この行3列）"),
        ("A,1,n,1,,x", "列の数が見出しと合いません（見出し4列、この行6列）"),
        (",,n,x", "ブランドがありません・型番がありません・価格: 価格は0以上の整数（円）で入力してください。例: 24200"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_with_every_reason(row: str, said: str) -> None:
    good, bad = read(f"{HEADER}\nA,0,n,1\n{row}\nA,9,n,1\n")
    assert [line.number for line in good] == [2, 4]
    [line] = bad
    assert line.startswith(f"3,{said},")
    assert line.replace("'-1", "-1").endswith(row)


def test_dates_that_end_before_they_begin_are_told() -> None:
    _, bad = read("brand,reference,使用開始日,使用終了日\nA,1,2026-04-02,2026/4/1\nA,2,2026-04-01,2026.4.1\n")
    assert [line.split(",")[:2] for line in bad] == [["2", "使用終了日が使用開始日より前です"]]


def test_equal_keys_name_the_row_that_counts() -> None:
    good, bad = read(f"{HEADER}\nA,1,,\nB,1,,\n a,1 ,x,\nA,1,y,\n")
    assert [line.number for line in good] == [2, 3]
    assert [line.split(",")[:2] for line in bad] == [
        ["4", "2行目とブランド・型番が同じです"],
        ["5", "2行目とブランド・型番が同じです"],
    ]


def test_refused_rows_come_back_inert_and_can_be_taken_in_again() -> None:
    file = CsvFile(f"{HEADER},メモ\n,1,=1+1,5,@x\n".encode())
    rejected = Rejected(file.columns.titles)
    assert list(file.lines(rejected)) == []
    content = content_of(rejected)
    assert "'=1+1" in content
    again = content.replace("がありません,,1", "がありません,A,1")
    [line] = read(again)[0]
    assert line == ProductRow(2, "A", "1", {"name": "=1+1", "price_jpy": 5}, {"メモ": "@x"})


def test_the_file_of_refused_rows_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.importing.rejected_csv.MOST_BYTES", 2_000)
    _, bad = read(f"{HEADER}\n" + ",1,,\n" * 500)
    assert len(bad) < 100
    assert bad[-1].startswith(f",ほか{500 - len(bad) + 1}行")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_empty"),
        (b" \r\n\t", "import_empty"),
        (HEADER, "import_empty"),
        (f"{HEADER}\n\n,,,\n", "import_empty"),
        ("ブランド,商品名\nA,1", "import_no_keys"),
        ("just text", "import_no_keys"),
        ("A,1\nB,2", "import_no_keys"),
        (f"{HEADER},名称\nA,1,n,1,m", "import_column_twice"),
        (f"{HEADER},メモ,メモ\nA,1,n,1,m,m", "import_column_twice"),
        (f"{HEADER},{'x' * 101}\n", "import_title_too_long"),
        (f"{HEADER},specs.{'x' * 101}\n", "import_title_too_long"),
        (f"{HEADER}\n".encode() + b"A,1,\xff\xff\xff,1", "csv_unreadable"),
        (f"{HEADER}\nA,1,\0,1", "csv_unreadable"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 9, "csv_unreadable"),
        (f'{HEADER}\nA,1,"x,1', "csv_broken_row"),
        (f'{HEADER}\nA,1,"x"y,1', "csv_broken_row"),
        (f"{HEADER}\nA,1,{'x' * 140_000},1", "csv_broken_row"),
        ("brand,reference," + ",".join(f"c{n}" for n in range(MOST_COLUMNS)), "csv_columns"),
        (HEADER + "\n" + "," * 500_000, "csv_columns"),
    ],
)
def test_a_file_that_is_no_csv_of_products_is_refused_as_a_whole(content: bytes | str, code: str) -> None:
    assert code_of(content) == code


def test_the_broken_row_is_named() -> None:
    with pytest.raises(Refused) as refused:
        read(f'{HEADER}\nA,1,n,1\nA,2,"x"y,1')
    assert refused.value.data["row"] == 3


def test_size_and_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", 100)
    with pytest.raises(Refused) as refused:
        check_upload(b"x" * 101)
    assert refused.value.code == "import_too_big"
    monkeypatch.setattr(csv_rows, "MOST_ROWS", 3)
    monkeypatch.setattr(rules, "MOST_BYTES", 10_000)
    assert len(read(f"{HEADER}\n" + "".join(f"A,{n},,\n" for n in range(3)))[0]) == 3
    assert code_of(f"{HEADER}\n" + "".join(f"A,{n},,\n" for n in range(4))) == "csv_rows"
    assert code_of(f"{HEADER}\n" + "\n" * 100) == "csv_rows"


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100),
        unique=True,
        max_size=20,
    )
)
def test_every_name_of_a_column_comes_back_from_its_title(names: list[str]) -> None:
    titles = titles_for(names)
    rows = io.StringIO(newline="")
    csv.writer(rows).writerow([guarded(title) for title in ("brand", "reference", *titles)])
    csv.writer(rows).writerow(["A", "1", *[str(at) for at in range(len(names))]])
    good, _ = read(rows.getvalue())
    assert good[0].specs == {name: str(at) for at, name in enumerate(names)}
    assert columns_of(["brand", "reference", *titles]).fields == {}


def pieces() -> st.SearchStrategy[bytes]:
    cells = st.sampled_from([b"A", b"ref", b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\0", b"=1", "円".encode()])
    return st.lists(cells | st.binary(max_size=6), max_size=60).map(b"".join)


@settings(max_examples=300, deadline=2000)
@given(st.one_of(st.binary(max_size=300), pieces(), pieces().map(lambda tail: f"{HEADER},メモ\n".encode() + tail)))
def test_whatever_the_bytes_there_are_rows_or_a_refusal(content: bytes) -> None:
    outcome: Iterator[object]
    try:
        good, bad = read(content)
        outcome = chain(good, ["".join(bad)] if bad else [])  # a cell may hold what Python takes for the end of a line
    except Refused as refused:
        outcome = iter([say(refused)])
    assert all(outcome)
