"""Routes below /office/: claims of accounts, one-time codes, mandates."""

from django.urls import URLPattern, path

from registry.views import mandates

patterns: list[URLPattern] = [
    path("claims/", mandates.claim_index, name="claim-list"),
    path("claims/<uuid:public_id>/", mandates.claim_detail, name="claim-detail"),
    path("claims/<uuid:public_id>/refuse/", mandates.claim_decline, name="claim-refuse"),
    path("claims/<uuid:public_id>/letter/", mandates.claim_letter, name="claim-letter"),
    path("subjects/<uuid:public_id>/mandates/", mandates.subject_mandates, name="subject-mandates"),
    path("subjects/<uuid:public_id>/claim-code/", mandates.code_issue, name="claim-code-issue"),
    path("mandates/<uuid:public_id>/end/", mandates.mandate_stop, name="mandate-end"),
]
