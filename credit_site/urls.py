"""All routes: the public at the root, officers below /office/."""

from django.urls import include, path, re_path

from credit_site.views import closed, health, workbench

urlpatterns = [
    # Shut before the library's own routes are asked.
    re_path(
        r"^accounts/(?:signup|inactive|email|confirm-email|password/set|password/reset|login/code)/", closed.closed
    ),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("office/", workbench.workbench, name="workbench"),
    path("office/", include("registry.urls")),
    path("office/", include("sanctions.urls")),
    path("office/publications/", include("disclosure.office_urls")),
    path("", include("disclosure.urls")),
]

handler403 = "credit_site.views.errors.forbidden"
handler404 = "credit_site.views.errors.not_found"
handler500 = "credit_site.views.errors.server_error"
