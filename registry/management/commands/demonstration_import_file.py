"""Write a made-up penalty file of 30 rows, 6 of them bad in different ways, to try the import with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from registry import clock
from registry.services.imports.samples import sample_write


class Command(BaseCommand):
    help = "写出一个试用导入的示例文件（30行行政处罚，其中6行各有不同的错误；数据均为虚构）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="写到哪里（.xlsx）")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        with path.open("wb") as target:
            rows = sample_write(target, department=None, on=clock.today())
        self.stdout.write(f"已写出{rows}行：{path}")
