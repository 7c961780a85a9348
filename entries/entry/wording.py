"""How the refusals of this room are said."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entries.entry.models import EntryState
from entries.marks import said_time
from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "not_published": _("この大会は現在申込を受け付けていません。"),
        "not_open_yet": _("申込開始は%(opens)sです。"),
        "closed": _("%(said)s変更が必要な場合は主催者にご連絡ください。"),
        "entries_paused": _("この大会の申込は一時停止中です。%(note)s"),
        "race_not_chosen": _("変更後の種目を選んでください。"),
        "race_unknown": _("この大会にない種目です。選び直してください。"),
        "race_paused": _("「%(race)s」の申込は一時停止中です。"),
        "athlete_unknown": _("このチームの名簿にいない選手です。選び直してください。"),
        "sex": _("「%(race)s」に申し込めるのは%(sex)sの選手です。"),
        "guardian_needed": _("16歳未満の選手には保護者の氏名と同意が必要です。名簿で登録してください。"),
        "time_unreadable": _(
            "タイムを読み取れません。14:05.32 のように入力してください。タイムがなければ空欄にしてください。"
        ),
        "time_sixty": _("秒（または分）は59までです。14:05.32 のように入力してください。"),
        "time_too_long": _("タイムが長すぎます。14:05.32 のように入力してください。"),
        "implausible_fast": _("%(distance)smの記録として速すぎます（%(time)s）。分と秒の区切りをご確認ください。"),
        "implausible_slow": _("%(distance)smの記録として遅すぎます（%(time)s）。分と秒の区切りをご確認ください。"),
        "standard": _(
            "参加標準記録は%(standard)sです。申告タイム%(time)sでは申し込めません。別の種目を選んでください。"
        ),
        "standard_needs_time": _("参加標準記録（%(standard)s）があるため、申告タイムを入力してください。"),
        "duplicate": _("この選手は「%(race)s」に申込済みです。"),
        "duplicate_on_sheet": _("同じ選手が同じ種目に2回入力されています。どちらかを消してください。"),
        "athlete_limit": _("1人が申し込めるのは%(limit)s種目以内です。この選手の種目を減らしてください。"),
        "team_limit": _(
            "「%(race)s」は1チーム%(limit)s名以内です（申込済み%(held)s名）。人数を減らすか、別の種目を選んでください。"
        ),
        "waiting_full": _(
            "「%(race)s」は定員に達し、補欠待ちも残り%(left)s名です。人数を減らすか、別の種目を選んでください。"
        ),
        "shoe_unknown": _("主催者の商品マスターにないシューズです。選び直してください。"),
        "empty": _("申し込む選手と種目を1つ以上選んでください。"),
        "too_many_rows": _("一度に送信できるのは%(limit)s行以内です。分けて送信してください。"),
        "athlete_missing": _("選手を選んでください。"),
        "sheet_damaged": _(
            "送信された画面の一部が欠けていたため、受け付けませんでした。内容を確認して、もう一度送信してください。"
        ),
        "erase_last_member": _(
            "%(team)sの最後のメンバーで、まだ終わっていない大会に申込があります。先に別のメンバーを招待してください。"
        ),
        "draft_invalid": _(
            "内容を読み取れないため、下書きを保存できませんでした。画面を開き直して、もう一度入力してください。"
        ),
        "draft_conflict": _(
            "この申込の下書きは、別の端末または別の人が先に更新しました。読み込むか、この内容で上書きしてください。"
        ),
        "upload_columns": _(
            "見出しに「氏名」（またはJAAF ID）と「種目」の列が必要です。テンプレートをダウンロードしてお使いください。"
        ),
        "upload_no_rows": _("種目が入力された行がありません。「種目」の列に種目名を入力してください。"),
        "upload_no_file": _("ファイルを選んでください。"),
        "upload_lines_changed": _(
            "確認していた間に、申し込める行が%(before)s件から%(now)s件に変わりました。内容を確かめて、もう一度送信してください。"
        ),
        "upload_sent": _("このファイルはすでに送信済みです。"),
        "race_name_unknown": _("「%(name)s」という種目はこの大会にありません。"),
        "race_name_ambiguous": _(
            "「%(name)s」に当てはまる種目がいくつかあります（%(races)s）。種目名をそのまま入力してください。"
        ),
        "race_missing": _(
            "種目が空欄です。種目名を入力してください（結合したセルは、いちばん上の行だけが読み取られます）。"
        ),
        "athlete_jaaf_unknown": _("JAAF ID %(jaaf_id)s の選手が名簿にいません。"),
        "athlete_name_unknown": _("「%(name)s」は名簿にいません。先に名簿へ登録してください。"),
        "athlete_name_differs": _("JAAF IDの選手は「%(found)s」ですが、氏名は「%(name)s」になっています。"),
        "athlete_ambiguous": _("「%(name)s」は名簿に複数います。JAAF ID、フリガナ、生年月日で区別してください。"),
        "key_missing": _("画面が古くなっています。内容を確認して、もう一度送信してください。"),
        "key_reused": _(
            "この画面からは別の内容がすでに送信されています。受付票を確認し、新しい画面から申し込んでください。"
        ),
        "already_withdrawn": _("この申込はすでに取り消されています。"),
        "too_late_to_withdraw": _("スタートリスト公開後は画面から取り消せません。主催者にご連絡ください。"),
        "too_late_to_correct": _("申込締切後は申告タイムを変更できません。主催者にご連絡ください。"),
        "no_limit_to_raise": _("この種目に定員はありません。定員を決めるには種目のページで入力してください。"),
        "host_entry_stays": _("主催者枠の申込は、種目を変更できません。主催者にご連絡ください。"),
        "would_wait": _("「%(race)s」は先ほど定員に達しました。いま変更すると補欠待ち%(position)s番目になります。"),
        "moved_meanwhile": _("この申込は、先に主催者が別の種目へ移しました。内容をご確認ください。"),
        "not_withdrawn": _("この申込は取り消されていません。"),
        "too_late_to_undo": _("スタートリスト公開後は画面から戻せません。主催者にご連絡ください。"),
        "place_gone": _(
            "「%(race)s」の空いた枠は、もう残っていません。申込期間内にもう一度申し込むと、最後の順番になります。"
        ),
        "places_negative": _("定員は0以上で入力してください。"),
        "same_race": _("移動先が同じ種目です。別の種目を選んでください。"),
        "other_meet": _("移動先は同じ大会の種目から選んでください。"),
    }
)

readings.register(
    "entry",
    {
        "seed_time": Reading(said=said_time),
        "personal_best": Reading(said=said_time),
        "race": Reading(said=str),  # the trail keeps the name under which it was entered
        "state": Reading(_("状態"), said=lambda code: str(EntryState(code).label)),
        "entry": Reading(_("変更前の申込"), of="entries.entry"),
        "instead": Reading(_("変更後の申込"), of="entries.entry"),
    },
)
readings.register(
    "submission",
    {
        "entries": Reading(_("申込件数")),
        "races": Reading(_("種目"), of="entries.race"),
        "shoes": Reading(_("シューズ")),
    },
)
verbs.register(
    {
        "entry.submitted": pgettext_lazy("trail", "申込"),
        "entry.promoted": _("繰り上げ"),
        "entry.withdrawn": pgettext_lazy("trail", "取り消し"),
        "entry.time_corrected": _("申告タイムの変更"),
        "entry.invited": _("主催者枠で追加"),
        "entry.moved": _("種目の変更"),
        "meet.entries_exported": _("申込一覧の書き出し"),
        "entry.restored": _("取り消しを元に戻した"),
        "entry.race_changed": _("種目を変更"),
    }
)
