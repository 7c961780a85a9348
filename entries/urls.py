"""One import line per room."""

from django.urls import include, path

urlpatterns = [
    path("", include("entries.roster.registration_urls")),
    path("", include("entries.roster.urls")),
    path("", include("entries.entry.urls")),
    path("", include("entries.archive.urls")),
    path("", include("entries.news.urls")),
]
