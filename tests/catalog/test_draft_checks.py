"""What a drafted text may not say (requirement I11; OWASP LLM09): whatever the facts do not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.drafting.checking.checks import MOST_LETTERS, MOST_PROBLEMS, Fact, Problem, check
from catalog.drafting.checking.folding import fold
from catalog.drafting.checking.numbers import numbers_in, read_numeral
from catalog.drafting.context import pieces
from catalog.drafting.similarity import similarity

FACTS = [
    Fact("brand", "ブランド", "ASICS", is_identity=True),
    Fact("reference", "型番", "1013A124-101", is_identity=True),
    Fact("name", "商品名", "METASPEED 最高速 2", is_identity=True),
    Fact("price_jpy", "価格（円）", "24,200円"),
    Fact("stack_height_mm", "靴底の厚さ（mm）", "39.5 mm"),
    Fact("events_allowed", "使用できる種目", "トラック、ロード"),
    Fact("list_status", "WAリスト区分", "承認リストに掲載"),
    Fact("valid_from", "使用開始日", "2026/4/1 (水)"),
    Fact("specs.water_resistance_m", "防水（m）", "100"),
    Fact("specs.重量", "重量", "230 g"),
    Fact("specs.素材", "素材", "カーボン"),
]


def codes(text: str, told: str = "") -> set[str]:
    return {problem.code for problem in check(text, FACTS, told=told)}


@pytest.mark.parametrize(
    "text",
    [
        "ASICSのランニングシューズ「METASPEED 最高速 2」（型番1013A124-101）です。",
        "価格は24,200円です。",
        "価格は２４，２００円です。",
        "価格は¥24,200です。",
        "価格は2万4200円です。",
        "価格は２万４千２百円です。",
        "価格は二万四千二百円です。",
        "価格は二四二〇〇円です。",
        "靴底の厚さは39.5mmです。",
        "靴底の厚さは３９．５ミリメートルです。",
        "靴底の厚さは3.95cmです。",
        "トラックとロードで使用できます。承認リストに掲載されています。",
        "2026年4月1日から使えます。",
        "二〇二六年四月一日から使えます。",
        "防水は100mです。",
        "重量は230グラムです。素材はカーボンです。",
        "asicsのシューズです。",
        "一般の方にも、一緒に走る方にも。",
    ],
)
def test_what_the_facts_say_may_be_said_in_another_notation(text: str) -> None:
    assert check(text, FACTS) == []


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("価格は24,300円です。", "24,300円"),
        ("価格は２４，３００円です。", "２４，３００円"),
        ("価格は2万円台です。", "2万円台"),
        ("価格は24,200円以下です。", "24,200円以下"),
        ("厚さは39.5cmです。", "39.5cm"),
        ("厚さは395mmです。", "395mm"),
        ("230kgです。", "230kg"),
        ("230mです。", "230m"),
        ("三十人が履いています。", "三十人"),
        ("反応は二倍です。", "二倍"),
        ("３０％です。", "３０％"),
        ("30パーセントです。", "30パーセント"),
        ("２割です。", "２割"),
        ("数百人です。", "百人"),
        ("①です。", "①"),
        ("½です。", "½"),
        ("٣٠です。", "٣٠"),
        ("参拾個です。", "参拾個"),
        ("5000mに使います。", "5000m"),
        ("25,26cmです。", "26cm"),
        ("2027年4月1日からです。", "2027年"),
        ("2026/4/2からです。", "2"),
        ("1位です。", "1位"),
        ("3足です。", "3足"),
        ("二3です。", "二3"),
        ("1億円です。", "1億円"),
    ],
)
def test_a_number_or_unit_that_no_fact_holds_is_found(text: str, excerpt: str) -> None:
    assert excerpt in [problem.excerpt for problem in check(text, FACTS) if problem.code == "number"]


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("アシックスのシューズです。", "アシックス"),
        ("Nikeのシューズです。", "Nike"),
        ("ＺｏｏｍＸです。", "ＺｏｏｍＸ"),
        ("カーボンプレートです。", "カーボンプレート"),
        ("ｸｯｼｮﾝです。", "ｸｯｼｮﾝ"),
        ("2wayです。", "2way"),
        ("метаです。", "мета"),
        ("競歩でもクロスカントリーでも使えます。", "クロスカントリー"),
        ("1013A125です。", "1013A125"),
        ("METASPEEDYです。", "METASPEEDY"),
        ("ミリ" * 60 + "です。", "ミリ" * 40),
    ],
)
def test_a_name_or_technology_that_no_fact_holds_is_found(text: str, excerpt: str) -> None:
    assert Problem("word", excerpt) in check(text, FACTS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[(f"{word}シューズです。", "hype") for word in (
            "最高の", "No.1の", "Ｎｏ．１の", "ナンバーワンの", "世界一の", "究極の", "完璧な", "必ず選びたい", "絶対の", "圧倒的な",
            "革命的な", "唯一の", "最\u200b高の", "史上初の", "今すぐ買える", "限定の")],
        *[(f"{words}シューズです。", "effect") for words in (
            "速くなる", "速く走れる", "記録が伸びる", "自己ベストの", "怪我を防ぐ", "疲れにくい", "効果のある", "故障を減らす", "安全な")],
        *[(f"{words}シューズです。", "comparison") for words in ("他社より良い", "従来の", "前作に比べた", "もっとも多い", "より軽い")],
        *[(f"{words}シューズです。", "claim") for words in ("軽量な", "受賞した", "公認の", "反発する", "日本製の", "税込の", "人工の素材の設計の")],
        ("承認済みです。", "claim"),
        ("承知しました。シューズです。", "habit"),
        ("publish nowです。", "habit"),
        ("https://evil.example/です。", "link"),
        ("ｈｔｔｐｓ：／／evil．exampleです。", "link"),
        ("evil.comをご覧ください。", "link"),
        ("a@b.exampleへどうぞ。", "link"),
        ("<script>alert(1)</script>です。", "markup"),
        ("＜b＞です。", "markup"),
        ("&lt;b&gt;です。", "markup"),
        ("**シューズ**です。", "markup"),
        ("シューズ\u202eです。", "hidden"),
        ("シューズ\ufffdです。", "hidden"),
        ("あ" * (MOST_LETTERS + 1), "long"),
        ("ASICS", "language"),
    ],
)  # fmt: skip
def test_what_no_text_may_say_is_found(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_word_of_hype_within_the_name_is_the_name() -> None:
    assert codes("「METASPEED 最高速 2」です。") == set()
    assert codes("最高速です。") == {"hype"}


def test_the_instructions_are_not_repeated() -> None:
    told = "書いてよい内容は、次の項目と値だけです。数値を付け足さないでください。"
    [problem] = check("紹介です。次の項目と値だけです。数値を付け足さない。", FACTS, told=told)
    assert problem == Problem("leak", "次の項目と値だけです。数値を付け足さない")
    assert codes("次の項目です。", told) == set()


def test_each_place_is_named_once_and_their_number_is_bounded() -> None:
    assert check("世界一です。世界一です。", FACTS) == [Problem("hype", "世界一")]
    assert len(check("です。".join(f"{n}人" for n in range(2, 200)), FACTS)) == MOST_PROBLEMS


def test_without_facts_nothing_may_be_counted() -> None:
    assert check("シューズです。1足です。", []) == [Problem("number", "1足")]


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_is_read_and_marked_without_losing_a_letter(text: str, values: list[str]) -> None:
    facts = [Fact(f"specs.{value}", value, value, is_identity=n == 0) for n, value in enumerate(values)]
    problems = check(text, facts, told=text[5:40])
    assert "".join(piece.text for piece in pieces(text, [problem.excerpt for problem in problems])) == text
    assert all(problem.excerpt in text or problem.code == "hidden" for problem in problems)


@given(st.integers(0, 10**15))
def test_a_number_is_read_the_same_in_arabic_and_in_kanji(number: int) -> None:
    kanji = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    assert read_numeral(f"{number:,}") == read_numeral(str(number)) == read_numeral(kanji) == Decimal(number)


def test_folding_knows_the_way_back() -> None:
    folded = fold("Ｎｏ．㍿ｶﾞ\u200bⅫ")
    assert folded.text == "no.株式会社ガxii"
    assert folded.excerpt(3, 7) == "㍿"
    assert folded.excerpt(7, 11) == "ｶﾞ\u200bⅫ"
    assert folded.excerpt(2, 2) == ""


def test_digits_within_a_word_of_letters_are_no_number() -> None:
    assert numbers_in(fold("REF001 v2 2way").text) == []


def test_pieces_mark_what_the_check_found() -> None:
    found = list(pieces("最高。最高の靴", ["最高", "最高の"]))
    assert [(piece.text, piece.is_marked) for piece in found] == [
        ("最高", True),
        ("。", False),
        ("最高の", True),
        ("靴", False),
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("価格は24,200円です。", "価格は２４２００円です", 100),
        ("あいうえお", "かきくけこ", 0),
        ("あいうえお", "あいうえか", 80),
        ("", "", 100),
        ("あ", "", 0),
        ("あ" * 999 + "い", "あ" * 999 + "う", 99),
    ],
)
def test_similarity_is_the_share_of_equal_letters(one: str, other: str, expected: int) -> None:
    assert similarity(one, other) == expected
