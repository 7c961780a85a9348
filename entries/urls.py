"""The addresses of all rooms."""

from django.urls import include, path

from entries.rooms import ROOMS
from tenants.rooms import discover

urlpatterns = [path("", include(room)) for room in discover("entries", ROOMS, "urls")]
