"""Routes below /office/: imports."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
