"""System checks: what may not be switched off where the data are real."""

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from credit_site import checks

GOOD_KEY = Fernet.generate_key().decode()
OTHER_KEY = Fernet.generate_key().decode()


@pytest.fixture
def production(settings):
    """Settings as they must be where the data are real."""
    settings.DEMONSTRATION = False
    settings.REQUIRE_SECOND_FACTOR = True
    settings.PRETEND_TODAY = None
    settings.SECRET_KEY = "s" * 50
    settings.FIELD_KEYS = [GOOD_KEY]
    settings.FIELD_HASH_KEY = OTHER_KEY
    settings.OPEN_DATA_KEY = ""
    settings.WEBHOOK_HTTP = False
    return settings


def found():
    every = (
        checks.pretended_day, checks.second_factor, checks.field_keys, checks.secrets_strong, checks.no_demonstration,
        checks.open_data_key, checks.pushed_over_https,
    )  # fmt: skip
    return [message.id for check in every for message in check(None)]


def test_production_as_it_must_be_passes(production):
    assert found() == []


def test_a_pretended_day_is_refused_outside_the_demonstration(production):
    production.PRETEND_TODAY = dt.date(2027, 1, 1)
    assert found() == ["credit_site.E001"]


def test_a_pretended_day_is_allowed_in_the_demonstration(production):
    production.DEMONSTRATION = True
    production.PRETEND_TODAY = dt.date(2027, 1, 1)
    assert checks.pretended_day(None) == []


def test_the_second_factor_may_not_be_off(production):
    production.REQUIRE_SECOND_FACTOR = False
    assert found() == ["credit_site.E002"]


def test_the_demonstration_may_do_without_the_second_factor(production):
    production.DEMONSTRATION, production.REQUIRE_SECOND_FACTOR = True, False
    assert checks.second_factor(None) == []


@pytest.mark.parametrize("key", ["x", "", GOOD_KEY[:-2], "密钥"], ids=["short", "empty", "cut", "chinese"])
def test_a_key_the_cipher_does_not_take_is_refused(production, key):
    production.FIELD_KEYS = [GOOD_KEY, key]
    assert found() == ["credit_site.E003"]


def test_the_message_names_the_keys_place_but_not_the_key(production):
    production.FIELD_KEYS = [GOOD_KEY, "secret-but-wrong"]
    message = checks.field_keys(None)[0].msg
    assert ("第 2 个" in message, "secret-but-wrong" in message) == (True, False)


def test_a_short_hash_key_is_refused(production):
    production.FIELD_HASH_KEY = "h" * 31
    assert found() == ["credit_site.E004"]


def test_a_hash_key_used_elsewhere_is_refused(production):
    production.FIELD_HASH_KEY = GOOD_KEY
    assert found() == ["credit_site.E004"]


def test_the_demonstration_is_no_production(production):
    production.DEMONSTRATION = True
    assert found() == ["credit_site.E005"]


@pytest.mark.parametrize(
    ("encoding", "major", "expected"),
    [
        ("UTF8", 15, []),
        ("SQL_ASCII", 16, ["credit_site.E006"]),
        ("UTF8", 14, ["credit_site.E007"]),
    ],
)
def test_the_database_must_hold_chinese_text_and_be_supported(encoding, major, expected):
    assert [message.id for message in checks._postgresql_messages(encoding, major)] == expected


@pytest.mark.django_db
def test_the_database_in_use_passes():
    assert checks.postgresql(None, databases=["default"]) == []


def test_a_key_for_open_data_that_cannot_sign_is_refused(production):
    production.OPEN_DATA_KEY = GOOD_KEY
    assert found() == []
    production.OPEN_DATA_KEY = GOOD_KEY[:-4]
    assert found() == ["credit_site.E008"]


def test_pushing_over_http_is_for_the_demonstration(production):
    production.WEBHOOK_HTTP = True
    assert found() == ["credit_site.E009"]


@pytest.fixture
def recorder(db, settings):
    """The migrations as they are on the disk, whatever made the tables, and what the database says of them."""
    settings.MIGRATION_MODULES = {}
    return MigrationRecorder(connection)


def test_a_database_with_all_that_was_squashed_passes(recorder):
    assert checks.squashed_migrations(None, databases=["default"]) == []


def test_a_new_database_passes(recorder):
    recorder.migration_qs.all().delete()
    assert checks.squashed_migrations(None, databases=["default"]) == []


def test_a_database_with_a_part_of_what_was_squashed_is_told_what_to_do(recorder):
    recorder.record_unapplied("registry", "0014_long_exports")
    recorder.record_unapplied("registry", "0015_import_rows_in_order")
    [message] = checks.squashed_migrations(None, databases=["default"])
    assert message.id == "credit_site.E010"
    assert "还缺 2 个，第一个是 registry.0014_long_exports" in message.msg
    assert "上一个版本" in message.hint
