"""Addresses of registration; they stand under /auth/ beside those of sign-in."""

from django.urls import path

from entries.roster import registration_views

app_name = "registration"
urlpatterns = [
    path("auth/register", registration_views.register, name="register"),
    path("auth/register/confirm", registration_views.confirm, name="confirm"),
]
