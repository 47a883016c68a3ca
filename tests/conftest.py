"""Shared fixtures: nothing heavy; build what a test needs with tests/factories.py."""

import gc
import os
import pkgutil
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

from registry.selectors.calendar import _calendar

Made = TypeVar("Made")
FAST_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests of rules alone: the layers' contracts keep framework, database and clock out of what they call.
RULES = ("tests/registry/rules/", "tests/policy/")
JOURNEYS = "tests/browser/"
DATABASE = frozenset({"db", "transactional_db", "live_server"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of rules, and properties, that ask for no database: the run on PostgreSQL leaves them out. Refuse a
    journey outside its folder: only that folder is looked through for them, and every other run leaves them out.
    """
    for item in items:
        if item.get_closest_marker("browser") is not None and not item.nodeid.startswith(JOURNEYS):
            raise pytest.UsageError(f"{item.nodeid}: journeys stand in {JOURNEYS}")
        if asks_no_database(item) and (item.nodeid.startswith(RULES) or is_property(item)):
            item.add_marker("rules")


def asks_no_database(item: pytest.Item) -> bool:
    """Tell whether pytest-django would refuse the test any query."""
    return item.get_closest_marker("django_db") is None and DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def is_property(item: pytest.Item) -> bool:
    """Tell whether the test tries a function on many values of its own making: in CI on the same ones every time."""
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end: the collector need not go through it again and again, one second in fifteen."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Test databases are made from the models, which is quickest. With TEST_MIGRATIONS=1 they are migrated as a county's is:
    `.ci/run` does so on both engines with the tests of what only migrations make.
    """
    return os.environ.get("TEST_MIGRATIONS") == "1"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_use_migrations, django_db_blocker) -> None:
    """Add what models do not say, and note every migration as done: processes that tests start look for that."""
    if django_db_use_migrations:
        return
    overlap = import_module("sanctions.migrations.0001_squashed_0018_orders_not_settled")
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        if set(migrations_on_disk()) <= set(recorder.applied_migrations()):  # a database used again
            return
        with connection.schema_editor() as editor:
            overlap.forward(apps, editor)
        recorder.ensure_schema()
        for name in migrations_on_disk():
            recorder.record_applied(*name)


def migrations_on_disk() -> Iterator[tuple[str, str]]:
    """Yield app label and name of every migration of every installed app, and of those that it replaces."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.migrations") is not None:
            folder = import_module(f"{config.name}.migrations")
            for each in pkgutil.iter_modules(folder.__path__):
                yield config.label, each.name
                yield from import_module(f"{folder.__name__}.{each.name}").Migration.replaces


# What every flush would only write again.
_KEPT = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def _only_what_is_full_is_emptied() -> Iterator[None]:
    """After a test with transactions of its own PostgreSQL would truncate some two hundred tables and write every index of
    theirs anew, a second or more; empty those that have rows, without their triggers.
    """

    def sql_flush(
        self: DatabaseOperations, style: object, tables: list[str], *, reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:  # fmt: skip
        asked = [name for name in tables if name not in _KEPT]
        with self.connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in asked)
            )
            full = [row[0] for row in cursor.fetchall()]
        return ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{name}"' for name in full)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, settings) -> None:
    """Every test counts from nothing, in keys of its own, as other processes of the run share the same Redis, or in the
    memory of its process where there is none; and within one window, even when it runs as a minute ends. The calendar kept
    from an earlier test has days of its own under the same keys."""
    _calendar.cache_clear()
    if not settings.REDIS_URL:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(caches["default"], "key_prefix", uuid.uuid4().hex)
    monkeypatch.setattr("disclosure.views.throttle.WINDOW", 1_000_000)


# Fast hashing, no HTTPS redirect.
PLAIN = {
    "PASSWORD_HASHERS": FAST_HASHERS,
    "SECURE_SSL_REDIRECT": False,
    "DEMONSTRATION": True,
    "REQUIRE_SECOND_FACTOR": False,  # tests/credit_site/test_entrance.py sets it
    "STORAGES": {
        "default": {"BACKEND": "registry.base.sealed_files.SealedFileStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    """Plain settings, files in a folder of the test's own."""
    for name, value in PLAIN.items():
        setattr(settings, name, value)
    settings.MEDIA_ROOT = tmp_path / "private"
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path


@pytest.fixture(scope="module")
def make_once(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Callable[[Callable[[], Made]], Made]]:
    """Call what makes a costly world, once for the tests of a module, in a transaction around theirs: what a test changes in
    the database is rolled back to it. What it changes in Python is not: give each test a copy, or rows read anew. For modules
    of which every test with a database asks for that world, and none for its files, which are not in the test's folder.
    """
    folder = tmp_path_factory.mktemp("made-once")
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()

    def make(build: Callable[[], Made]) -> Made:
        with django_db_blocker.unblock(), override_settings(**PLAIN, MEDIA_ROOT=folder, VAR_DIR=folder):
            return build()

    yield make
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="session")
def plain_http() -> Iterator[None]:
    """The live server speaks http, under production's settings too."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        yield


@pytest.fixture(scope="session")
def live_server(plain_http, live_server):
    return live_server


@pytest.fixture
def needs_postgres(db):
    """For tests of locks and races, which SQLite's one writer cannot show."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
