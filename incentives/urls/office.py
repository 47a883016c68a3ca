"""Officers' routes of commitments, below /office/commitments/."""

from django.urls import path

from incentives.views import office, office_steps

app_name = "commitments"
urlpatterns = [
    path("", office.commitment_index, name="list"),
    path("new/<uuid:public_id>/", office.commitment_new, name="new"),
    path("promises/new/<uuid:public_id>/", office.promise_new, name="promise-new"),
    path("<uuid:public_id>/", office.commitment_page, name="detail"),
    path("<uuid:public_id>/paper/", office.commitment_paper, name="paper"),
    path("<uuid:public_id>/files/<uuid:file_id>/", office.commitment_file, name="file"),
    path("<uuid:public_id>/steps/<slug:step>/", office_steps.commitment_step, name="step"),
    path("<uuid:public_id>/obligations/<int:place>/<slug:step>/", office_steps.obligation_step, name="obligation-step"),
]
