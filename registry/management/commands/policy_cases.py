"""Run policy cases (tables of given and expect) against the policy packs; needs no database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from registry.rules.calendar import official_calendar
from registry.rules.policy.case_form import read_cases
from registry.rules.policy.case_run import run_case
from registry.rules.policy.errors import PackError
from registry.rules.policy.loader import load_packs

SOME_FAILED = 1
NOT_OF_THIS_FORM = 2


class Command(BaseCommand):
    """Print one line a case and `N passed, M failed`.

    Exit status 0: all passed; 1: some failed; 2: a file is not of the form (the well-formed cases are run
    all the same) or the packs cannot be loaded.
    """

    help = "按政策包核对案例文件，不需要数据库"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="案例文件，或存放 *.yaml 的文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            library = load_packs()
        except PackError as error:
            self._refuse(error.problems)
        cases, problems = read_cases(options["paths"])
        failed = 0
        for filed in cases:
            result = run_case(library, filed.case, official_calendar())
            failed += not result.passed
            self.stdout.write(result.line)
        if problems:
            for problem in problems:
                self.stderr.write(problem)
        self.stdout.write(f"{len(cases) - failed} passed, {failed} failed")
        if problems:
            sys.exit(NOT_OF_THIS_FORM)
        if failed:
            sys.exit(SOME_FAILED)

    def _refuse(self, problems: tuple[str, ...]) -> None:
        for problem in problems:
            self.stderr.write(problem)
        sys.exit(NOT_OF_THIS_FORM)
