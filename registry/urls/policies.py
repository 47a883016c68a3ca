"""Routes below /office/: policies."""

from django.urls import URLPattern

patterns: list[URLPattern] = []
