"""Routes below /office/: subjects."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
