"""Addresses of this room: the public pages (contract 4)."""

from django.urls import path

from entries.news import views

app_name = "news"
urlpatterns = [
    path("", views.home, name="home"),
    path("meets/", views.meets, name="meets"),
    path("meets/<slug:tenant>/<slug:meet>/", views.meet, name="meet"),
    path("meets/<slug:tenant>/<slug:meet>/entries/", views.entry_list, name="entries"),
]
