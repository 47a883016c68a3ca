"""Routes below /office/: orders."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
