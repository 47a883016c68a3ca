"""A subject's own good standing and tier, below /my/standing/."""

from django.urls import path

from incentives.views import standing

app_name = "my-standing"
urlpatterns = [
    path("", standing.standing_page, name="home"),
    path("inspections/", standing.inspections_page, name="inspections"),
    path("objection/", standing.objection_new, name="object"),
]
