"""The addresses of all rooms. Those of registration stand under /auth/ and have a namespace of their own."""

from django.urls import include, path

from entries.rooms import ROOMS
from tenants.rooms import discover

urlpatterns = [
    path("", include(room)) for name in ("registration_urls", "urls") for room in discover("entries", ROOMS, name)
]
