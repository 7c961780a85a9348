"""How each refusal is said. One table; every door asks it (docs/house.md, "how it is said")."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refused

_wordings: dict[str, str | Promise] = {}


def register(table: Mapping[str, str | Promise]) -> None:
    """Add the wordings of a room. Two rooms may not word the same code: raises ValueError."""
    twice = _wordings.keys() & table.keys()
    if twice:
        raise ValueError(f"worded twice: {sorted(twice)}")
    _wordings.update(table)


def say(refusal: Refused) -> str:
    """The refusal in the reader's language: what is wrong and what to do. Raises KeyError for an unworded code."""
    return str(_wordings[refusal.code]) % refusal.data


def pattern(code: str) -> str:
    """A wording with its %(values)s still open, for a page that fills them in while one types."""
    return str(_wordings[code])


register(
    {
        "staff_limit": _("有効なスタッフは主催団体ごとに%(limit)d名以内です。先に誰かを無効にしてください。"),
        "role_needs_tenant": _("大会運営者とスタッフには所属する主催団体が必要です。"),
        "sign_in_failed": _("メールアドレスまたはパスワードが正しくありません。"),
        "not_yours_to_manage": _("%(person)sさんを管理する権限がありません。"),
        "not_yourself": _("自分のアカウントは、ここでは無効にしたりパスワードを変えたりできません。"),
        "edited_meanwhile": _(
            "編集中に他の人が「%(field)s」を変更しました（現在の値: %(value)s）。内容を確認して保存し直してください。"
        ),
        "already_there": _("同じ内容がすでに登録されています。一覧でご確認ください。"),
        "still_used": _("使われているため削除できません。関連する申込などをご確認ください。"),
        "phone_unreadable": _("電話番号は、数字とハイフンで入力してください。例: 090-1234-5678"),
        "account_exists": _("このメールアドレスはすでに登録されています。サインインしてお使いください。"),
        "link_invalid": _("このリンクは使えません。期限切れか、すでに使用済みです。もう一度お手続きください。"),
        "link_other_person": _(
            "この招待は別のメールアドレス宛てです。招待されたアドレスのアカウントでサインインしてください。"
        ),
    }
)


def sentences(said: Iterable[str]) -> str:
    """One after another, as the language writes them: Japanese has no space between sentences."""
    return ("" if (get_language() or "ja").startswith("ja") else " ").join(said)
