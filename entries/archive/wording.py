"""How the refusals of this room are said, and its verbs in the trail."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.archive.erasing import Preview
from tenants import wording
from tenants.audit import verbs

wording.register(
    {
        "erase_entered": _(
            "%(meets)s に申込があります。先に取り消すか、「申込も取り消す」を選んでください。空いた枠は補欠待ちの選手に移ります。"
        ),
        "erase_last_member": _(
            "%(team)sの最後のメンバーで、まだ終わっていない大会に申込があります。先に別のメンバーを招待してください。"
        ),
        "erase_host_person": _("主催団体の人のアカウントは、先に無効にしてから削除してください。"),
        "erased_already": _("個人情報はすでに削除されています。"),
        "not_the_name": _("名前が一致しません。表示されているとおりに入力してください。"),
        "purge_not_over": _("大会が終わって%(days)s日たってから削除できます（%(on)s から）。"),
        "purge_not_exported": _("記録保存用の書き出しがまだです。先に書き出すか、書き出さない理由を添えてください。"),
        "password_again_wrong": _("パスワードが正しくありません。"),
        "archive_expired": _("このファイルの保存期限が過ぎました。もう一度書き出してください。"),
        "retention_days": _("%(least)s日から%(most)s日までの数で入力してください。"),
    }
)

verbs.register(
    {
        "meet.exported": _("記録保存用の書き出し"),
        "meet.archive_asked": _("記録保存用の書き出しを依頼"),
        "meet.archive_fetched": _("記録保存用ファイルのダウンロード"),
        "meet.purged": _("大会後の個人情報の削除"),
        "athlete.exported": _("選手のデータの書き出し"),
        "account.exported": _("アカウントのデータの書き出し"),
        "athlete.erased": _("選手の個人情報の削除"),
        "account.erased": _("アカウントの個人情報の削除"),
        "retention.changed": _("保存期間の変更"),
    }
)


LINES, TEXTS = _("本人の行だけを除きます"), _("文中の氏名などを置き換えます")
TABLES: dict[str, tuple[str | Promise, str | Promise]] = {
    "athlete": (_("選手"), _("氏名・生年月日・JAAF IDなどを消し、仮の名前を入れます")),
    "user": (_("アカウント"), _("氏名・連絡先・パスワードを消し、サインインできなくします")),
    "team": (_("チーム"), _("名前や連絡先を消します")),
    "membership": (_("チームのメンバー"), _("外します")),
    "entry": (_("申込"), _("自己ベストを消します。種目・受付順・申告タイムは残します")),
    "submission": (_("申込票"), ""),
    "sheetdraft": (_("申込票の下書き"), LINES),
    "entryupload": (_("申込ファイル"), LINES),
    "rosterupload": (_("名簿ファイル"), LINES),
    "auditrecord": (_("変更履歴"), _("値・氏名・理由を消し、操作と日時を残します")),
    "outboxmail": (_("メール"), _("宛先と内容を消します。まだ送っていないものは送りません")),
    "mailevent": (_("配信サービスからの通知"), _("宛先と理由を消します")),
    "deadaddress": (_("届かない宛先"), _("削除します")),
    "onetimelink": (_("メールで送ったリンク"), _("削除します")),
    "session": (_("サインインの状態"), _("サインアウトします")),
    "seenproduct": (_("最近見た商品"), _("削除します")),
    "incidentcontact": (_("緊急連絡先"), _("削除します")),
    "meetarchive": (_("記録保存用ファイル"), _("削除します。もう一度書き出せます")),
    "tenant": (_("主催団体の連絡先"), _("本人の連絡先を消します")),
    "notice": (_("お知らせ"), TEXTS),
    "meet": (_("大会の要項"), TEXTS),
    "incident": (_("障害の記録"), TEXTS),
    "erasure": (_("削除の記録"), TEXTS),
    "switch": (_("停止の案内文"), TEXTS),
    "productoverride": (_("商品の修正理由"), TEXTS),
    "productdraft": (_("商品文"), TEXTS),
    "importrun": (_("商品の取り込み"), TEXTS),
}
"""What a table is called on the page that asks, and what an erasure does to its rows."""
KEPT = ("entry", "submission")
"""The record of the meets, which an erasure leaves as it is; of other tables what stays is not theirs any more."""


class Line(NamedTuple):
    """So many rows of something, and what becomes of them; `is_kept` when nothing does."""

    title: str | Promise
    then: str | Promise
    rows: int
    is_kept: bool = False


def lines_of(found: Preview) -> list[Line]:
    """A preview in words: what changes first, then what stays. Raises KeyError for a table that has no words."""
    changed = [Line(*TABLES[table], count) for table, count in found.changed.items()]
    kept = [Line(*TABLES[table], found.kept[table], is_kept=True) for table in KEPT if table in found.kept]
    return changed + kept
