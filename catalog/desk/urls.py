"""Addresses of the staff's desk; included by `catalog.urls` under its name."""

from django.urls import path

from catalog.desk import product_views, views

urlpatterns = [
    path("references", views.references, name="references"),
    path("search", views.search_page, name="search"),
    path("conflicts", views.conflicts, name="conflicts"),
    path("products/<int:product>", product_views.product_page, name="product"),
    path("products/<int:product>/override", product_views.override, name="override"),
    path("products/<int:product>/release", product_views.release, name="release"),
    path("products/<int:product>/keep", product_views.keep, name="keep"),
    path("products/<int:product>/seen", product_views.seen, name="seen"),
]
