"""How the room says what happened: refusals, failures of the service, problems of a text, verbs of the trail."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading
from tenants.refusal import Refused

wording.register(
    {
        "draft_no_key": _(
            "このサイトでは商品文の作成を利用できません（ANTHROPIC_API_KEYが設定されていません）。ほかの機能はそのまま使えます。"
        ),
        "draft_not_installed": _(
            "このサイトでは商品文の作成を利用できません（requirements-drafting.txtが入っていません）。ほかの機能はそのまま使えます。"
        ),
        "draft_quota": _(
            "%(month)sの作成枠を使い切りました。追加が必要なときはプラットフォーム管理者にご連絡ください。"
        ),
        "draft_waiting": _("この商品の文章はいま作成中です。終わってからもう一度お試しください。"),
        "draft_unfinished": _("文章のない下書きは書き直せません。新しく作成してください。"),
        "draft_rewritten": _("この下書きはすでに書き直されています。書き直しは1つの下書きにつき1回です。"),
        "draft_is_rewrite": _("書き直した文章は、もう一度は書き直せません。新しく作成してください。"),
        "draft_note_personal": _(
            "編集メモにメールアドレスや電話番号を書かないでください。メモは外部のサービスに送られます。"
        ),
        "draft_timeout": _("15秒以内に返事がありませんでした。しばらくしてからもう一度作成してください。"),
        "draft_unreachable": _("文章作成サービスに接続できませんでした。しばらくしてからもう一度作成してください。"),
        "draft_key": _(
            "文章作成サービスの認証に失敗しました。システム管理者にANTHROPIC_API_KEYの確認を依頼してください。"
        ),
        "draft_model": _(
            "文章作成サービスのアドレスまたはモデルが見つかりません。システム管理者にANTHROPIC_BASE_URLとCATALOG_DRAFT_MODELの確認を依頼してください。"
        ),
        "draft_request": _(
            "文章作成サービスが依頼を受け付けませんでした。続くときは、下の番号をシステム管理者にお伝えください。"
        ),
        "draft_busy": _("文章作成サービスの利用が集中しています。1分ほど待ってからもう一度作成してください。"),
        "draft_overloaded": _("文章作成サービスが混み合っています。数分待ってからもう一度作成してください。"),
        "draft_broken": _("文章作成サービスで障害が起きています。時間をおいてもう一度作成してください。"),
        "draft_garbage": _("文章作成サービスの返事を読み取れませんでした。もう一度作成してください。"),
        "draft_large": _("文章作成サービスの返事が長すぎるため、受け取りませんでした。もう一度作成してください。"),
        "draft_empty": _("文章作成サービスの返事に文章がありませんでした。もう一度作成してください。"),
        "draft_declined": _("文章作成サービスがこの依頼を断りました。編集メモを変えてもう一度作成してください。"),
        "draft_cut": _("文章が途中で切れました。編集メモで短くするよう伝えて、もう一度作成してください。"),
        "draft_crashed": _("作成の処理が途中で止まりました。もう一度作成してください。"),
    }
)

PROBLEMS = {
    "number": _("事実にない数値・単位"),
    "word": _("事実にない名称・用語"),
    "claim": _("事実にない内容"),
    "hype": _("誇張・最上級の表現"),
    "effect": _("効果をうたう表現"),
    "comparison": _("他との比較"),
    "link": _("URL・連絡先"),
    "markup": _("HTML・装飾の記号"),
    "habit": _("商品文でない言葉"),
    "leak": _("作成指示の写し"),
    "hidden": _("見えない文字"),
    "long": _("長すぎる文章（上限600字）"),
    "language": _("日本語でない文章"),
}

verbs.register(
    {
        "draft.asked": _("商品文の作成依頼"),
        "draft.rewrite_asked": _("商品文の書き直し依頼"),
        "draft.written": _("商品文の作成"),
        "draft.questioned": _("商品文の作成（要確認）"),
        "draft.failed": pgettext_lazy("draft", "商品文の作成失敗"),
    }
)
readings.register(
    "productdraft",
    {
        "product": Reading(pgettext_lazy("one", "商品")),
        "problems": Reading(_("確認が必要な点"), said=lambda code: str(PROBLEMS.get(code, code))),
        "error_code": Reading(_("エラーの内容"), said=lambda code: wording.say(Refused(code))),
        "error_id": Reading(_("エラー番号")),
    },
)
