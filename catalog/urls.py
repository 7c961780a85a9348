"""Addresses of the catalogue's rooms, below /staff/."""

from django.urls import include, path

from catalog.rooms import ROOMS
from tenants.rooms import discover

app_name = "catalog"
urlpatterns = [path("", include(room)) for room in discover("catalog", ROOMS, "urls")]
