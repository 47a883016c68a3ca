"""Officers' routes of tiers, below /office/tiers/."""

from django.urls import path

from incentives.views import tiers

app_name = "tiers"
urlpatterns = [
    path("", tiers.tier_index, name="list"),
    path("list.xlsx", tiers.tier_sheet, name="xlsx"),
    path("subjects/<uuid:public_id>/", tiers.tier_subject, name="subject"),
    path("objections/", tiers.objection_index, name="objections"),
    path("objections/<uuid:public_id>/", tiers.objection_page, name="objection"),
]
