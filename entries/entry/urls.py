from django.urls import path

from entries.entry.receipt import change_views
from entries.entry.receipt import views as receipt_views
from entries.entry.sheet import shoe_views, views
from entries.entry.upload import paste_views
from entries.entry.upload import views as upload_views

app_name = "entry"
SHEET = "meets/<slug:tenant>/<slug:meet>/enter"

urlpatterns = [
    path(SHEET, views.sheet, name="sheet"),
    path(f"{SHEET}/draft", views.draft, name="draft"),
    path(f"{SHEET}/paste", paste_views.paste, name="paste"),
    path(f"{SHEET}/upload", upload_views.upload, name="upload"),
    path(f"{SHEET}/upload/template.xlsx", upload_views.template, name="upload_template"),
    path(f"{SHEET}/upload/<int:upload>", upload_views.preview, name="upload_preview"),
    path(f"{SHEET}/upload/<int:upload>/refused.xlsx", upload_views.refused, name="upload_refused"),
    path("meets/<slug:tenant>/<slug:meet>/shoes", shoe_views.shoes, name="shoes"),
    path("orders/<slug:reference>/", receipt_views.receipt, name="receipt"),
    path("orders/<slug:reference>/entries/<int:entry>/withdraw", receipt_views.withdraw, name="withdraw"),
    path("orders/<slug:reference>/entries/<int:entry>/time", receipt_views.correct, name="correct"),
    path("orders/<slug:reference>/entries/<int:entry>/undo", receipt_views.undo, name="undo"),
    path("orders/<slug:reference>/entries/<int:entry>/race", change_views.change_race, name="change_race"),
    path("teams/<int:team>/orders/", receipt_views.submissions, name="submissions"),
]
