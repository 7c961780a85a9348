"""Romaji as passports have it, and katakana from whatever people type."""

import pytest

from entries.roster.kana import is_katakana, to_katakana
from entries.roster.romaji import romaji


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("オオノ", "Ono"), ("オノ", "Ono"), ("コウジ", "Koji"), ("シンイチ", "Shinichi"), ("ジュンペイ", "Jumpei"),
        ("ナンバ", "Namba"), ("ホンマ", "Homma"), ("ハットリ", "Hattori"), ("ホッチ", "Hotchi"), ("ユウコ", "Yuko"),
        ("サトウ", "Sato"), ("シュウヘイ", "Shuhei"), ("リョウ", "Ryo"), ("キョウヘイ", "Kyohei"), ("ショウタ", "Shota"),
        ("ニイガタ", "Niigata"), ("イノウエ", "Inoue"), ("マツウラ", "Matsuura"), ("ヒロオカ", "Hirooka"),
        ("タケノウチ", "Takenouchi"), ("コウチ", "Kochi"), ("オオカワ", "Okawa"), ("トオヤマ", "Toyama"),
        ("コオリヤマ", "Koriyama"), ("セノオ", "Senoo"), ("ヨコオ", "Yokoo"), ("ツヅキ", "Tsuzuki"), ("イヂチ", "Ijichi"),
        ("フウカ", "Fuka"), ("ヴァン", "Ban"), ("チャーリー", "Chari"), ("ワン・エイ", "Wan Ei"), ("ジョン スミス", "Jon Sumisu"),
        ("ギャク", "Gyaku"), ("じゅんぺい", "Jumpei"), ("ｼﾞｭﾝﾍﾟｲ", "Jumpei"), ("ッ", ""), ("", ""), ("𠮷", ""), ("\0=1", ""),
    ],
)  # fmt: skip
def test_romaji_of_kana(kana: str, latin: str) -> None:
    assert romaji(kana) == latin


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("すずき", "スズキ"), ("ｽｽﾞｷ", "スズキ"), ("ガ", "ガ"), ("か\u3099", "ガ"), ("ゔ", "ヴ"), ("あー", "アー"), ("ア-", "アー"),
        ("ｱｰ", "アー"), (" ア　イ ", "ア イ"), ("ア･イ", "ア・イ"), ("ゝ", "ヽ"),
    ],
)  # fmt: skip
def test_katakana_of_what_people_type(typed: str, kana: str) -> None:
    assert to_katakana(typed) == kana
    assert is_katakana(kana)


@pytest.mark.parametrize("text", ["", "鈴木", "Suzuki", "ア1", "ア\n", "ア  イ", "-"])
def test_what_is_no_katakana(text: str) -> None:
    assert not is_katakana(text)
