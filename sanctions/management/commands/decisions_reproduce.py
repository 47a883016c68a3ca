"""Ask every decision again."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sanctions.selectors.decisions import LABELS, decisions_reproduced


class Command(BaseCommand):
    help = "用决定时的政策版本和事实重新评估每一件已认定的案件，与保存的理由比对；有不一致的逐件列出，并以 1 退出。"

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        for case, found in decisions_reproduced():
            counts[found.verdict] += 1
            if found.verdict != "same":
                self.stdout.write(f"{case.number}：{found.label}。{''.join(found.differences)}")
        said = "，".join(f"{label}{counts[verdict]}件" for verdict, label in LABELS.items())
        if counts["differs"]:
            raise CommandError(f"已认定的案件重新评估：{said}。")
        self.stdout.write(f"已认定的案件重新评估：{said}。")
