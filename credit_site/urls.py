"""All routes: public at the root, officers below /office/."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
