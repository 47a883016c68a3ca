"""Check that the keys given still open what is stored."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from registry.base.personal_data import lookup_hash, text_open
from registry.models import Subject


class Command(BaseCommand):
    help = "用当前的 FIELD_KEYS 和 FIELD_HASH_KEY 核对全部加密的证件号码；有打不开或对不上的时以 1 退出。"

    def handle(self, *args: Any, **options: Any) -> None:
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
        if unopened or mismatched:
            raise CommandError("密钥与数据不相配。请把加密这些数据时使用的密钥补入 FIELD_KEYS（或 FIELD_HASH_KEY）。")
