"""Claiming an account, below /claim/: open to anybody."""

from django.urls import path

from credit_site.views import claims

app_name = "claims"
urlpatterns = [
    path("", claims.claim_new, name="new"),
    path("receipt/", claims.claim_receipt, name="receipt"),
    path("progress/", claims.claim_progress, name="progress"),
]
