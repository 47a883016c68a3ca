"""A synthetic city on PostgreSQL: the county of population_data.py with what the real system writes around its facts.

    .venv/bin/python benchmarks/city.py --subjects 100000       # builds the database credit_bench_city (BENCH_DATABASE)

Valid made-up codes, names with former ones and their search grams, details, publications, deadlines, notices, measure
orders, a sealed timeline. One process makes the subjects, another the records; what follows from them the server writes
itself (city_rows.py). The same size, day and seed give the same rows.
"""

import argparse
import datetime as dt
import json
import multiprocessing
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_city")
if __name__ == "__main__":
    bench.begin(DATABASE)

from city_names import subject_made  # noqa: E402
from city_rows import DEADLINES, DETAILS, ENTRIES, MESSAGES, PUBLICATIONS  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from population_data import TABLES, County, Rows, Size, _execute  # noqa: E402

from registry.base.personal_data import lookup_hash, text_seal  # noqa: E402
from registry.models import Account, Department, PolicyVersion, RoleGrant  # noqa: E402
from registry.rules import access  # noqa: E402
from registry.rules.masking import mask_document_number  # noqa: E402
from registry.rules.names import comparable_name, grams  # noqa: E402
from registry.selectors.calendar import calendar_current  # noqa: E402
from registry.services.events import events_seal  # noqa: E402
from registry.services.policies import policy_activate  # noqa: E402

ON = dt.date(2026, 11, 20)
DUAL = "ndrc-2018-424"
BUREAUS = [
    "应急管理",
    "市场监督管理",
    "住房和城乡建设",
    "交通运输",
    "农业农村",
    "自然资源",
    "生态环境",
    "卫生健康",
    "人力资源和社会保障",
    "税务",
]
OFFICER = "bench-officer"
_SEAL = 10_000


