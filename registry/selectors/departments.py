"""Reads of departments."""

from django.db.models import QuerySet

from registry.models import Department


def departments_in_use() -> QuerySet[Department]:
    """Return the departments in use, by code."""
    return Department.objects.filter(is_active=True).order_by("code")
