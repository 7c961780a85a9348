"""Somebody's browser, without one."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import User


def client_of(user: User | None = None, **options: Any) -> Client:
    """A client that is signed in as this person, or as nobody."""
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client


def cost(client: Client, address: str) -> int:
    """How many queries a page makes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
