from django.urls import path

from entries.archive import views

app_name = "archive"

_ATHLETE = "teams/<int:team>/athletes/<int:athlete>/privacy"

urlpatterns = [
    path(_ATHLETE, views.privacy, name="privacy"),
    path(f"{_ATHLETE}/export", views.export, name="export"),
    path(f"{_ATHLETE}/erase", views.erase, name="erase"),
]
