"""Reminders of deadlines: one notice a deadline and stage (before, on, after the due day), to the department."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from registry.base.bulk import row_new
from registry.base.collector import collector_resting
from registry.models import Deadline, DeadlinePause, Notice, OutboxMessage
from registry.selectors.calendar import calendar_current
from registry.services.notices import notices_queue
from registry.services.outbox import outbox_known, outbox_note

TOPIC = "deadline.remind"
NOTICE_KIND = "deadline.reminder"
BEFORE: Final = "before"
ON: Final = "on"
AFTER: Final = "after"
DAYS_BEFORE = 2
DEADLINE_KIND: Final = Deadline._meta.label_lower
CHUNK: Final = 500


def horizon_of(on: date) -> date:
    """Return the last day that has at most `DAYS_BEFORE` working days left on the day `on`, rest days behind included."""
    return calendar_current().add(on, DAYS_BEFORE + 1).on - timedelta(days=1)


def deadlines_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Remind of each open deadline that has reached a new stage by `on`, once; return how many were reminded of.

    A deadline whose clock stands still reminds nobody. A moved due day starts over.
    """
    standing = DeadlinePause.objects.filter(deadline=OuterRef("pk"), ends_on__isnull=True)
    near = Deadline.objects.filter(
        ~Exists(standing), met_on__isnull=True, cancelled_on__isnull=True, due_on__lte=horizon_of(on)
    ).select_related("subject")
    return {"reminded": reminders_write(near, topic=TOPIC, notice_of=_notice, on=on, at=at)}


def reminders_write(
    near: QuerySet[Any], *, topic: str, notice_of: Callable[[Any, str], Notice], on: date, at: datetime
) -> int:
    """Remind of the rows of `near` (with `due_on`, up to the horizon) that have reached a new stage by `on`: the notice
    that `notice_of(row, stage)` makes, and a key with row, due day and stage, so that a second run finds nothing new.

    Each chunk is a transaction of a few statements: a run that was killed goes on where it stopped. Returns how many.
    """
    new = _unreminded(near, topic=topic, on=on)
    reminded, left = 0, new
    while True:
        with collector_resting():
            some, count = _write_some(left, topic, notice_of, at)
        if not some:
            return reminded
        reminded += count
        left = _behind(some, new)


def _behind(seen: Sequence[Any], new: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow to what lies behind those seen: all that is overdue and was told of long ago is not gone through once more.
    Whose day was moved while its lock was waited for stands out of turn: then the search begins anew."""
    places = [(row.due_on, row.pk) for row in seen]
    if places != sorted(places):
        return new
    on, pk = places[-1]
    return new.filter(due_on__gte=on).exclude(due_on=on, pk__lte=pk)


@transaction.atomic
def _write_some(
    new: QuerySet[Any], topic: str, notice_of: Callable[[Any, str], Notice], at: datetime
) -> tuple[list[Any], int]:
    """Remind of the first of `new`; return those looked at, and of how many of them nobody else had reminded."""
    locked = list(new.select_for_update(of=("self",))[:CHUNK])
    known = outbox_known(row.reminder_key for row in locked)  # asked again under the lock
    fresh = [row for row in locked if row.reminder_key not in known]
    outbox_note(topic, {row.reminder_key: {"of": row.pk, "stage": row.stage} for row in fresh}, at=at)
    notices_queue([notice_of(row, row.stage) for row in fresh], at=at)
    return locked, len(fresh)


def _unreminded(near: QuerySet[Any], *, topic: str, on: date) -> QuerySet[Any]:
    """Narrow to those whose stage nobody was reminded of; adds `stage` and `reminder_key`. Those due first come first,
    by the index on open due days."""
    stage = Case(When(due_on__lt=on, then=Value(AFTER)), When(due_on=on, then=Value(ON)), default=Value(BEFORE))
    text = [Cast("pk", CharField()), Value(":"), Cast("due_on", CharField()), Value(":"), F("stage")]
    found = near.annotate(stage=stage).annotate(reminder_key=Concat(Value(f"{topic}:"), *text))
    known = OutboxMessage.objects.filter(key=OuterRef("reminder_key"))
    return found.filter(~Exists(known)).order_by("due_on", "pk")


def _notice(deadline: Deadline, stage: str) -> Notice:
    title, body = _texts(deadline, stage)
    return row_new(
        Notice, kind=NOTICE_KIND, title=title, body=body, object_kind=DEADLINE_KIND, object_id=deadline.pk,
        department_id=deadline.department_id,
    )  # fmt: skip


def _texts(deadline: Deadline, stage: str) -> tuple[str, str]:
    due = f"{deadline.due_on:%Y-%m-%d}"
    titles = {
        BEFORE: f"即将到期：{deadline.label}",
        ON: f"今日到期：{deadline.label}",
        AFTER: f"已逾期：{deadline.label}",
    }
    basis = f"依据：{deadline.pack_id} {deadline.clause}。" if deadline.clause else ""
    mark = "（该日所在年份的放假安排尚未公布，日期为暂定）" if deadline.is_provisional else ""
    body = f"主体“{deadline.subject.name}”的事项“{deadline.label}”应于{due}{mark}前（含当日）办结。{basis}"
    return titles[stage], body
