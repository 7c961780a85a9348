"""Kanji that people write for one another in names: the form of today, and the others. Pure.

Three sources. The old forms that stand in brackets in the 常用漢字表 (2010), which registers and families still use; the
forms that the 人名用漢字 list permits beside them (戸籍法施行規則, 別表第二); and variants that the family registers of our
athletes are full of and a form of JIS cannot tell apart (髙, 﨑, 邊, 𠮷, 濵, 齋). The compatibility forms of Unicode (神 U+FA19)
need no line: NFKC knows them. Only for comparing: a name is stored and printed as it was typed. Where two characters are
different words that share a form (弁, 予, 余, 欠, 芸, 糸) both are found, which costs a search one line more.
"""

FORMS = """
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 隠隱 栄榮 営營 衛衞 駅驛 悦悅 円圓 縁緣 艶艷 塩鹽 奥奧 応應 横橫 欧歐 殴毆 桜櫻 穏穩 温溫 仮假
価價 画畫 会會 回囘 絵繪 壊壞 懐懷 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 缶罐 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 顔顏 気氣 帰歸 偽僞 戯戲
犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹 郷鄕鄉 暁曉 区區 駆驅 勲勳 薫薰 径徑 恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄雞 芸藝 撃擊
欠缺 研硏 県縣 倹儉 剣劍劔劒剱釼 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國圀 黒黑 済濟 砕碎 斎齋斉齊
剤劑 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫 舎舍 釈釋 寿壽 収收 従從 渋澁澀 獣獸 縦縱 粛肅 処處 緒緖 叙敍敘
尚尙 奨奬獎 将將 渉涉 称稱 証證 焼燒 乗乘 浄淨 剰剩 畳疊疉 縄繩 壌壤 嬢孃 条條 状狀 譲讓 醸釀 触觸 嘱囑 寝寢 慎愼 真眞 尽盡 図圖
粋粹 酔醉 穂穗 随隨 髄髓 枢樞 数數 瀬瀨 声聲 清淸 青靑 静靜 税稅 窃竊 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭
荘莊庄 捜搜 挿插 巣巢 曽曾 痩瘦 装裝 騒騷 増增 蔵藏 臓臟 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團
断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 鎮鎭 転轉 点點 伝傳 党黨 島嶋嶌㠀 盗盜 灯燈 当當 稲稻 闘鬪 徳德 独獨 読讀 届屆
内內 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 浜濱濵 富冨 払拂 仏佛 併倂 並竝 餅餠 辺邊邉 変變 歩步 宝寶寳
豊豐 褒襃 没沒 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩 猟獵
緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 齢齡 恋戀 炉爐 労勞 郎郞 楼樓 録錄 湾灣 亀龜 尭堯 遥遙 穣穰 桧檜 祢禰 薮藪籔 蝋蠟 頬頰 填塡 剥剝
叱𠮟 喩喻 嚢囊 掴摑 繋繫 箪簞 鴎鷗 鴬鶯 篭籠 諌諫 蕊蘂 莱萊 高髙 崎﨑嵜㟢碕 吉𠮷 桑桒 柳栁桺 渕淵渊 峰峯 館舘 船舩 槙槇 巌巖 凛凜
晃晄 秋穐龝 松枩 梅楳 枡桝 徹澈 群羣 略畧 裏裡 鉄鐵鉃 橋槗𣘺 角⻆ 隣鄰 野埜 岡崗 冴冱 刃刄 京亰 喜㐂 園薗 煙烟 篠筱 聡聰 芦蘆 賢贒
達逹 遊游 間閒 雑雜 頴穎 鰺鯵 昇曻 昂昻 総總縂 弁辨瓣辯辧
"""
