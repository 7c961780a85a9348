"""Addresses of the staff's desk."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("references", views.references, name="references"),
    path("search", views.search, name="search"),
]
