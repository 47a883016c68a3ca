"""Open the office in an empty system: the credit office and its first administrator."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registry import clock
from registry.base.errors import DomainError
from registry.models import Account, Department, RoleGrant
from registry.rules import access
from registry.services.accounts import account_open, role_grant
from registry.services.departments import DepartmentFacts, department_open


class Command(BaseCommand):
    help = "在新系统中建立信用监管办公室和第一个系统管理员，并显示其临时密码；其余部门和账号由其在网页上建立。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--office", required=True, help="信用监管办公室的全称")
        parser.add_argument("--contact", required=True, help="对外联系方式（公示页上告诉当事人向谁提出异议）")
        parser.add_argument("--username", required=True, help="系统管理员的登录名")
        parser.add_argument("--name", required=True, help="系统管理员的姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        if RoleGrant.objects.filter(role=access.ADMINISTRATOR).exists():
            raise CommandError("已有系统管理员，请由其在“账号”页面建立账号。")
        password = secrets.token_urlsafe(12)
        try:
            account = self._open(options, password)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已建立{account.department}和系统管理员{account.username}。")
        self.stdout.write(f"临时密码（首次登录须修改）：{password}")

    @transaction.atomic
    def _open(self, given: dict[str, Any], password: str) -> Account:
        on = clock.today()
        facts = DepartmentFacts(
            name=given["office"], short_name="信用办", kind=Department.Kind.CREDIT_OFFICE, uscc="",
            contact=given["contact"],
        )  # fmt: skip
        department = department_open(code="credit-office", facts=facts, actor=None, on=on)
        account = account_open(
            username=given["username"], display_name=given["name"], password=password, department=department, subject=None,
            actor=None, on=on,
        )  # fmt: skip
        role_grant(account_id=account.pk, role=access.ADMINISTRATOR, last_on=None, actor=None, on=on)
        return account
