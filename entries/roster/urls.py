from django.urls import path

from entries.roster import athlete_views, join_views, views
from entries.roster.importing import views as file_views

app_name = "roster"

_ATHLETES = "teams/<int:team>/athletes/"
_IMPORT = f"{_ATHLETES}import"

urlpatterns = [
    path("teams/", views.teams, name="teams"),
    path("teams/new", views.new_team, name="new_team"),
    path("teams/join", join_views.join, name="join"),
    path("teams/romaji", athlete_views.suggest_romaji, name="romaji"),
    path("teams/<int:team>/", views.team, name="team"),
    path("teams/<int:team>/edit", views.edit_team, name="edit_team"),
    path("teams/<int:team>/members/", views.members, name="members"),
    path("teams/<int:team>/members/<int:member>/remove", views.remove_member, name="remove_member"),
    path("teams/<int:team>/members/invitations/<int:link>/withdraw", views.withdraw_invitation, name="withdraw_invite"),
    path(_ATHLETES, athlete_views.athletes, name="athletes"),
    path(f"{_ATHLETES}new", athlete_views.new_athlete, name="new_athlete"),
    path(f"{_ATHLETES}<int:athlete>/edit", athlete_views.edit_athlete, name="edit_athlete"),
    path(f"{_ATHLETES}<int:athlete>/leave", athlete_views.take_off, name="take_off"),
    path(f"{_ATHLETES}<int:athlete>/return", athlete_views.put_back, name="put_back"),
    path(_IMPORT, file_views.upload, name="import"),
    path(f"{_IMPORT}/template.xlsx", file_views.template, {"kind": "xlsx"}, name="template_xlsx"),
    path(f"{_IMPORT}/template.csv", file_views.template, {"kind": "csv"}, name="template_csv"),
    path(f"{_IMPORT}/<int:upload>/", file_views.preview, name="preview"),
    path(f"{_IMPORT}/<int:upload>/refused.xlsx", file_views.refused_rows, name="refused_rows"),
    path(f"{_ATHLETES}export.xlsx", file_views.export, {"kind": "xlsx"}, name="export_xlsx"),
    path(f"{_ATHLETES}export.csv", file_views.export, {"kind": "csv"}, name="export_csv"),
]
