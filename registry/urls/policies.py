"""Routes below /office/: policies, their drafts, comparison and adoption."""

from django.urls import URLPattern, path

from registry.views import policies, policy_adoption, policy_comparing, policy_drafts

patterns: list[URLPattern] = [
    path("policies/", policies.policy_index, name="policy-list"),
    path("policies/<int:version_id>/", policies.policy_detail, name="policy-detail"),
    path("policies/activations/<int:activation_id>/end/", policies.policy_stop, name="policy-deactivate"),
    path("policies/compare/", policy_comparing.policy_compare, name="policy-compare"),
    path("policies/<int:version_id>/propose/", policy_adoption.policy_propose, name="policy-propose"),
    path("policies/drafts/<uuid:public_id>/propose/", policy_adoption.draft_propose, name="draft-propose"),
    path("policies/proposals/", policy_adoption.proposal_index, name="proposal-list"),
    path("policies/proposals/<uuid:public_id>/", policy_adoption.proposal_detail, name="proposal-detail"),
    path("policies/proposals/<uuid:public_id>/confirm/", policy_adoption.proposal_confirm, name="proposal-confirm"),
    path("policies/proposals/<uuid:public_id>/reject/", policy_adoption.proposal_reject, name="proposal-reject"),
    path("policies/drafts/", policy_drafts.draft_index, name="draft-list"),
    path("policies/drafts/new/", policy_drafts.draft_new, name="draft-new"),
    path("policies/drafts/<uuid:public_id>/", policy_drafts.draft_detail, name="draft-detail"),
    path("policies/drafts/<uuid:public_id>/text/", policy_drafts.draft_text, name="draft-text"),
    path("policies/drafts/<uuid:public_id>/values/", policy_drafts.draft_values, name="draft-values"),
    path("policies/drafts/<uuid:public_id>/discard/", policy_drafts.draft_put_aside, name="draft-discard"),
]
