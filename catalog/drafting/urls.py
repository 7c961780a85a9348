"""Addresses of a product's drafts; included by `catalog.urls` under its name."""

from django.urls import path

from catalog.drafting import views

urlpatterns = [
    path("products/<int:product>/drafts", views.drafts, name="drafts"),
    path("products/<int:product>/drafts/<int:draft>", views.draft, name="draft"),
    path("products/<int:product>/drafts/<int:draft>/state", views.state, name="draft_state"),
    path("products/<int:product>/drafts/<int:draft>/rewrite", views.rewrite, name="draft_rewrite"),
]