def size_of(subjects: int) -> Size:
    """Return the size of a city of so many subjects, in the proportions of the whole one (a million)."""
    return Size(subjects, subjects * 5, subjects // 10, deadlines=subjects // 5)


@dataclass
class City(County):
    """Fills an empty, migrated database with a whole city."""

    tables = (
        *TABLES, "registry_subjectname", "registry_namegram", "registry_penaltydetail", "registry_permitdetail",
        "disclosure_publication", "sanctions_measureorder", "registry_deadline", "registry_notice", "registry_event",
        "registry_outboxmessage",
    )  # fmt: skip

    def build(self, say: Callable[[str], None] = print) -> None:
        """Fill the tables; say what is done and when."""
        begin = time.perf_counter()
        # For this session alone: a lost build is begun again.
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'", "work_mem = '256MB'"):
            _execute(f"SET {setting}")
        super().build(lambda text: say(f"{time.perf_counter() - begin:6.0f} s  {text}"))
        while events_seal(at=timezone.now(), limit=_SEAL) is not None:
            pass
        _execute("VACUUM ANALYZE")
        say(f"{time.perf_counter() - begin:6.0f} s  timeline sealed, tables vacuumed")

    def _fill(self, say: Callable[[str], None]) -> None:
        self._people_of_the_office()
        connection.close()
        subjects = multiprocessing.get_context("fork").Process(target=_subjects_make, args=(self.size, self.on))
        subjects.start()
        self._records()
        say(f"{self.size.records:,} records")
        subjects.join()
        if subjects.exitcode:
            raise SystemExit("the subjects could not be made")
        say(f"{self.size.subjects:,} subjects with names and grams")
        self._workdays()
        values = {
            "on": self.on, "stamp": timezone.now(), "limit": self.size.deadlines, "subjects": self.size.subjects,
        }  # fmt: skip
        for name, statements in (
            ("details", DETAILS), ("entries and orders", ENTRIES), ("publications", PUBLICATIONS),
            ("deadlines", DEADLINES), ("notices and timeline", MESSAGES),
        ):  # fmt: skip
            _execute("ANALYZE")  # or the server takes full tables for empty ones
            for statement in statements:
                with connection.cursor() as cursor:
                    cursor.execute(statement, values)
            say(name)

    def _office(self) -> int:
        return self.chance.choice(self.offices)

    def _people_of_the_office(self) -> None:
        made = [
            Department(code=f"bureau-{number}", name=f"云溪县{name}局", short_name=f"{name}局", contact="0000-0000000")
            for number, name in enumerate(BUREAUS)
        ]
        Department.objects.bulk_create(made)
        self.offices = [each.pk for each in made]
        kinds = (("office", "信用监管办公室", "credit-office"), ("conference", "联席会议办公室", "joint-conference"))
        for code, name, kind in kinds:
            Department.objects.create(code=code, name=f"云溪县{name}", short_name=name, kind=kind)
        officer = Account.objects.create(
            username=OFFICER, display_name="演示人员", department=Department.objects.get(code="office")
        )
        for role in (access.HANDLER, access.REVIEWER, access.PUBLISHER, access.AUDITOR):
            RoleGrant.objects.create(account=officer, role=role, starts_on=self.on - dt.timedelta(days=365))
        dual = PolicyVersion.objects.filter(pack_id=DUAL).latest("pk")
        policy_activate(version=dual, mode="internal", actor=None, on=self.on - dt.timedelta(days=1))

    def _workdays(self) -> None:
        """For the deadlines: the seventh working day after each day, in a table of this session."""
        _execute("CREATE TEMP TABLE workday (day date PRIMARY KEY, due date)")
        calendar, rows = calendar_current(), Rows("workday", ("day", "due"))
        for back in range(366 * (self.size.years + 1)):
            day = self.on - dt.timedelta(days=back)
            rows.add(day, calendar.add(day, 7).on)
        rows.send()
        _execute("ANALYZE workday")


def _subjects_make(size: Size, on: dt.date) -> None:
    """Make the subjects, their names and the names' grams; a process of its own."""
    _execute("SET synchronous_commit = off")
    subjects = Rows("registry_subject", _SUBJECT)
    names = Rows("registry_subjectname", ("id", "version", "name", "normalized", "starts_on", "ends_on", "subject_id"))
    index = Rows("registry_namegram", ("gram", "name_id"))
    chance, named = random.Random(size.seed), 0
    for number in range(1, size.subjects + 1):
        made = subject_made(number, seed=size.seed, on=on)
        document = (made.code if made.is_person else "") and (
            "身份证", text_seal(made.code), lookup_hash(made.code), mask_document_number(made.code),
        )  # fmt: skip
        subjects.add(
            number, 1, _public_id(chance), "person" if made.is_person else "organization", made.category, made.name,
            None if made.is_person else made.code, json.dumps(made.sectors), "active", made.born_on, "t", made.industry,
            made.risk, *(document or ("", "", None, "")), *[""] * 7,
        )  # fmt: skip
        since = made.former[-1][2] if made.former else None
        for name, starts_on, ends_on in (*made.former, (made.name, since, None)):
            named += 1
            names.add(named, 1, name, comparable_name(name), starts_on, ends_on, number)
            if not made.is_person:
                for gram in grams(name):
                    index.add(gram, named)
    for rows in (subjects, names, index):
        rows.send()


def _public_id(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


_SUBJECT = (
    "id", "version", "public_id", "kind", "category", "name", "uscc", "sectors", "status", "born_on", "is_synthetic",
    "industry", "risk", "document_type", "document_sealed", "document_hash", "document_masked", "registration_number",
    "organization_code", "tax_number", "institution_number", "social_number", "address", "division_code",
)  # fmt: skip


def main() -> None:
    """Build a city in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--copy", metavar="DATABASE", help="an empty, migrated database to begin from")
    arguments = parser.parse_args()
    if arguments.copy:
        bench.database_copy(DATABASE, arguments.copy)
    else:
        bench.database_make(DATABASE)
    City(size_of(arguments.subjects), ON).build(lambda text: print(text, flush=True))


if __name__ == "__main__":
    main()

__all__ = ["OFFICER", "ON", "City", "size_of"]
