"""System checks: what must hold before the site serves real data. Each names the setting and the way out."""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

SECRET_LENGTH = 32
OLDEST_POSTGRESQL = 15


@register(Tags.security)
def pretended_day(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A moved clock is for the demonstration: elsewhere it would date real decisions wrongly."""
    if settings.PRETEND_TODAY is None or settings.DEMONSTRATION:
        return []
    return [
        Error(
            f"设置了 PRETEND_TODAY={settings.PRETEND_TODAY}，但这不是演示环境，法定日期会因此出错。",
            hint="去掉环境变量 PRETEND_TODAY；只有 DEMONSTRATION=true 时才能使用。",
            id="credit_site.E001",
        )
    ]


@register(Tags.security)
def second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Officers hold a second factor wherever the data are real."""
    if settings.REQUIRE_SECOND_FACTOR or settings.DEMONSTRATION:
        return []
    return [
        Error(
            "关闭了双因素认证（REQUIRE_SECOND_FACTOR=false），但这不是演示环境。",
            hint="去掉环境变量 REQUIRE_SECOND_FACTOR，或将其设为 true。",
            id="credit_site.E002",
        )
    ]


@register(Tags.security)
def field_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each key that seals personal data must be one that the cipher takes; the message never repeats a key."""
    return [
        Error(
            f"FIELD_KEYS 的第 {number} 个密钥不是有效的 Fernet 密钥（32 字节，URL 安全的 Base64）。",
            hint="用 README“正式部署”一节的命令生成；多个密钥以逗号分隔，第一个用于加密。",
            id="credit_site.E003",
        )
        for number, key in enumerate(settings.FIELD_KEYS, start=1)
        if not _is_fernet(key)
    ]


def _is_fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


@register(Tags.security)
def open_data_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A key of one's own for open data must be one that signs; the message never repeats it."""
    if not settings.OPEN_DATA_KEY or _is_fernet(settings.OPEN_DATA_KEY):  # the same form: 32 bytes
        return []
    return [
        Error(
            "OPEN_DATA_KEY 不是有效的密钥（32 字节，URL 安全的 Base64）。",
            hint="用 README“正式部署”一节的命令生成；或者不设置，由 SECRET_KEY 推出。",
            id="credit_site.E008",
        )
    ]


@register(Tags.security)
def pushed_over_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is pushed to departments is read by nobody on the way."""
    if not settings.WEBHOOK_HTTP or settings.DEMONSTRATION or settings.DEBUG:
        return []
    return [
        Error(
            "允许向 http 地址推送事件（WEBHOOK_HTTP=true），但这不是演示环境。",
            hint="去掉环境变量 WEBHOOK_HTTP。",
            id="credit_site.E009",
        )
    ]


@register(Tags.security, deploy=True)
def secrets_strong(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_HASH_KEY keeps document numbers from being tried out: long, and nobody else's key."""
    key = settings.FIELD_HASH_KEY
    if len(key) >= SECRET_LENGTH and key != settings.SECRET_KEY and key not in settings.FIELD_KEYS:
        return []
    return [
        Error(
            f"FIELD_HASH_KEY 过短（少于 {SECRET_LENGTH} 个字符），或与其他密钥相同。",
            hint="另行生成一个；注意：已有证件号码的数据库不能直接更换，否则按证件号码查找会失效。",
            id="credit_site.E004",
        )
    ]


@register(Tags.security, deploy=True)
def no_demonstration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The demonstration's accounts have passwords that are printed."""
    if not settings.DEMONSTRATION:
        return []
    return [
        Error(
            "正式部署中开着演示模式（DEMONSTRATION）：演示账号的密码是公开的。",
            hint="设置 DEMONSTRATION=false，并使用没有演示数据的数据库。",
            id="credit_site.E005",
        )
    ]


@register(Tags.database)
def postgresql(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Chinese text needs UTF-8, and the features used need a supported PostgreSQL."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchone()[0]
            cursor.execute("SHOW server_version_num")
            major = int(cursor.fetchone()[0]) // 10_000
        messages += _postgresql_messages(encoding, major)
    return messages


def _postgresql_messages(encoding: str, major: int) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if encoding != "UTF8":
        messages.append(
            Error(
                f"数据库编码是 {encoding}，中文需要 UTF8。",
                hint="用 createdb -E UTF8 --locale=C.UTF-8 -T template0 重新建库后再迁移数据。",
                id="credit_site.E006",
            )
        )
    if major < OLDEST_POSTGRESQL:
        messages.append(
            Error(
                f"PostgreSQL 版本是 {major}，至少需要 {OLDEST_POSTGRESQL}。",
                hint="升级 PostgreSQL。",
                id="credit_site.E007",
            )
        )
    return messages


@register(Tags.database)
def squashed_migrations(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A database that has some of the migrations that were squashed must get the rest from the release that had them."""
    loader = MigrationLoader(None)
    squashed = [
        gone for each in loader.replacements.values() if (gone := set(each.replaces) - loader.disk_migrations.keys())
    ]
    applied = {alias: MigrationRecorder(connections[alias]).applied_migrations().keys() for alias in databases or []}
    missing = [(alias, gone - done) for alias, done in applied.items() for gone in squashed if gone & done]
    return [
        Error(
            f"数据库 {alias} 只执行过一部分已经合并的迁移，还缺 {len(names)} 个，第一个是 {'.'.join(min(names))}。",
            hint="先用上一个版本执行 manage.py migrate，全部完成后再升级到本版本；见 docs/operations.md 的 Upgrading。",
            id="credit_site.E010",
        )
        for alias, names in missing
        if names
    ]
