"""How the refusals of this room are said."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "roster_full": _(
            "1チームの名簿に登録できるのは%(limit)s名以内です。名簿から外せる選手を外してから、もう一度お試しください。"
        ),
        "too_many_teams": _(
            "1つのアカウントで管理できるのは%(limit)sチーム以内です。使わないチームから抜けてください。"
        ),
        "not_a_member": _("このチームのメンバーではありません。"),
        "last_member": _("最後のメンバーは外せません。先に別の人を招待してください。"),
        "already_member": _("この人はすでにメンバーです。"),
        "athlete_needed": _("入力してください。"),
        "athlete_needed_given": _("入力してください。姓名の区別がない外国籍の選手は、国籍を入力すると空欄にできます。"),
        "athlete_too_long": _("%(limit)s文字以内で入力してください。"),
        "athlete_invisible": _("改行などの見えない文字や、印字できない文字が含まれています。入力し直してください。"),
        "athlete_not_kana": _("カタカナかひらがなで入力してください。"),
        "athlete_not_romaji": _("半角の英字で入力してください。例: Takahashi"),
        "athlete_sex": _("「男」か「女」で入力してください。"),
        "athlete_birth_date": _("読み取れません。2004/4/2 のように入力してください。"),
        "athlete_birth_date_range": _("生年月日がありえない日になっています。年をご確認ください。"),
        "athlete_nationality": _("3文字の国コードで入力してください。例: JPN, KEN"),
        "athlete_jaaf_id": _("数字11桁で入力してください。登録申請中の場合は「申請中」としてください。"),
        "athlete_number": _("半角の英数字で入力してください。"),
        "athlete_prefecture": _("都道府県名か「学連」で入力してください。"),
        "athlete_yes": _("「○」または空欄にしてください。"),
        "athlete_guardian_name": _("16歳未満の選手には保護者の氏名が必要です。"),
        "athlete_guardian_consent": _("16歳未満の選手には保護者の同意が必要です。"),
        "athlete_name_together": _("姓と名の間に空白を入れてください。例: 鈴木 一郎"),
        "athlete_boxes": _(
            "「%(letters)s」は印刷できない文字です。プログラムなどの紙面では□になります。別の字を使うか、主催者にご相談ください。"
        ),
        "athlete_plain_form": _("「%(letters)s」は、印刷では標準の字体になります。入力どおりに保存します。"),
        "athlete_same_jaaf_id": _("このJAAF IDは、名簿の%(name)sさんと同じです。"),
        "athlete_erased": _("この選手の個人情報は、少し前に削除されました。名簿のページを開き直してください。"),
        "athlete_same_person": _("同じ氏名・生年月日の選手が、すでに名簿にいます。"),
        "athlete_same_person_left": _("同じ選手が「名簿から外した選手」にいます。名簿に戻してください。"),
        "athlete_same_kana": _("フリガナと生年月日が同じ%(name)sさんが、すでに名簿にいます。別の選手ですか。"),
        "athlete_other_form": _("名簿の%(name)sさんと同じ選手として扱います（漢字や表記が異なります）。"),
        "athlete_two_people": _(
            "JAAF IDは%(one)sさん、氏名・生年月日は%(other)sさんのものです。どちらかを直してください。"
        ),
        "athlete_twice_in_file": _("%(other)s行目と同じ選手です。"),
        "roster_nothing_sent": _("名簿のファイルを選ぶか、名簿を貼り付けてください。"),
        "roster_column_twice": _("「%(title)s」にあたる列が2つあります。どちらかを除いてください。"),
        "roster_columns_missing": _(
            "見出しを読み取れません。1行目に「姓」「名」「生年月日」などの見出しを入れてください（テンプレートが使えます）。"
        ),
        "roster_changed": _("確認している間に名簿が変わりました。変更後の名簿と比べ直した結果をご確認ください。"),
        "upload_applied": _("このファイルはすでに取り込み済みです。"),
    }
)

verbs.register(
    {
        "team.invited": _("メンバーを招待"),
        "team.invitation_withdrawn": _("招待を取り消し"),
        "team.joined": _("メンバーが参加"),
        "team.member_removed": _("メンバーを外す"),
        "account.registered": _("アカウントの登録"),
        "athlete.taken_off": _("名簿から外す"),
        "athlete.put_back": _("名簿に戻す"),
    }
)
_PEOPLE = {
    "member": Reading(pgettext_lazy("trail", "メンバー"), of="tenants.user"),
    "invited_by": Reading(_("招待した人"), of="tenants.user"),
    "email": Reading(_("メールアドレス")),
}
readings.register("team", _PEOPLE)
readings.register(
    "user",
    {
        "invited_by": _PEOPLE["invited_by"],
        "terms": Reading(_("同意した規約の版")),
        "agreed_at": Reading(_("同意した日時")),
    },
)
