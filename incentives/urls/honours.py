"""Officers' and departments' routes of the red list, below /office/honours/."""

from django.urls import path

from incentives.views import honour_steps, honours

app_name = "honours"
urlpatterns = [
    path("", honours.honour_index, name="list"),
    path("new/<uuid:public_id>/", honours.honour_new, name="new"),
    path("<uuid:public_id>/", honours.honour_page, name="detail"),
    path("<uuid:public_id>/files/<uuid:file_id>/", honours.honour_file, name="file"),
    path("<uuid:public_id>/objections/<int:objection_id>/", honour_steps.objection_page, name="answer"),
    path("<uuid:public_id>/steps/<slug:step>/", honour_steps.honour_step, name="step"),
]
