"""What is known of one child, none of which may stand in a log or leave for Sentry (requirements O1, P1)."""

NAME, KANA, ROMAJI, BORN = "佐藤花子", "サトウハナコ", "Hanakocanary", "2009-04-17"
MAIL, PHONE, SCHOOL, STREET = "hanako.canary@example.jp", "090-1234-5678", "霧ヶ峰第三中学校", "諏訪市湖岸通り"
BANK, JAAF, TOKEN, PASSWORD = "7654321-889", "00123456789", "tokencanary5f3a", "Pass-Canary-77"
CANARIES = (NAME, KANA, ROMAJI, BORN, MAIL, PHONE, SCHOOL, STREET, BANK, JAAF, TOKEN, PASSWORD)
CHILD = " ".join(CANARIES)
FIELDS = {"name": NAME, "kana": KANA, "romaji": ROMAJI, "birth_date": BORN, "email": MAIL, "password": PASSWORD}
