"""`manage.py api_client_open`: open a department system's access to the API and print its secret once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry import clock
from registry.base.errors import DomainError
from registry.models import Department
from registry.rules.scopes import SCOPE_LABELS
from registry.services.clients import client_open


class Command(BaseCommand):
    help = "为一个部门的业务系统开通接口，打印客户端编号和密钥（密钥只显示这一次）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--department", required=True, help="部门代码")
        parser.add_argument("--name", required=True, help="客户端名称，例如“市场监管审批系统”")
        parser.add_argument("--scopes", required=True, nargs="+", help=f"权限范围：{'、'.join(SCOPE_LABELS)}")
        parser.add_argument("--requests-a-minute", type=int, default=None, help="每分钟请求上限，默认按系统设置")

    def handle(self, *args: Any, **options: Any) -> None:
        department = Department.objects.filter(code=options["department"]).first()
        if department is None:
            raise CommandError(f"没有代码为“{options['department']}”的部门。请在系统管理的“部门”页核对代码。")
        try:
            keys = client_open(
                name=options["name"], department=department, scopes=options["scopes"],
                requests_a_minute=options["requests_a_minute"], actor=None, on=clock.today(),
            )  # fmt: skip
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"client_id     {keys.client.application.client_id}\nclient_secret {keys.secret}")
