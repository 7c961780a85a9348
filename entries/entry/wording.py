"""How the refusals of this room are said."""

from django.utils.translation import gettext_lazy as _

from tenants import wording

wording.register(
    {
        "not_published": _("この大会は現在申込を受け付けていません。"),
        "not_open_yet": _("申込開始は%(opens)sです。"),
        "closed": _("申込は%(closes)sに締め切られました。変更が必要な場合は主催者にご連絡ください。"),
        "race_unknown": _("この大会にない種目です。選び直してください。"),
        "race_paused": _("「%(race)s」は現在受付を停止しています。"),
        "athlete_unknown": _("このチームの名簿にいない選手です。選び直してください。"),
        "sex": _("「%(race)s」に申し込めるのは%(sex)sの選手です。"),
        "guardian_needed": _("16歳未満の選手には保護者の氏名と同意が必要です。名簿で登録してください。"),
        "time_unreadable": _("タイムを読み取れません。14:05.32 のように入力してください。"),
        "time_sixty": _("秒（または分）は59までです。14:05.32 のように入力してください。"),
        "time_too_long": _("タイムが長すぎます。14:05.32 のように入力してください。"),
        "implausible_fast": _("%(distance)smの記録として速すぎます（%(time)s）。分と秒の区切りをご確認ください。"),
        "implausible_slow": _("%(distance)smの記録として遅すぎます（%(time)s）。分と秒の区切りをご確認ください。"),
        "standard": _("参加標準記録は%(standard)sです。申告%(time)sでは申し込めません。"),
        "standard_needs_time": _("参加標準記録（%(standard)s）があるため、申告タイムを入力してください。"),
        "duplicate": _("この選手は「%(race)s」に申込済みです。"),
        "duplicate_on_sheet": _("同じ選手が同じ種目に%(other)s行目でも入力されています。"),
        "athlete_limit": _("1人が申し込めるのは%(limit)s種目までです。"),
        "team_limit": _("「%(race)s」は1チーム%(limit)s名までです（申込済み%(held)s名）。"),
        "waiting_full": _("「%(race)s」は定員に達し、補欠待ちの枠も残っていません（残り%(left)s）。"),
        "shoe_unknown": _("主催者の商品マスターにないシューズです。選び直してください。"),
        "empty": _("申し込む選手と種目を1つ以上選んでください。"),
        "too_many_rows": _("一度に送信できるのは%(limit)s行までです。分けて送信してください。"),
        "key_missing": _("画面が古くなっています。内容を確認して、もう一度送信してください。"),
        "key_reused": _(
            "この画面からは別の内容がすでに送信されています。受付票を確認し、新しい画面から申し込んでください。"
        ),
        "already_withdrawn": _("この申込はすでに取り消されています。"),
        "too_late_to_withdraw": _("スタートリスト公開後は画面から取り消せません。主催者にご連絡ください。"),
        "too_late_to_correct": _("申込締切後はタイムを変更できません。主催者にご連絡ください。"),
        "places_negative": _("定員は0以上で入力してください。"),
        "same_race": _("移動先が同じ種目です。"),
        "other_meet": _("移動先は同じ大会の種目から選んでください。"),
    }
)
