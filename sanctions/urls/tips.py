"""Routes of tips for officers, below /office/tips/."""

from django.urls import path

from sanctions.views import tips

app_name = "tips"
urlpatterns = [
    path("", tips.tip_index, name="list"),
    path("openings/", tips.opening_index, name="opening-list"),
    path("<uuid:public_id>/", tips.tip_detail, name="detail"),
    path("<uuid:public_id>/steps/<slug:step>/", tips.tip_step, name="step"),
    path("<uuid:public_id>/files/<int:place>/", tips.tip_file, name="file"),
    path("<uuid:public_id>/identity/", tips.tip_identity, name="identity"),
]
