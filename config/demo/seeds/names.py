"""Invented people and teams. Nobody here is real; the characters are those that real rosters have (髙 﨑 𠮷 神 …)."""

from typing import NamedTuple


class Name(NamedTuple):
    """One part of a name in kanji, katakana and Latin letters."""

    kanji: str
    kana: str
    romaji: str


class TeamName(NamedTuple):
    """A team as it is registered."""

    name: str
    kana: str
    short: str
    prefecture: str


def _names(table: str) -> list[Name]:
    return [Name(*line.split()) for line in table.split("/") if line.strip()]


# \ufa19, \ufa1e, \ufa10: 神, 羽, 塚 as compatibility ideographs, which any normalisation would rewrite.
FAMILY = _names("""
佐藤 サトウ Sato / 鈴木 スズキ Suzuki / 髙橋 タカハシ Takahashi / 田中 タナカ Tanaka / 伊藤 イトウ Ito /
渡邊 ワタナベ Watanabe / 渡邉 ワタナベ Watanabe / 山本 ヤマモト Yamamoto / 中村 ナカムラ Nakamura /
小林 コバヤシ Kobayashi / 加藤 カトウ Kato / 𠮷田 ヨシダ Yoshida / 吉田 ヨシダ Yoshida / 山田 ヤマダ Yamada /
佐々木 ササキ Sasaki / 山口 ヤマグチ Yamaguchi / 松本 マツモト Matsumoto / 井上 イノウエ Inoue / 木村 キムラ Kimura /
林 ハヤシ Hayashi / 齋藤 サイトウ Saito / 斎藤 サイトウ Saito / 清水 シミズ Shimizu / 山﨑 ヤマザキ Yamazaki /
山崎 ヤマサキ Yamasaki / 森 モリ Mori / 池田 イケダ Ikeda / 橋本 ハシモト Hashimoto / 阿部 アベ Abe /
石川 イシカワ Ishikawa / 中島 ナカジマ Nakajima / 前田 マエダ Maeda / 藤田 フジタ Fujita / 小川 オガワ Ogawa /
後藤 ゴトウ Goto / 岡田 オカダ Okada / 長谷川 ハセガワ Hasegawa / 村上 ムラカミ Murakami / 近藤 コンドウ Kondo /
石井 イシイ Ishii / 坂本 サカモト Sakamoto / 遠藤 エンドウ Endo / 青木 アオキ Aoki / 藤井 フジイ Fujii /
西村 ニシムラ Nishimura / 福田 フクダ Fukuda / 太田 オオタ Ota / 三浦 ミウラ Miura / 岡本 オカモト Okamoto /
松田 マツダ Matsuda / 中川 ナカガワ Nakagawa / 中野 ナカノ Nakano / 原田 ハラダ Harada / 小野 オノ Ono /
田村 タムラ Tamura / 竹内 タケウチ Takeuchi / 金子 カネコ Kaneko / 和田 ワダ Wada / 石田 イシダ Ishida /
上田 ウエダ Ueda / 森田 モリタ Morita / 原 ハラ Hara / 柴田 シバタ Shibata / 酒井 サカイ Sakai / 工藤 クドウ Kudo /
宮本 ミヤモト Miyamoto / 内田 ウチダ Uchida / 髙木 タカギ Takagi / 安藤 アンドウ Ando / 島田 シマダ Shimada /
谷口 タニグチ Taniguchi / 大野 オオノ Ono / 丸山 マルヤマ Maruyama / 今井 イマイ Imai / 河野 コウノ Kono /
濵田 ハマダ Hamada / 桒原 クワバラ Kuwabara / 栁田 ヤナギダ Yanagida / 德永 トクナガ Tokunaga /
神山 カミヤマ Kamiyama / \ufa19谷 カミヤ Kamiya / \ufa1e田 ハネダ Haneda / \ufa10本 ツカモト Tsukamoto / 𠮷野 ヨシノ Yoshino /
黒﨑 クロサキ Kurosaki / 五十嵐 イガラシ Igarashi / 久保田 クボタ Kubota / 小笠原 オガサワラ Ogasawara
""")

