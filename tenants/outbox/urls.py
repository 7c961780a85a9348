from django.urls import path

from tenants.outbox import webhook_views

app_name = "anymail"
urlpatterns = [path("<slug:esp>/tracking/", webhook_views.tracking, name="tracking")]
