"""Addresses of this room: the public pages (contract 4)."""

from django.urls import path

from entries.news import start_list_views, views

app_name = "news"
urlpatterns = [
    path("", views.home, name="home"),
    path("meets/", views.meets, name="meets"),
    path("meets/<slug:tenant>/<slug:meet>/", views.meet, name="meet"),
    path("meets/<slug:tenant>/<slug:meet>/entries/", views.entry_list, name="entries"),
    path("meets/<slug:tenant>/<slug:meet>/start-lists/", start_list_views.start_lists, name="start_lists"),
    path("meets/<slug:tenant>/<slug:meet>/start-lists/mine/", start_list_views.mine, name="my_starts"),
    path(
        "meets/<slug:tenant>/<slug:meet>/start-lists/<int:start>/", start_list_views.one_athlete, name="starts_of_one"
    ),
    path("meets/<slug:tenant>/<slug:meet>/start-lists.csv", start_list_views.start_list_csv, name="start_list_csv"),
    path("meets/<slug:tenant>/<slug:meet>/start-lists.pdf", start_list_views.start_list_pdf, name="start_list_pdf"),
]
