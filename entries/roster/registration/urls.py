"""Addresses of registration; they stand under /auth/ beside those of sign-in."""

from django.urls import path

from entries.roster.registration import views

app_name = "registration"
urlpatterns = [
    path("auth/register", views.register, name="register"),
    path("auth/register/confirm", views.confirm, name="confirm"),
]
