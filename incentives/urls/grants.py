"""Routes of joint incentives, below /office/incentives/."""

from django.urls import path

from incentives.views import grants

app_name = "grants"
urlpatterns = [
    path("", grants.grant_index, name="list"),
    path("<uuid:public_id>/", grants.grant_page, name="detail"),
    path("<uuid:public_id>/<slug:step>/", grants.grant_step, name="step"),
]
