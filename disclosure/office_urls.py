"""Officers' routes of disclosure, below /office/publications/."""

from django.urls import URLPattern

app_name = "publications"
urlpatterns: list[URLPattern] = []
