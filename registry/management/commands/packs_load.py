"""Store the policy packs of the project's folder in the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import clock
from registry.rules.policy.errors import PackError
from registry.services.policies import packs_load


class Command(BaseCommand):
    """`manage.py packs_load`: safe to run again; says what is new. Nothing is activated by loading."""

    help = "载入政策包：新的或改动过的文件存为新版本，已有版本不变。"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = packs_load(at=clock.now())
        except PackError as error:
            raise CommandError("政策包未载入：\n" + "\n".join(error.problems)) from error
        for version in result.stored:
            self.stdout.write(f"新版本  {version.pack_id}  {version.content_hash[:12]}  {version.title}")
        self.stdout.write(f"载入 {len(result.stored)} 个新版本，{result.unchanged} 个没有变化。")
