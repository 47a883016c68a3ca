"""Routes of a subject's own cases, below /my/cases/."""

from django.urls import path

from sanctions.views import own_defence

app_name = "my-cases"
urlpatterns = [
    path("", own_defence.case_index, name="list"),
    path("<uuid:public_id>/", own_defence.case_page, name="detail"),
    path("<uuid:public_id>/defence/", own_defence.defence_new, name="defend"),
    path("<uuid:public_id>/waive/", own_defence.defence_waive, name="waive"),
]
