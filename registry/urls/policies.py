"""Routes below /office/: policies."""

from django.urls import URLPattern, path

from registry.views import policies

patterns: list[URLPattern] = [
    path("policies/", policies.policy_index, name="policy-list"),
    path("policies/<int:version_id>/", policies.policy_detail, name="policy-detail"),
    path("policies/<int:version_id>/activate/", policies.policy_start, name="policy-activate"),
    path("policies/activations/<int:activation_id>/end/", policies.policy_stop, name="policy-deactivate"),
]
