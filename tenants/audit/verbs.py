"""What the verbs of the trail are called. Each room registers its own; codes stay stable, words may change."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {
    "added": _("登録"),
    "changed": _("変更"),
    "deleted": _("削除"),
}


def register(table: Mapping[str, str | Promise]) -> None:
    """Add the words of a room."""
    _words.update(table)


def name_of(verb: str) -> str:
    """The verb in the reader's language: its own word, else that of its last part, else the code itself."""
    return str(_words.get(verb) or _words.get(verb.rpartition(".")[2]) or verb)


register(
    {
        "account.added": _("アカウント作成"),
        "account.activated": _("有効化"),
        "account.deactivated": _("無効化"),
        "account.password_given": _("仮パスワード発行"),
        "account.password_reset": _("パスワード再設定"),
        "account.password_changed": _("パスワード変更"),
        "account.address_changed": _("メールアドレス変更"),
        "mail.retried": _("メール再送"),
        "loadtest.struck": _("負荷テストの片付け"),
        "address.cleared": _("届かない宛先の解除"),
    }
)
