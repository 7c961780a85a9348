"""Sessions that know whose they are: one query, and Django's own rules of who is signed in."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as OldStore
from django.contrib.sessions.models import Session as OldSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Session, User
from tenants.signin import sessions
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_session_and_user_are_read_together(baba: User) -> None:
    client = signed_in(baba)
    client.get("/auth/account")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/auth/account").status_code == 200
    of_people = [each["sql"] for each in queries if "tenants_session" in each["sql"] or "tenants_user" in each["sql"]]
    assert len(of_people) == 1


def test_a_session_is_stored_with_its_owner(baba: User) -> None:
    signed_in(baba)
    assert Session.objects.get().user == baba


def test_whose_the_data_says_it_is_counts_not_the_column(baba: User, chiba: User) -> None:
    """The data is signed, the column is not."""
    client = signed_in(baba)
    Session.objects.update(user=chiba)
    assert client.get("/auth/account").context["user"] == baba


def test_an_inactive_owner_is_signed_out_on_the_next_request(baba: User) -> None:
    client = signed_in(baba)
    User.objects.filter(pk=baba.pk).update(is_active=False)
    assert client.get("/auth/account").status_code == 302


def test_a_changed_password_ends_the_session(baba: User) -> None:
    client = signed_in(baba)
    baba.set_password("Another-Pass-2026!")
    baba.save()
    assert client.get("/auth/account").status_code == 302


def test_an_expired_session_signs_nobody_in(baba: User) -> None:
    client = signed_in(baba)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/auth/account").status_code == 302


def test_signing_out_leaves_no_row(baba: User) -> None:
    client = signed_in(baba)
    client.post("/auth/logout")
    assert not Session.objects.exists()


def test_open_sessions_of_the_version_before_are_copied(baba: User) -> None:
    """The cookie goes on to open them; what is expired, not signed by us, or of nobody is left."""
    old = signed_in(baba)
    row = Session.objects.get()
    Session.objects.all().delete()
    ends = row.expire_date
    OldSession.objects.create(session_key=row.session_key, session_data=row.session_data, expire_date=ends)
    OldSession.objects.create(session_key="expired", session_data=row.session_data, expire_date=timezone.now())
    OldSession.objects.create(session_key="forged", session_data="e30:x:y", expire_date=ends)
    gone: Any = OldStore().encode({"_auth_user_id": "999999"})
    OldSession.objects.create(session_key="gone", session_data=gone, expire_date=ends)
    import_module("tenants.migrations.0007_session").copy(apps, None)
    assert [one.session_key for one in Session.objects.all()] == [old.cookies[settings.SESSION_COOKIE_NAME].value]
    assert old.get("/auth/account").status_code == 200


def test_a_first_session_is_written_once(baba: User) -> None:
    """Django stores an empty one first, and again at the end of the request."""
    with CaptureQueriesContext(connection) as queries:
        answer = Client().post("/auth/login", {"email": baba.email, "password": PASSWORD})
    assert answer.status_code == 302
    written = [
        query["sql"].split()[0]
        for query in queries
        if 'INTO "tenants_session"' in query["sql"] or 'UPDATE "tenants_session"' in query["sql"]
    ]
    assert written == ["INSERT"]


def test_a_key_that_is_taken_is_not_given_twice(baba: User, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(baba)
    taken = Session.objects.get().session_key
    keys = iter([taken, "b" * 32])
    monkeypatch.setattr(sessions, "get_random_string", lambda *_: next(keys))
    store = sessions.SessionStore()
    store.save()
    assert store.session_key == "b" * 32
    assert Session.objects.get(session_key=taken).user == baba


def test_signing_in_locks_no_host(endo: User) -> None:
    """What a sign-in saves of a person has nothing to do with the five seats."""
    with CaptureQueriesContext(connection) as queries:
        assert Client().post("/auth/login", {"email": endo.email, "password": PASSWORD}).status_code == 302
    assert not [
        query["sql"] for query in queries if 'UPDATE "tenants_user"' in query["sql"] and "staff_seat" in query["sql"]
    ]
    assert not [query["sql"] for query in queries if 'FROM "tenants_tenant"' in query["sql"]]
