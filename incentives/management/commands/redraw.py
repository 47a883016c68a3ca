"""Repeat the draw of a plan."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incentives.models import InspectionPlan
from incentives.rules.inspections import DRAWN
from incentives.selectors.inspection_redraw import redraw


class Command(BaseCommand):
    help = "用保存的总体、人员和种子重新抽取一项抽查计划，逐户列出，并与名单比对；有不一致的以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help="计划编号，例如 应急局抽查〔2026〕0001号")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = InspectionPlan.objects.select_related("population").filter(number=options["plan"]).first()
        if plan is None:
            raise CommandError(f"没有编号为“{options['plan']}”的抽查计划，请核对编号。")
        if plan.state != DRAWN:
            raise CommandError(f"抽查计划{plan.number}还没有抽取，不能重抽。")
        found = redraw(plan)
        self.stdout.write(f"{plan}")
        self.stdout.write(f"算法 {plan.algorithm}　总体哈希 {plan.population_hash}　种子 {plan.seed}")
        for each, pair in zip(found.drawn, found.assignments, strict=True):
            self.stdout.write(f"{each.stratum}\t{each.place}\t{each.key}\t{' '.join(pair.inspectors)}")
        if found.problems:
            raise CommandError(f"重抽结果不一致：{'；'.join(found.problems)}。")
        self.stdout.write(f"重抽{len(found.drawn)}户，与名单完全一致。")