MALE = _names("""
翔太 ショウタ Shota / 大輝 ダイキ Daiki / 蓮 レン Ren / 悠斗 ユウト Yuto / 陸 リク Riku / 颯太 ソウタ Sota /
健太 ケンタ Kenta / 拓海 タクミ Takumi / 直樹 ナオキ Naoki / 和也 カズヤ Kazuya / 隼人 ハヤト Hayato /
湊 ミナト Minato / 樹 イツキ Itsuki / 涼介 リョウスケ Ryosuke / 駿 シュン Shun / 優斗 ユウト Yuto / 海斗 カイト Kaito /
康平 コウヘイ Kohei / 慎吾 シンゴ Shingo / 光希 コウキ Koki / 遼 リョウ Ryo / 聡 サトシ Satoshi / 真人 マサト Masato /
裕貴 ユウキ Yuki / 航 ワタル Wataru / 亮太 リョウタ Ryota / 雄大 ユウダイ Yudai / 匠 タクミ Takumi / 一樹 カズキ Kazuki /
俊介 シュンスケ Shunsuke / 圭吾 ケイゴ Keigo / 琉生 ルイ Rui / 朝陽 アサヒ Asahi / 暖 ダン Dan / 奏多 カナタ Kanata /
達也 タツヤ Tatsuya / 尚弥 ナオヤ Naoya / 宏樹 ヒロキ Hiroki / 祐介 ユウスケ Yusuke / 崇 タカシ Takashi /
創 ソウ So / 瑛太 エイタ Eita / 晴翔 ハルト Haruto / 岳 ガク Gaku / 耕平 コウヘイ Kohei / 凌 リョウ Ryo
""")

FEMALE = _names("""
陽菜 ヒナ Hina / 美咲 ミサキ Misaki / 葵 アオイ Aoi / 結衣 ユイ Yui / さくら サクラ Sakura / 莉子 リコ Riko /
凛 リン Rin / 優花 ユウカ Yuka / 彩乃 アヤノ Ayano / 真央 マオ Mao / 千尋 チヒロ Chihiro / 七海 ナナミ Nanami /
楓 カエデ Kaede / 杏奈 アンナ Anna / 花音 カノン Kanon / 詩織 シオリ Shiori / 舞 マイ Mai / 琴音 コトネ Kotone /
愛 アイ Ai / 茜 アカネ Akane / 遥 ハルカ Haruka / 菜々子 ナナコ Nanako / 沙羅 サラ Sara / 紗季 サキ Saki /
日和 ヒヨリ Hiyori / 柚希 ユズキ Yuzuki / 澪 ミオ Mio / 里奈 リナ Rina / 麻衣 マイ Mai / 早紀 サキ Saki /
瑞穂 ミズホ Mizuho / 萌 モエ Moe / ひかり ヒカリ Hikari / 美羽 ミウ Miu / 晴香 ハルカ Haruka / 智美 トモミ Tomomi
""")


def _teams(table: str) -> list[TeamName]:
    return [TeamName(*line.split()) for line in table.strip().splitlines()]


