"""A process of its own for the test of a killed import: `import_process.py prepare|run|hang|report`.

Not a test: it is started by test_killed_import.py with the environment of a site of its own.
"""

import sys
import time
from datetime import timedelta

import django

django.setup()

from registry import clock  # noqa: E402 - the apps must be ready first
from registry.models import ImportRow, Record, Subject  # noqa: E402
from registry.services import outbox  # noqa: E402
from registry.services.imports import running  # noqa: E402
from tests.factories import make_account, make_department  # noqa: E402
from tests.registry.imports.files import preview, thirty_rows, xlsx  # noqa: E402

LEASE = timedelta(seconds=2)
HANG_AT = 3  # the third chunk of five: ten rows are committed, the next ones are written but not committed


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def prepare() -> None:
    department = make_department(name="河湾县应急管理局")
    handler = make_account("handler", department=department)
    batch = preview(xlsx(thirty_rows()), department=department, actor=handler, on=clock.today())
    running.import_start(batch_id=batch.pk, actor=handler, on=clock.today())


def hang_in_the_middle() -> None:
    take, taken = running.rows_take, []

    def slow(*arguments):
        outcomes = take(*arguments)
        taken.append(outcomes)
        if len(taken) == HANG_AT:
            say("inside")
            time.sleep(60)
        return outcomes

    running.rows_take = slow


def report() -> None:
    records = Record.objects.filter(state="confirmed")
    waiting = ImportRow.objects.filter(state=ImportRow.State.WAITING).count()
    numbers = records.values_list("number", flat=True).distinct().count()
    linked = records.filter(import_row__state=ImportRow.State.IMPORTED).count()
    say(
        f"records={records.count()} numbers={numbers} linked={linked} subjects={Subject.objects.count()} waiting={waiting}"
    )


match sys.argv[1]:
    case "prepare":
        prepare()
    case "hang":
        hang_in_the_middle()
        outbox.outbox_drain(now=clock.now, lease=LEASE)
    case "run":
        say(outbox.outbox_drain(now=clock.now, lease=LEASE)["done"])
    case "report":
        report()
