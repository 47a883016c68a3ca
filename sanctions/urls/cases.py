"""Routes below /office/: cases."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
