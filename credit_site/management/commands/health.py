"""Tell the site's health on the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credit_site.health import OK, health
from registry import clock


class Command(BaseCommand):
    help = "显示数据库、迁移、待办事务和后台任务的状态（JSON）；有一项不正常时以 1 退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--part", choices=["database", "migrations", "outbox", "worker"], help="只看一项")

    def handle(self, *args: Any, **options: Any) -> None:
        report = health(now=clock.now())
        part = options["part"]
        shown = report["parts"].get(part, {"status": "unknown"}) if part else report
        self.stdout.write(json.dumps(shown, ensure_ascii=False))
        if shown["status"] != OK:
            raise CommandError(f"状态不正常：{shown['status']}")
