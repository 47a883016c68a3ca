"""Checks, public entries, standings and orders over the API."""
