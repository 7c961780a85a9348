"""What every template knows about the site."""

from django.conf import settings
from django.http import HttpRequest

from tenants.request_id import request_id


def site(request: HttpRequest) -> dict[str, object]:
    """The kind of site, the request's id, and what is stopped (`config.http.maintenance`)."""
    state = getattr(request, "site_state", None)
    return {"app_env": settings.APP_ENV, "request_id": request_id.get(), "site_state": state}
