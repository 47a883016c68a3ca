"""Check that the keys given still open what is stored: everything that FIELD_KEYS sealed, not numbers alone."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from registry.base.personal_data import lookup_hash, text_open
from registry.models import Attachment, ImportRow, Subject

# Where an authenticator keeps its sealed secret: of the app, of the recovery codes.
_SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "用当前的 FIELD_KEYS 和 FIELD_HASH_KEY 核对全部加密的证件号码、二次验证密钥、导入行和文件；"
        "有打不开或对不上的时以 1 退出。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        bad = self._numbers() + self._texts("二次验证密钥", _secrets())
        rows = ImportRow.objects.values_list("cells_sealed", flat=True)
        bad += self._texts("导入行", rows.iterator()) + self._texts("其他加密内容", _other()) + self._files()
        if bad:
            raise CommandError("密钥与数据不相配。请把加密这些数据时使用的密钥补入 FIELD_KEYS（或 FIELD_HASH_KEY）。")

    def _numbers(self) -> int:
        checked = unopened = mismatched = 0
        sealed = Subject.objects.exclude(document_sealed="").values_list("document_sealed", "document_hash")
        for text, digest in sealed.iterator():
            checked += 1
            try:
                number = text_open(text)
            except InvalidToken:
                unopened += 1
                continue
            mismatched += digest is not None and lookup_hash(number) != digest  # a merged subject has none
        self.stdout.write(f"核对 {checked} 条：无法解密 {unopened} 条，索引不符 {mismatched} 条。")
        return unopened + mismatched

    def _texts(self, what: str, sealed: Iterator[str]) -> int:
        checked = unopened = 0
        for text in sealed:
            checked += 1
            try:
                text_open(text)
            except InvalidToken:
                unopened += 1
        self.stdout.write(f"{what} {checked} 个：无法解密 {unopened} 个。")
        return unopened

    def _files(self) -> int:
        checked = unopened = 0
        for attachment in Attachment.objects.exclude(scan=Attachment.Scan.REMOVED).iterator():
            checked += 1
            try:
                attachment.file.open("rb").close()
            except (InvalidToken, FileNotFoundError) as error:
                unopened += 1
                self.stdout.write(f"文件 {attachment.file.name}：{type(error).__name__}")
        self.stdout.write(f"文件 {checked} 个：缺失或无法解密 {unopened} 个。")
        return unopened


def _other() -> Iterator[str]:
    """Every other sealed column, of higher apps too: a column of sealed text is named so."""
    for model in apps.get_models():
        if model in (Subject, ImportRow) or model.__name__.startswith("Historical"):
            continue
        for field in model._meta.concrete_fields:
            if field.name.endswith("_sealed"):
                yield from model._default_manager.values_list(field.name, flat=True).iterator()


def _secrets() -> Iterator[str]:
    for data in Authenticator.objects.values_list("data", flat=True).iterator():
        yield from (data[name] for name in _SECRETS if name in data)
