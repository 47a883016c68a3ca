"""`manage.py seed_demonstration`: make the demonstration county once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from credit_site.demonstration.county import county_seed
from registry import clock
from registry.models import Subject


class Command(BaseCommand):
    help = "生成演示县（数据均为虚构）；已有数据时不做任何事。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("本系统不是演示环境（DEMONSTRATION 未开启），不生成演示数据。")
        if Subject.objects.exists():
            self.stdout.write("已有数据，不再生成演示县。")
            return
        counts = county_seed(today=clock.today(), say=self.stdout.write)
        self.stdout.write(
            f"演示县已就绪：{counts['subjects']}个主体，{counts['records']}条记录，{counts['cases']}件案件。"
        )
