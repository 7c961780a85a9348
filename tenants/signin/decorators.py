"""What the pages of sign-in stand behind."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.decorators import View
from tenants.signin import rules


def private(view: View) -> View:
    """The answer is for this one person: nobody keeps it, and no other site hears its address."""

    @wraps(view)
    def kept_private(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return kept_private


def dev_only(view: View) -> View:
    """Outside dev: 404, with a page that goes to the sign-in by itself (contract 4)."""

    @wraps(view)
    def in_dev(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if rules.mailed_links_sign_in():
            return view(request, *args, **kwargs)
        return render(request, "auth/closed.html", status=404)

    return in_dev
