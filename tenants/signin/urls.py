from django.urls import path

from tenants.signin import address_views, password_views, views

app_name = "auth"
urlpatterns = [
    path("login", views.login, name="login"),
    path("menu", views.menu, name="menu"),
    path("logout", views.logout, name="logout"),
    path("request", views.ask_for_link, name="request"),
    path("verify", views.verify, name="verify"),
    path("account", password_views.account, name="account"),
    path("account/address", address_views.page, name="address"),
    path("account/address/confirm", address_views.confirm, name="address_confirm"),
    path("password/change", password_views.change, name="password_change"),
    path("password/reset", password_views.reset, name="password_reset"),
    path("password/reset/confirm", password_views.reset_confirm, name="password_reset_confirm"),
]
