"""Which letters of a name stand on paper as they were typed. Pure.

Papers are set in BIZ UDPGothic, with Noto Sans JP for what it lacks; together they have 16,998 characters. Which letters
these are was read from the fonts (versions 0.4.2 and 0.4.3 of their packages): all of the Japanese character sets that Python
knows, and those of `BEYOND`, 599 kanji among them. Of the many variants that a selector may ask for they have the first; of another one the
plain form is drawn, without a sign that it is not what was meant.
"""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

CHARACTER_SETS = ("cp932", "euc_jis_2004", "euc_jp")
BEYOND = frozenset(
    "ĔĕģĬĭŎŏƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐ"
    "ốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ"
    "㐅㐧㒈㔾㗞㘔㢡㢭㦤㦸㩜㪅㫄㫋㫳㬵㯳㴱㵎㷌㹀㺊㻚㾱㿜䄃䊓䐌䕺䖾䘐䚮䜟䟦䠞䬸䭾䰸䳡丷乛伫俓偷僰內兴兹凔凟刦别卤厉叁叄吳吿呌唧嗬嗮嗱嗸嘠坟垮塭墘够夹姬娛孶宂尔尙尪峦巿"
    "庙强彥慤慽懨戱戶挛斾旣暳朌朐朥朵权枀枤枾柺栅梎榆橔櫸歲沬洁湂溉溼滚滛滦澝澷燴玺珤琡產畵癎盫瞷礨祂稅窽筓簯籂类糹絕緐繈纟肀胷脁脫腁腳臯舋荆荚藴虽蜢螎衮裆裠见訁說謏"
    "讠貟賒贜贝蹵蹷车辢迈郉銳鎻钅长閱门韦頹页风飞饣駡騈马骽鬝鬬鱡鱼鸟黾齐齿龙龟龴龼龽龾龿鿀鿁鿂鿄鿆鿌豈更車賈滑串句龜龜契金喇奈懶癩羅蘿螺裸邏樂洛烙珞落酪駱亂卵爛蘭鸞"
    "嵐濫藍襤拉臘蠟浪狼郎來冷勞擄櫓爐盧老蘆路露魯鷺碌祿綠菉錄鹿論壟弄籠聾牢磊賂雷壘屢樓淚漏累縷陋勒肋凜凌稜綾菱陵拏樂諾丹寧怒率異北磻便復不泌數索參塞省葉說辰沈拾若掠"
    "略亮兩凉梁糧良諒量勵呂女廬旅濾礪閭驪麗黎力曆歷轢年憐戀撚漣煉璉秊練聯輦蓮連鍊列劣咽烈裂說廉念捻殮簾獵令囹寧嶺怜玲瑩羚聆鈴零靈領例禮醴隸惡了僚寮尿料樂燎療蓼遼龍暈"
    "阮劉杻柳流溜琉留硫紐六戮陸倫崙淪輪律慄栗率利吏履易李梨泥理痢罹裏裡里離匿溺吝燐璘藺隣鱗林淋臨立笠粒狀炙識什茶刺切度拓糖宅洞暴輻行降見廓郞隷恵𤋮舘𠂊𠂰𠃵𠅘𠔿𠖱𠘑𠛬"
    "𠟈𠤎𠦄𠩤𠮷𠵘𡨚𢘉𢹂𢿫𣏌𣏾𣟱𣲾𤁋𤋮𤏐𤣩𤸄𤿲𥙿𥡴𥧌𥫗𦈢𦉪𦦙𦲞𧢲𧦴𧰼𧵳𧺯𨓜𨳝𨸏𨸗𨻶𩠐𩵋𩿗𪊲𪧦𫝆𫝑𫝓𫝚𫝜𫝥𫝶𫝷𫝼𫞂𫞉𫞋𫞎𫞔𫞬𫞯𫞽𫟉𫟏𫟒𫟘𫟰𫠍𫠗𫠚𭕄𮉸𮕩𮛪你兔再冤冬割勺卉"
    "卿周善城姬寃将屠巽形彫慈憲成拔冕杞杓桒栟槪櫛沿浩滋潮炭爨爵眞真絣芽諭軔輸嶲𰻞𱁬"
)
"""Letters of the fonts that stand in none of these sets."""
LACKING = frozenset("ǵ")
"""Letters of these sets that neither font has."""
LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "So", "Cn"})
"""Also symbols, and what this Python does not know yet. A private letter (Co) is a box wherever it comes from."""
FIRST_VARIANT = "\U000e0100"
_SELECTORS = range(0xE0100, 0xE01F0)


class Unprinted(NamedTuple):
    """What of a text does not come out on paper: letters that are boxes there, and letters drawn in their plain form."""

    boxes: list[str]
    plain: list[str]


def unprinted(text: str) -> Unprinted:
    """Each letter once, in their order; nothing for nearly every name."""
    boxes, plain = [], []
    for place, letter in enumerate(text):
        if ord(letter) in _SELECTORS:
            if letter != FIRST_VARIANT and place:
                plain.append(text[place - 1])
        elif _is_box(letter):
            boxes.append(letter)
    return Unprinted(list(dict.fromkeys(boxes)), list(dict.fromkeys(plain)))


@lru_cache(maxsize=8_192)
def _is_box(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind == "Co" or (
        kind in LETTERS and letter not in BEYOND and (letter in LACKING or not _is_in_a_set(letter))
    )


def _is_in_a_set(letter: str) -> bool:
    for name in CHARACTER_SETS:
        try:
            letter.encode(name)
        except UnicodeEncodeError:
            continue
        return True
    return False
