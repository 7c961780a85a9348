"""Somebody's browser, without one."""

from typing import Any

from django.test import Client

from tenants.models import User


def client_of(user: User | None = None, **options: Any) -> Client:
    """A client that is signed in as this person, or as nobody."""
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client
