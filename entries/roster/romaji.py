"""Latin letters for a name in kana, as Japanese passports write them (Hepburn without long vowels). Pure.

Source: 外務省 ヘボン式ローマ字綴方表. A suggestion only: kana does not say where a word ends, so 井上 イノウエ and 広岡 ヒロオカ need
the exceptions below, and whoever has a passport knows better.
"""

import re

from entries.roster.kana import to_katakana

_ROWS = {
    "アイウエオ": "a i u e o", "カキクケコ": "ka ki ku ke ko", "サシスセソ": "sa shi su se so",
    "タチツテト": "ta chi tsu te to", "ナニヌネノ": "na ni nu ne no", "ハヒフヘホ": "ha hi fu he ho",
    "マミムメモ": "ma mi mu me mo", "ヤユヨ": "ya yu yo", "ラリルレロ": "ra ri ru re ro", "ワヰヱヲ": "wa i e o",
    "ガギグゲゴ": "ga gi gu ge go", "ザジズゼゾ": "za ji zu ze zo", "ダヂヅデド": "da ji zu de do",
    "バビブベボ": "ba bi bu be bo", "パピプペポ": "pa pi pu pe po", "ァィゥェォ": "a i u e o", "ャュョヮ": "ya yu yo wa",
    "ヵヶ": "ka ke", "ヴ": "bu",
}  # fmt: skip
_ONE = {kana: latin for row, letters in _ROWS.items() for kana, latin in zip(row, letters.split(), strict=True)}
_SMALL_Y = {"ャ": "a", "ュ": "u", "ョ": "o"}
_PARTS = re.compile(r"ヴ[ァィェォ]|[ァ-ヺ][ャュョ]|[ァ-ヺ]")

# A vowel that lengthens the one before it is left out, unless a new word begins with it (イノ|ウエ, マツ|ウラ, ヒロ|オカ).
_LONG_U = re.compile("(?<=[オコゴソゾトドノホボポモヨロョ])ウ(?!エ)|(?<=[ユュフク])ウ")
_NEW_WORD = re.compile("(?<=.)ノウ(?=[チラ])")
_LONG_O = re.compile("(?<=[オコゴソゾトドノホボポモヨロョ])オ(?!カ|$)|(?<=^オ)オ")


def romaji(kana: str) -> str:
    """`オオノ` → `Ono`, `ジュンペイ` → `Jumpei`, `ハットリ` → `Hattori`. What is no kana is left out."""
    words = [_word(word) for word in re.split(r"[ ・]+", to_katakana(kana))]
    return " ".join(word.capitalize() for word in words if word)


def _word(kana: str) -> str:
    kana = _NEW_WORD.sub("ノ|ウ", re.sub("[^ァ-ヺ]", "", kana))
    kana = _LONG_O.sub("", _LONG_U.sub("", kana)).replace("|", "")
    latin = _PARTS.sub(lambda part: part[0] if part[0] in "ンッ" else _syllable(part[0]), kana)
    latin = re.sub("ッ(?=ch)", "t", latin)
    latin = re.sub("ッ([bcdfghjklmnpqrstvwxyz])", r"\1\1", latin).replace("ッ", "")
    latin = re.sub("ン(?=[bmp])", "m", latin).replace("ン", "n")
    return latin


def _syllable(part: str) -> str:
    """One kana, or one with a small ャュョ (キョ: kyo, シャ: sha), or ヴァ."""
    first, small = part[0], part[1:]
    if first == "ヴ" and small:
        return "b" + _ONE[small]
    latin = _ONE.get(first, "")
    if small not in _SMALL_Y:
        return latin + _ONE.get(small, "")
    if not latin.endswith("i"):
        return latin + _ONE[small]
    stem = latin[:-1]
    return stem + ("" if stem in ("sh", "ch", "j") else "y") + _SMALL_Y[small]
