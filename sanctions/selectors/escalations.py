"""Reads of escalations: what is late beyond the county's days, who watches over it, what stands before the office."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.models import Account, Deadline, Department
from registry.rules import access
from registry.rules.calendar import WorkingCalendar
from registry.rules.joint_action import load_joint_action
from registry.selectors.calendar import calendar_current
from registry.selectors.deadlines import clock_stands
from registry.selectors.rights import roles_on
from sanctions.models import Escalation, MeasureOrder
from sanctions.selectors.orders import ENDING_DEADLINE, ORDER_KIND, supervises

State = Escalation.State
ONE_DAY = timedelta(days=1)

# What the page shows, by tab; the first is what it opens with.
TABS = {
    "open": "未办结",
    "unexplained": "待说明",
    "explained": "已说明",
    "urged": "督办中",
    "overdue": "整改逾期",
    "closed": "已办结",
}


def supervising_office() -> Department | None:
    """Return the joint-conference office; where none is set up, the credit office; None without either."""
    kinds = (Department.Kind.JOINT_CONFERENCE, Department.Kind.CREDIT_OFFICE)
    found = Department.objects.filter(kind__in=kinds, is_active=True).order_by("pk")
    return min(found, key=lambda each: kinds.index(Department.Kind(each.kind)), default=None)


def deadlines_to_escalate(on: date) -> QuerySet[Deadline]:
    """Return the open deadlines of orders that on the day `on` are late by more than the county's working days, and
    not before the office yet. A clock that stands still is not late; nor is an answer to an entry that is over."""
    limit = load_joint_action().escalation.working_days
    last_due = calendar_current().back(on, limit + 1) - ONE_DAY
    over = MeasureOrder.objects.filter(pk=OuterRef("object_id"), entry__ends_on__lte=on)
    return (
        Deadline.objects.filter(
            ~clock_stands(), ~Exists(Escalation.objects.filter(deadline=OuterRef("pk"))),
            object_kind=ORDER_KIND, met_on__isnull=True, cancelled_on__isnull=True, due_on__lte=last_due,
        )
        .filter(Q(code=ENDING_DEADLINE) | ~Exists(over))
        .order_by("department", "pk")
    )  # fmt: skip


def late_words(calendar: WorkingCalendar, due_on: date, on: date) -> str:
    """Say by how many working days the day `on` lies behind `due_on`."""
    if on <= due_on:
        return "未逾期"
    return f"逾期{max(calendar.between(due_on, on), 1)}个工作日"


def escalations_visible_to(account: Account, on: date) -> QuerySet[Escalation]:
    """Return the escalations that `account` may see: officers and the joint-conference office all, a department user
    those of its own department."""
    found = Escalation.objects.select_related("order__entry__subject", "department", "office")
    roles = roles_on(account, on)
    if roles & access.WATCHERS or supervises(account, on):
        return found
    if access.DEPARTMENT in roles and account.department_id is not None:
        return found.filter(department=account.department_id)
    return found.none()


def in_tab(escalations: QuerySet[Escalation], tab: str, on: date) -> QuerySet[Escalation]:
    """Narrow to one of `TABS` on the day `on`, what is due longest first. Raises KeyError for a tab that does not exist."""
    conditions = {
        "open": ~Q(state=State.CLOSED),
        "unexplained": Q(state=State.OPEN),
        "explained": Q(state=State.EXPLAINED),
        "urged": Q(state=State.URGED),
        "overdue": Q(state=State.URGED, urged_until__lt=on),
        "closed": Q(state=State.CLOSED),
    }
    return escalations.filter(conditions[tab]).order_by(
        *(["-closed_on", "-pk"] if tab == "closed" else ["due_on", "pk"])
    )


@dataclass(frozen=True)
class EscalationRow:
    """An escalation as lists show it. `late`: how long the task is late, in words; `tone`: of the state's tag."""

    escalation: Escalation
    late: str
    tone: str
    is_urging_over: bool


def escalation_rows(escalations: list[Escalation], on: date) -> list[EscalationRow]:
    """Return the escalations as shown on the day `on`; two queries whatever their number."""
    calendar = calendar_current()
    return [
        EscalationRow(
            each,
            late_words(calendar, each.due_on, each.closed_on or on),
            {State.OPEN: "warn", State.EXPLAINED: "info", State.URGED: "danger"}.get(State(each.state), "muted"),
            each.state == State.URGED and each.urged_until is not None and each.urged_until < on,
        )
        for each in escalations
    ]


def tab_counts(escalations: QuerySet[Escalation], on: date) -> list[tuple[str, str, int]]:
    """Return (code, label, number) of every tab."""
    return [(code, label, in_tab(escalations, code, on).order_by().count()) for code, label in TABS.items()]
