"""`manage.py demonstration_accounts`: say who can log in to the demonstration county."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from credit_site.demonstration.office import ACCOUNTS, PASSWORD, SANDBOX, SUBJECT_ACCOUNT
from registry.rules import access


class Command(BaseCommand):
    help = "列出演示账号。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("本系统不是演示环境（DEMONSTRATION 未开启），没有演示账号。")
        self.stdout.write(f"演示账号（密码均为 {PASSWORD}）：")
        for username, name, _, roles, task in ACCOUNTS:
            labels = "、".join(access.ROLE_LABELS[role] for role in roles)
            self.stdout.write(f"  {username:<10} {labels}（{name}）：{task}")
        username, name, task = SUBJECT_ACCOUNT
        self.stdout.write(f"  {username:<10} {access.ROLE_LABELS[access.SUBJECT]}（{name}）：{task}")
        client_id, secret, name, _ = SANDBOX
        self.stdout.write(
            f"接口沙箱（{name}，用法见 docs/api/README.md）：client_id {client_id}  client_secret {secret}"
        )
