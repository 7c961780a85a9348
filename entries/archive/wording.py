"""How the refusals of this room are said, and its verbs in the trail."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.archive.erasing import Preview
from entries.records.tables import tables
from entries.records.traces import kept_tables, said_of, title_of
from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "erase_entered": _(
            "%(meets)s に申込があります。先に取り消すか、「申込も取り消す」を選んでください。空いた枠は補欠待ちの選手に移ります。"
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
readings.register(
    "meet",
    {
        "archive": Reading(_("ファイルの番号")),
        "export": Reading(_("書き出しの番号")),
        "sha256": Reading(_("ファイルの照合値（SHA-256）")),
        "drafts": Reading(_("申込票の下書き")),
        "uploads": Reading(_("申込ファイル")),
        "archives": Reading(_("記録保存用ファイル")),
        "hashes": Reading(_("送信内容の照合値")),
        "guardians": Reading(_("保護者の情報")),
    },
)


def _counted(table: str) -> str | Promise:
    """What an archive calls a table, or a person's copy and the erasing of it do."""
    titles = {one.name: one.title for one in tables(with_personal=True)}
    return titles.get(table) or title_of(table)


for _target in ("meet", "athlete", "user"):
    readings.register_names(_target, _counted)


class Consequence(NamedTuple):
    """So many rows of something, and what becomes of them; `is_kept` when nothing does."""

    title: str | Promise
    then: str | Promise
    rows: int
    is_kept: bool = False


def lines_of(found: Preview) -> list[Consequence]:
    """A preview in words: what changes first, then what stays. Raises KeyError for a table that has no words."""
    changed = [Consequence(*said_of(table), count) for table, count in found.changed.items()]
    kept = [
        Consequence(*said_of(table), found.kept[table], is_kept=True) for table in kept_tables() if table in found.kept
    ]
    return changed + kept
