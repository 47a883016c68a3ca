"""Write the documentation of the policy packs, or compare it with what is written; needs no database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from registry.rules.calendar import official_calendar
from registry.rules.policy.case_form import read_cases
from registry.rules.policy.coverage import Coverage, coverage_of
from registry.rules.policy.document import documents_of
from registry.rules.policy.errors import PackError
from registry.rules.policy.loader import load_packs
from registry.rules.policy.registers import RegisterError, read_registers


class Command(BaseCommand):
    """Write `docs/policies/*.md`; with `--check` only compare.

    Exit status 0: all is well; 1: a page is stale, a source clause has no row, or (with `--strict`) a value that a case
    could prove has none; 2: packs, registers or cases are not of their form.
    """

    help = "依政策包、条款登记和案例生成 docs/policies/，或者核对是否最新；不需要数据库"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        docs, tests = Path(settings.BASE_DIR) / "docs", Path(settings.BASE_DIR) / "tests"
        parser.add_argument("--check", action="store_true", help="只核对，不写文件")
        parser.add_argument("--strict", action="store_true", help="可以用案例证明而没有案例的值也作错误")
        parser.add_argument("--to", type=Path, default=docs / "policies", help="存放页面的文件夹")
        parser.add_argument("--sources", type=Path, default=docs / "policies/sources", help="存放条款登记的文件夹")
        parser.add_argument("--cases", type=Path, default=tests / "policy", help="存放案例的文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"]
        coverage, pages = self._made(options["sources"], options["cases"])
        stale = _stale(folder, pages)
        if options["check"]:
            complaints = [f"{name}：与政策包不一致，请运行 make documents 后一并提交" for name in stale]
        else:
            _write(folder, pages)
            complaints = []
            self.stdout.write(f"{len(pages)} 页，其中 {len(stale)} 页有变动：{folder}")
        complaints += coverage.problems
        if options["strict"]:
            complaints += [
                f"{each.pack_id}：{value.path} 没有案例证明" for each in coverage.packs for value in each.missing
            ]
        for complaint in complaints:
            self.stderr.write(complaint)
        clauses = sum(len(each.clauses) for each in coverage.packs)
        self.stdout.write(
            f"{clauses} clauses, {len(coverage.problems)} problems, {coverage.missing} values without a case"
        )
        if complaints:
            sys.exit(1)

    def _made(self, sources: Path, tests: Path) -> tuple[Coverage, dict[str, str]]:
        try:
            library, registers = load_packs(), read_registers(sources)
        except (PackError, RegisterError) as error:
            self._refuse(error.problems)
        filed, problems = read_cases([tests])
        if problems:
            self._refuse(tuple(problems))
        coverage = coverage_of(library, registers, [each.case for each in filed], official_calendar())
        return coverage, documents_of(library, coverage)

    def _refuse(self, problems: tuple[str, ...]) -> Any:
        for problem in problems:
            self.stderr.write(problem)
        sys.exit(2)


def _stale(folder: Path, pages: dict[str, str]) -> list[str]:
    """Return the names of the pages that are missing, different, or no longer made from anything."""
    written = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    return [name for name in sorted({**pages, **written}) if pages.get(name) != written.get(name)]


def _write(folder: Path, pages: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
