"""The running site, tried over HTTP: the reading lines of `smoke`."""

from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from config.env import ENV
from config.ops.checklist import CheckLine, ng, ok


def smoke_line() -> CheckLine:
    """`smoke --read-only` at BASE_URL. It signs in with the passwords of the environment."""
    where = ENV.base_url
    out = StringIO()
    try:
        call_command("smoke", base_url=where, read_only=True, stdout=out)
    except CommandError as error:
        wrong = [line for line in out.getvalue().splitlines() if line.startswith("✗")]
        text = _("動作確認（%(where)s）: %(what)s") % {"where": where, "what": "; ".join([str(error), *wrong[:2]])}
        return ng("smoke", text, f"python manage.py smoke --base-url {where} --read-only")
    said = out.getvalue().splitlines()[-1]
    return ok("smoke", _("動作確認（%(where)s）: %(what)s") % {"where": where, "what": said})
