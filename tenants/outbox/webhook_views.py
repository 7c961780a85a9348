"""The door for a mail provider's events."""

import logging
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tenants.outbox import webhooks
from tenants.outbox.events import take
from tenants.throttle import attempts
from tenants.throttle.attempts import Limits

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
OFTEN = Limits(pair=1, address=20_000, account=1)
"""Posts of one network in 15 minutes: a rush of 10,000 mails has about 20,000 events, and providers send many at once."""


@csrf_exempt  # a provider's server has no page of ours to take a token from; the shared secret stands in its place
@require_http_methods(["POST", "HEAD"])
def tracking(request: HttpRequest, esp: str) -> HttpResponse:
    """Events of mails that were sent. 404 unless the site sends through this provider and has a secret for it.

    What is forged is refused before it costs a query. Whatever is understood is answered with 200, so that the provider
    does not repeat it; a failing database answers 503, so that it does.
    """
    if not webhooks.is_open_for(esp):
        raise Http404
    if request.method == "HEAD":  # some providers try the address when it is typed in
        return _plain("")
    if not 0 <= _length(request) <= MOST_BYTES:
        return _plain("too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    at = timezone.now()
    try:
        found = webhooks.read(request, at=at)
    except webhooks.Forged:
        log.warning("mail events refused: wrong secret or signature")
        answer = _plain("wrong secret or signature", HTTPStatus.UNAUTHORIZED)
        answer["WWW-Authenticate"] = 'Basic realm="ANYMAIL_WEBHOOK_SECRET"'
        return answer
    except webhooks.Garbage as garbage:
        log.warning("mail events not understood: %s", garbage)
        return _plain("not understood", HTTPStatus.BAD_REQUEST)
    attempts.count(request, what="mail_events", account="", limits=OFTEN, at=at)
    new = take(found)
    log.info("mail events: %d, %d of them new", len(found), new)
    return _plain("ok")


def _length(request: HttpRequest) -> int:
    """The size of the body as announced; -1 when it is not a number."""
    text = request.headers.get("Content-Length", "") or "0"
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1


def _plain(text: str, status: int = HTTPStatus.OK) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain", headers={"Cache-Control": "private, no-store"})
