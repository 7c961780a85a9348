"""Names that a person would call the same have one key; what differs stays apart."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenants.kanji_forms import FORMS
from tenants.search_key import doubled, fold, key_of, same_name, words_of

NAMES = st.text(st.sampled_from("高橋髙﨑さサｻﾞ゛ーｰ々邉aÅAé’・ 　\u3099\ufe00\U000e0100\u200b"), max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("たかはし", "タカハシ"), ("ﾀｶﾊｼ", "タカハシ"), ("ｶﾞｸ", "ガク"), ("か゛く", "ガク"), ("ＡＢＣ", "abc"), ("Özil", "ozil"),
        ("髙橋", "高橋"), ("山﨑", "山崎"), ("渡邉", "渡辺"), ("渡邊", "渡辺"), ("𠮷田", "吉田"), ("濵田", "浜田"), ("濱田", "浜田"),
        ("齋藤", "斎藤"), ("齊藤", "斉藤"), ("斉藤", "斎藤"), ("長澤", "長沢"), ("嶋田", "島田"), ("櫻井", "桜井"), ("廣瀨", "広瀬"),
        ("葛󠄀城", "葛城"), ("神", "神"), ("佐々木", "佐佐木"), ("茅ヶ崎", "茅ケ崎"), ("ジョ―", "ジョー"), ("高橋 太郎", "高橋　太郎"),
        ("O’Brien", "o'brien"), ("ムワンギ・ジョン", "ムワンギジョン"), ("田\u200b中", "田中"), ("Øystein", "oystein"),
        (unicodedata.normalize("NFD", "ガード"), "ガード"), (unicodedata.normalize("NFD", "é"), "e"),
    ],
)  # fmt: skip
def test_one_name_has_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("カク", "ガク"), ("ハ", "パ"), ("高橋", "高梨"), ("大阪", "大坂"), ("太", "大"), ("ユウ", "ユ")]
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.one_of(st.text(), NAMES))
@example("カ々\u3099")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_the_form_of_unicode_makes_no_difference(text: str) -> None:
    assert len({fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}) == 1


@given(NAMES, NAMES)
def test_letters_that_stand_twice_are_found_where_single_ones_are(text: str, part: str) -> None:
    text, part = fold(text), fold(part)
    assert (doubled(part) in doubled(text)) == (part in text)


def test_each_kanji_stands_once_in_the_table() -> None:
    letters = "".join(FORMS.split())
    assert len(letters) == len(set(letters))
    assert all(len(group) > 1 for group in FORMS.split())
    assert unicodedata.normalize("NFKC", letters) == letters, "what Unicode itself folds needs no line"


def test_a_key_has_two_letters_for_each_beyond_ascii() -> None:
    assert key_of("髙橋太郎", "", "Taro") == "高高橋橋太太郎郎 taro"


def test_words_of_a_search_are_few_and_hold_something() -> None:
    assert [word.key for word in words_of(" 高橋　・ a ")] == ["高高橋橋", "a"]
    assert len(words_of("a b c d e f g")) == 5
    assert words_of("・ 　") == []
    assert len(words_of("a" * 500)[0].key) == 100


def test_no_word_holds_what_a_database_cannot_be_asked_for() -> None:
    assert [word.typed for word in words_of("鈴\0木 \0")] == ["鈴木"]
