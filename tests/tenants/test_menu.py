"""The menu of pages that know their user is poured, and says the same as its template."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import escape

from tenants.models import Role, User
from tenants.templatetags.menu import menu

USERS = [
    None,
    User(name="青木 <b>", email="a@example.com"),
    User(name="運営 & 係", email="o@example.com", role=Role.ORGANIZER),
    User(name="係", email="s@example.com", role=Role.STAFF),
]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("user", USERS, ids=lambda user: user and user.email)
def test_the_menu_is_that_of_its_template(user: User | None, language: str) -> None:
    request = RequestFactory().get("/")
    with translation.override(language):
        said = menu({"user": user, "request": request})
        token = request.META.get("CSRF_COOKIE") and said.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        whole = render_to_string("pieces/nav.html", {"user": user, "csrf_token": token})
    assert said == whole
    if user is not None:
        assert escape(user.name) in said
        assert "<b>" not in said


def test_a_visitor_gets_no_token() -> None:
    request = RequestFactory().get("/")
    menu({"user": None, "request": request})
    assert "CSRF_COOKIE" not in request.META
