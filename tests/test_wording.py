"""Words that the interface does not use, because another word means the thing.

They are looked for in the catalogue: in its Japanese texts and in their English, not in names of code. `ALLOWED` names the
texts that may say such a word, each with its reason. Between Japanese and Latin letters there is no space, but before an
example that one types.
"""

import re
from collections.abc import Iterable, Iterator

import pytest

from tests.test_translations import catalogue, forms

JAPANESE = {
    "イベント|競技場所|レース": "大会, 種目, 種目の区分",
    "エントリー": "申込",
    "確定|当選": "出場可",
    "補欠(?!待ち)|待機者|キャンセル待ち": "補欠待ち",
    "キャンセル|取消": "取り消し",
    "(?<!途中)棄権": "途中棄権",
    "目標タイム|資格記録": "申告タイム",
    "制限タイム|(?<!参加)標準記録": "参加標準記録",
    "定員外": "主催者枠",
    "(?<!主催)団体": "チーム, 主催団体",
    "(?<!大会)運営(者|責任者)": "大会運営者, 大会運営責任者",
    "担当者|連絡責任者": "申込責任者",
    "グループ|組分け": "組, 番組編成",
    "出走表": "スタートリスト",
    "ゼッケン": "ナンバーカード, 腰ナンバー",
    "チェックイン": "点呼",
    "リザルト": "記録, 結果",
    "名義": "振込依頼人",
    "ひな形": "テンプレート",
    "受付を?停止|受付を一時停止": "申込の一時停止, 機能の停止",
    "会期": "開催期間",
    "満席": "上限に達した",
    "動作記録": "稼働記録",
    "さがす|さがし": "探す",
    "いまのパスワード": "現在のパスワード",
    "(?<!run_)[Ww]orker": "ワーカー",
    "申し込まれ|断られ|することができ|締め切られ": "who acts: 申し込む, 断る, できます, 締め切る",
    r"([sd]|\d)(文字|行|列|件|名|種目|MB|桁)まで": "以内, 上限",
    "[sd]人": "名",
    r"(NIT-SYS|Excel|CSV) (?=[ぁ-ヶ一-龠])|(?<=[ぁ-ヶ一-龠]) (NIT-SYS|Excel|CSV)| （": "no space",
}
ENGLISH = {
    r"\bevents?\b": "meet, race",
    r"\bcourse\b|\bkinds? of race\b": "race category",
    r"\bdeclared time\b|\bdeclared\b(?! shoes)": "seed time",
    r"\bpromot": "move up",
    r"\binvited entr|\(invited\)": "host entry",
    r"\bcancel": "withdraw",
    r"(?<!entry )(?<!payment )\breceipts?\b": "entry receipt, payment receipt",
    r"\bmost stack\b": "maximum stack height",
    r"\bdead address": "undeliverable address",
    r"\bsigns? of life\b": "heartbeat",
    r"\bpresent password\b": "current password",
    r"\be-mails?\b|\bmail address|\bmails\b": "email, email address",
    r"\b(coach or manager|contact person)\b": "team contact",
    r"\b(recogni|organi|customi|authori|finali)s(e|ed|er|ing)\b": "-ize",
    r"\bcolors?\b|\bprogram\b(?!s)": "colour, programme",
    r"\bplease\b(?=.*\bcannot\b)|\bcannot\b.*\bplease\b": "a refusal does not say please",
}
ALLOWED = {
    "受付順は確定した順（確認: %(how)s）": "a transaction of the database is committed",
    "#%(race)d 確定した順と違う": "a transaction of the database is committed",
    "データベースの確定時刻": "a transaction of the database is committed",
    "取消日時": "the head of a column in a file",
    "団体コード": "the name that JAAF gives to this code",
    "大会当日は、運営責任者にも同時に連絡します。": "the runbook's own words",
    "担当者名": "the runbook's own words, of whom one calls at night",
    "担当者: 有効な大会運営者%(organizers)d名、スタッフ%(staff)d/%(most)d名": "those who run a meet, not those who enter",
    "Sentryの番号": "Sentry calls it an event",
    "取り込みをやめました": "an import, not an entry",
    "やめる": "the button that leaves a question",
    "申告されたシューズ": "shoes, not a time",
}


Texts = Iterable[tuple[str, str]]


def words_used(texts: Texts, table: dict[str, str], allowed: Iterable[str] = ALLOWED) -> Iterator[str]:
    """Which of these words stand in which texts. Each text comes with its Japanese, by which it is allowed; names of values
    and of elements are not read."""
    for japanese, text in texts:
        read = re.sub(r"%\(\w+\)(?=[sd])|\{\w+\}|<[^>]*>", "", text)
        for words, better in table.items():
            if japanese not in allowed and (found := re.search(words, read)):
                yield f"{found[0]!r} in {text!r}: say {better}"


def in_japanese() -> list[tuple[str, str]]:
    return [(forms(one.id)[0], form) for one in catalogue() if one.id for form in forms(one.id)]


def in_english() -> list[tuple[str, str]]:
    return [(forms(one.id)[0], form.lower()) for one in catalogue() if one.id for form in forms(one.string)]


def test_no_japanese_text_says_what_another_word_means() -> None:
    assert list(words_used(in_japanese(), JAPANESE)) == []


def test_no_english_text_says_what_another_word_means() -> None:
    assert list(words_used(in_english(), ENGLISH)) == []


def test_what_is_allowed_is_there_and_needs_it() -> None:
    both = ((in_japanese(), JAPANESE), (in_english(), ENGLISH))
    needed = {said for texts, table in both for said, text in texts if [*words_used([(said, text)], table, allowed=())]}
    assert ALLOWED.keys() - needed == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("この団体の種目", "団体"), ("この主催団体の種目", None), ("補欠2番目", "補欠"), ("補欠待ち2番目", None),
        ("運営責任者に連絡", "運営責任者"), ("大会運営責任者に連絡", None), ("400行まで", "0行まで"), ("15:00まで", None),
        ("workerを再起動", "worker"), ("run_worker を再起動", None), ("NIT-SYS が", "NIT-SYS "), ("%(n)d人", "d人"),
        ("14:05.32 のように", None), ("（満員） （補欠待ち）", " （"),
    ],
)  # fmt: skip
def test_such_a_word_is_found(text: str, found: str | None) -> None:
    said = list(words_used([(text, text)], JAPANESE))
    assert [one.split(" in ")[0] for one in said] == ([] if found is None else [repr(found)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see the receipt", "receipt"), ("see the entry receipt", None), ("a payment receipt", None),
        ("on %(event)s", None), ("the events", "events"), ("mail address", "mail address"), ("email address", None),
        ("recognised", "recognised"), ("advised", None),
    ],
)  # fmt: skip
def test_such_a_word_is_found_in_english(text: str, found: str | None) -> None:
    said = list(words_used([(text, text)], ENGLISH))
    assert [one.split(" in ")[0] for one in said] == ([] if found is None else [repr(found)])
