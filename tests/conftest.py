"""Shared fixtures: nothing heavy; build what a test needs with tests/factories.py."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    """Fast hashing, files in a folder of the test's own, no HTTPS redirect."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "private"
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path
    settings.SECURE_SSL_REDIRECT = False
    settings.DEMONSTRATION = True
    settings.REQUIRE_SECOND_FACTOR = False  # tests/credit_site/test_entrance.py sets it
    settings.STORAGES = {
        "default": {"BACKEND": "registry.base.sealed_files.SealedFileStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def needs_postgres(db):
    """For tests of locks and races, which SQLite's one writer cannot show."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
