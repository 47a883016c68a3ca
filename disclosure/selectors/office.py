"""What officers see of publicity: what is due when, what is public, what was taken down."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from disclosure.models import Publication
from disclosure.rules.publicity import DEADLINE_CODE, deadline_rule
from registry.models import Deadline, Record, Subject
from registry.rules.calendar import WorkingCalendar
from registry.rules.names import comparable_document_number
from registry.selectors.calendar import calendar_current
from registry.selectors.deadlines import with_clock
from registry.selectors.policies import packs_active

BUCKETS = {
    "late": "已逾期",
    "today": "今日到期",
    "tomorrow": "下一工作日到期",
    "later": "以后到期",
    "paused": "期限中止",
}
STATES = {"visible": "公示中", "withdrawn": "已撤下", "ended": "已期满"}


@dataclass(frozen=True, slots=True)
class DueRow:
    """A record that must be public by a day. `days_left` in working days, negative when overdue."""

    record: Record
    deadline: Deadline
    due_on: date
    days_left: int
    is_provisional: bool
    basis_text: str
    is_paused: bool = False


def due_deadlines(*, on: date, bucket: str = "", department_id: int | None = None) -> QuerySet[Deadline]:
    """Return the open publicity deadlines, soonest first; of one bucket when given."""
    found = with_clock(_open(department_id)).select_related("subject", "department").order_by("due_on", "pk")
    return found.filter(_conditions(on)[bucket]) if bucket in BUCKETS else found


def due_counts(*, on: date, department_id: int | None = None) -> dict[str, int]:
    """Return how many lie in each of `BUCKETS`. One statement."""
    counts = {bucket: Count("pk", filter=condition) for bucket, condition in _conditions(on).items()}
    return with_clock(_open(department_id)).aggregate(**counts)


def due_rows(deadlines: list[Deadline], *, on: date) -> list[DueRow]:
    """Join deadlines to their records and reckon the working days left. One statement for all records."""
    calendar = calendar_current()
    related = ("department", "subject", "penalty", "permit")
    records = Record.objects.select_related(*related).in_bulk([deadline.object_id for deadline in deadlines])
    return [_row(deadline, records[deadline.object_id], calendar, on) for deadline in deadlines]


def is_dual_publicity_running(*, on: date) -> bool:
    """Whether the office runs a policy that sets a time limit for publishing penalties and permits."""
    return deadline_rule([active.pack for active in packs_active(on)]) is not None


def due_record_ids() -> list[int]:
    """Return the records that wait to be published: the only ones that a batch may name."""
    return list(_open(None).values_list("object_id", flat=True))


def publications_list(*, on: date, state: str = "visible", kind: str = "", text: str = "") -> QuerySet[Publication]:
    """Return publications by state on the day `on`, kind, and exact document number or part of the title."""
    found = Publication.objects.select_related("subject", "department")
    if state == "withdrawn":
        found = found.filter(withdrawn_on__isnull=False, withdrawn_on__lte=on)
    elif state == "ended":
        found = found.filter(withdrawn_on__isnull=True, visible_until__lte=on)
    else:
        found = found.visible(on)
    if kind in Publication.Kind.values:
        found = found.filter(kind=kind)
    if text.strip():
        number = comparable_document_number(text)
        found = found.filter(Q(number_normalized=number) | Q(title__contains=text.strip()))
    return found


def subject_publicity(subject: Subject) -> list[Publication]:
    """Return all publications of a subject, past ones too, newest first, for its file."""
    return list(subject.publications.select_related("department").defer("snapshot")[:50])


def _open(department_id: int | None) -> QuerySet[Deadline]:
    found = Deadline.objects.filter(code=DEADLINE_CODE, met_on__isnull=True, cancelled_on__isnull=True)
    return found.filter(department=department_id) if department_id else found


def _conditions(on: date) -> dict[str, Q]:
    """Return what puts a deadline `with_clock` into each bucket of `BUCKETS`: every one lies in one."""
    following = calendar_current().add(on, 1).on
    runs = Q(clock_stands=False)
    return {
        "late": runs & Q(due_on__lt=on),
        "today": runs & Q(due_on=on),
        "tomorrow": runs & Q(due_on__gt=on, due_on__lte=following),
        "later": runs & Q(due_on__gt=following),
        "paused": Q(clock_stands=True),
    }


def _row(deadline: Deadline, record: Record, calendar: WorkingCalendar, on: date) -> DueRow:
    left = calendar.between(on, deadline.due_on)
    if deadline.due_on < on:
        left = min(left, -1)  # overdue by a weekend is overdue
    return DueRow(
        record=record,
        deadline=deadline,
        due_on=deadline.due_on,
        days_left=left,
        is_provisional=deadline.is_provisional,
        basis_text=f"自{deadline.starts_on}起{deadline.days}{deadline.get_unit_display()}，{deadline.clause}",
        is_paused=getattr(deadline, "clock_stands", False),
    )
