"""The product with one page that always fails and one that does not: only `test_sentry_away.py` starts this."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.wsgi import application


def failing(request: HttpRequest) -> HttpResponse:
    raise ValueError("this page always fails")


def working(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


vars(import_module("config.urls"))["urlpatterns"] += [path("failing", failing), path("working", working)]

__all__ = ["application"]
