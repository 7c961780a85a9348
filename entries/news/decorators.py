"""What the public pages stand behind: the cache, and the headers that let any proxy keep them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import translation
from django.views.decorators.http import require_safe

from entries.news.page_cache import PAGES, Page
from tenants.decorators import View
from tenants.replica import read_publicly

CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5"
LONGEST_VALUE = 100


class PublicRequest(HttpRequest):
    """A request for a page that is the same for everyone; `asked` are the parameters by which it differs."""

    asked: dict[str, str]


def same_for_everyone(*parameters: str) -> Callable[[View], View]:
    """Keep the page for a second, by path, language and the named query parameters; read the replica where there is one.

    The view gets `request.asked`, those parameters, trimmed and shortened; it must look at nothing else of the request:
    no user, no session, no other parameter. So nobody can fill the memory with addresses that mean the same.
    """

    def wrap(view: View) -> View:
        @require_safe
        @wraps(view)
        def kept(request: HttpRequest, **address: Any) -> HttpResponse:
            asked = {name: request.GET.get(name, "").strip()[:LONGEST_VALUE] for name in parameters}
            request.asked = asked  # type: ignore[attr-defined]
            bar = str(getattr(request, "site_state", ""))  # of a site that is stopped: `config.http.maintenance`
            key = (translation.get_language() or "", request.path, *asked.values(), bar)
            return _answer(request, PAGES.get(key, lambda: read_publicly(lambda: view(request, **address).content)))

        return kept

    return wrap


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    if page.etag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.gzipped, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(page.body)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["ETag"] = page.etag
    response.headers["Vary"] = "Accept-Encoding"
    return response
