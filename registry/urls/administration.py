"""Routes below /office/: administration."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
