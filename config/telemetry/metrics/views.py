"""`GET /metrics`: for whoever knows METRICS_TOKEN. For everybody else there is no such page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All counters in Prometheus' text format. Raises Http404 without the token."""
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    token = settings.METRICS_TOKEN
    if not token or not constant_time_compare(given, f"Bearer {token}".encode()):
        raise Http404
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

    from config.telemetry.metrics.counted import of_this_server
    from config.telemetry.metrics.known import Known

    of_database = CollectorRegistry(auto_describe=False)
    of_database.register(Known(timezone.now()))
    text = generate_latest(of_this_server()) + generate_latest(of_database)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
