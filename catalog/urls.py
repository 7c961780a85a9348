"""Addresses of the catalogue's rooms, below /staff/."""

from django.urls import include, path

app_name = "catalog"
urlpatterns = [
    path("", include("catalog.drafting.urls")),
    path("", include("catalog.desk.urls")),
]
