"""Disclosure: publications and nothing else."""

from disclosure.models.publications import Publication

__all__ = ["Publication"]