UNIVERSITIES = _teams("""
湘陽大学 ショウヨウダイガク 湘陽大 48
北陵大学 ホクリョウダイガク 北陵大 48
武蔵台大学 ムサシダイダイガク 武蔵台大 48
相模野大学 サガミノダイガク 相模野大 48
青嶺学院大学 セイレイガクインダイガク 青嶺学大 48
多摩丘大学 タマオカダイガク 多摩丘大 48
東都体育大学 トウトタイイクダイガク 東都体大 48
常総国際大学 ジョウソウコクサイダイガク 常総国大 48
京浜工科大学 ケイヒンコウカダイガク 京浜工大 48
房総大学 ボウソウダイガク 房総大 48
上州学園大学 ジョウシュウガクエンダイガク 上州学大 48
甲斐大学 カイダイガク 甲斐大 48
駿河台南大学 スルガダイミナミダイガク 駿台南大 48
遠州大学 エンシュウダイガク 遠州大 48
尾張野大学 オワリノダイガク 尾張野大 48
美濃学院大学 ミノガクインダイガク 美濃学大 48
近江体育大学 オウミタイイクダイガク 近江体大 48
洛東大学 ラクトウダイガク 洛東大 48
浪速学園大学 ナニワガクエンダイガク 浪速学大 48
摂津大学 セッツダイガク 摂津大 48
播磨大学 ハリマダイガク 播磨大 48
吉備野大学 キビノダイガク 吉備野大 48
瀬戸内大学 セトウチダイガク 瀬戸内大 48
筑紫野大学 チクシノダイガク 筑紫野大 48
奥州学園大学 オウシュウガクエンダイガク 奥州学大 48
蔵王大学 ザオウダイガク 蔵王大 48
越路大学 コシジダイガク 越路大 48
信州中央大学 シンシュウチュウオウダイガク 信州中大 48
""")

HIGH_SCHOOLS = _teams("""
港南台東高等学校 コウナンダイヒガシコウトウガッコウ 港南台東高 14
桜ヶ丘西高等学校 サクラガオカニシコウトウガッコウ 桜ヶ丘西高 13
川崎北部高等学校 カワサキホクブコウトウガッコウ 川崎北部高 14
秩父南高等学校 チチブミナミコウトウガッコウ 秩父南高 11
水戸東雲高等学校 ミトシノノメコウトウガッコウ 水戸東雲高 08
那須野高等学校 ナスノコウトウガッコウ 那須野高 09
榛名山高等学校 ハルナサンコウトウガッコウ 榛名山高 10
九十九里浜高等学校 クジュウクリハマコウトウガッコウ 九十九里高 12
富士見原高等学校 フジミハラコウトウガッコウ 富士見原高 19
三島清流高等学校 ミシマセイリュウコウトウガッコウ 三島清流高 22
豊川学園高等学校 トヨカワガクエンコウトウガッコウ 豊川学園高 23
伊勢志摩南高等学校 イセシマミナミコウトウガッコウ 伊勢志摩高 24
須磨浦高等学校 スマウラコウトウガッコウ 須磨浦高 28
倉敷川高等学校 クラシキガワコウトウガッコウ 倉敷川高 33
大隅中央高等学校 オオスミチュウオウコウトウガッコウ 大隅中央高 46
""")

COMPANIES = _teams("""
京浜電機製作所 ケイヒンデンキセイサクショ 京浜電機 14
みなと製鋼 ミナトセイコウ みなと製鋼 14
東都ガス販売 トウトガスハンバイ 東都ガス 13
武蔵鉄道 ムサシテツドウ 武蔵鉄道 11
つくば精密工業 ツクバセイミツコウギョウ つくば精密 08
三河自動車部品 ミカワジドウシャブヒン 三河自動車 23
播州食品 バンシュウショクヒン 播州食品 28
日向セラミックス ヒュウガセラミックス 日向セラミ 45
""")

CLUBS = _teams("""
横浜みなとランナーズ ヨコハマミナトランナーズ 横浜みなとRC 14
多摩川アスリートクラブ タマガワアスリートクラブ 多摩川AC 13
湘南朝霧陸友会 ショウナンアサギリリクユウカイ 湘南朝霧 14
荒川土手走友会 アラカワドテソウユウカイ 荒川土手 11
房総マスターズ陸上クラブ ボウソウマスターズリクジョウクラブ 房総マスタ 12
""")

JUNIOR_HIGHS = _teams("""
港北の丘中学校 コウホクノオカチュウガッコウ 港北の丘中 14
玉川台中学校 タマガワダイチュウガッコウ 玉川台中 13
藤沢南海中学校 フジサワナンカイチュウガッコウ 藤沢南海中 14
国分寺原中学校 コクブンジハラチュウガッコウ 国分寺原中 13
""")
