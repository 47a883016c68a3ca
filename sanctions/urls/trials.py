"""Routes below /office/: trials of policies over the whole county."""

from django.urls import URLPattern, path

from sanctions.views import trials

patterns: list[URLPattern] = [
    path("trials/", trials.trial_index, name="trial-list"),
    path("trials/new/", trials.trial_new, name="trial-new"),
    path("trials/<uuid:public_id>/", trials.trial_detail, name="trial-detail"),
    path("trials/<uuid:public_id>/cancel/", trials.trial_stop, name="trial-cancel"),
    path("trials/<uuid:public_id>/resume/", trials.trial_go_on, name="trial-resume"),
    path("trials/<uuid:public_id>/result.xlsx", trials.trial_sheet, name="trial-file"),
]
