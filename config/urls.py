"""Every address of the site (contract 4)."""

from django.contrib import admin
from django.urls import include, path

from config.demo import styleguide
from config.http import health, sent_again
from config.telemetry.metrics import views as metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.page, name="metrics"),
    path("admin/", admin.site.urls),
    path("auth/", include("tenants.signin.urls")),
    path("auth/sent/<slug:key>", sent_again.kept, name="sent_again"),
    path("anymail/", include("tenants.outbox.urls")),
    path("staff/", include("catalog.urls")),
    path("styleguide/", styleguide.page, name="styleguide"),
    path("", include("entries.urls")),
]

handler400 = "config.http.errors.bad_request"
handler403 = "config.http.errors.forbidden"
handler404 = "config.http.errors.not_found"
handler500 = "config.http.errors.server_error"
