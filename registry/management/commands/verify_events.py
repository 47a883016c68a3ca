"""Check the sealed timeline."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import Event, Seal
from registry.services.events import events_verify


class Command(BaseCommand):
    help = "核对事件时间线：内容、条数、封存的前后衔接；有任何不符时逐条列出，并以 1 退出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", default="", help="以前留存在系统之外的封存摘要，应当仍然存在")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = events_verify(anchor=options["anchor"])
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"事件时间线有 {len(problems)} 处不符。")
        last = Seal.objects.order_by("-id").first()
        sealed = Event.objects.filter(seal__isnull=False).count()
        waiting = Event.objects.filter(seal__isnull=True).count()
        self.stdout.write(f"事件时间线完整：已封存 {sealed} 条，未封存 {waiting} 条。")
        if last is not None:
            self.stdout.write(f"最新封存摘要（请留存在系统之外，供日后核对）：{last.digest}")
