"""What views of every app stand behind."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tenants.models import User

View = Callable[..., HttpResponse]


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def signed_in(view: View) -> View:
    """Anonymous visitors sign in first and come back; a temporary password is changed first; nothing is cached."""

    @wraps(view)
    def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('auth:login')}?{urlencode({'next': request.get_full_path()})}")
        if request.user.must_change_password:
            return HttpResponseRedirect(reverse("auth:password_change"))
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return behind
