"""Routes below /office/: candidates, cases, a subject's standing on any day."""

from django.urls import URLPattern, path

from sanctions.views import candidates, case_steps, cases, standing

patterns: list[URLPattern] = [
    path("candidates/", candidates.candidate_list_page, name="candidate-list"),
    path("candidates/<int:pk>/", candidates.candidate_detail, name="candidate-detail"),
    path("candidates/<int:pk>/open/", candidates.candidate_open, name="candidate-open"),
    path("candidates/<int:pk>/dismiss/", candidates.candidate_dismiss_page, name="candidate-dismiss"),
    path("subjects/<uuid:public_id>/standing/", standing.standing_json, name="subject-standing"),
    path("cases/", cases.case_list_page, name="case-list"),
    path("cases/<uuid:public_id>/", cases.case_page, name="case-detail"),
    path("cases/<uuid:public_id>/steps/<slug:step>/", case_steps.case_step, name="case-step"),
]
