from django.urls import path

from entries.heat import own_number_views

app_name = "heat"

urlpatterns = [path("orders/<slug:reference>/bibs", own_number_views.own_numbers, name="own_numbers")]
