"""All routes: the public at the root, officers below /office/."""

from django.urls import include, path, re_path

from credit_site.views import closed, health, portal_report, workbench

urlpatterns = [
    # Shut before the library's own routes are asked.
    re_path(
        r"^accounts/(?:signup|inactive|email|confirm-email|password/set|password/reset|login/code)/", closed.closed
    ),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", include("credit_site.api.urls")),
    path("office/", workbench.workbench, name="workbench"),
    path("office/", include("registry.urls")),
    path("office/", include("sanctions.urls")),
    path("office/tips/", include("sanctions.urls.tips")),
    path("office/requests/", include("repair.urls.office")),
    path("office/publications/", include("disclosure.office_urls")),
    path("office/commitments/", include("incentives.urls.office")),
    path("office/inspections/", include("incentives.urls.inspections")),
    path("office/honours/", include("incentives.urls.honours")),
    path("office/tiers/", include("incentives.urls.tiers")),
    path("office/incentives/", include("incentives.urls.grants")),
    path("my/", include("credit_site.portal_urls")),
    path("my/requests/", include("repair.urls.portal")),
    path("my/cases/", include("sanctions.urls.portal")),
    path("my/standing/", include("incentives.urls.standing")),
    path("my/commitments/", include("incentives.urls.portal")),
    path("claim/", include("credit_site.claim_urls")),
    path("verify/<uuid:code>/", portal_report.report_verify, name="report-verify"),
    path("", include("disclosure.urls")),
]

handler403 = "credit_site.views.errors.forbidden"
handler404 = "credit_site.views.errors.not_found"
handler500 = "credit_site.views.errors.server_error"
