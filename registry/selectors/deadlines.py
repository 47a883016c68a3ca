"""Reading deadlines: queues of open ones, with days left and basis as officers see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from registry.models import Account, Deadline, DeadlinePause, Department, PolicyVersion, Subject
from registry.rules import access
from registry.rules.calendar import WorkingCalendar
from registry.rules.policy.wording import clause_text
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import pack_of
from registry.selectors.rights import roles_on

SOON_WORKING_DAYS = 3
# Work for which no time limit runs stands behind all that has one.
NO_DAY: Final = date.max


@dataclass(frozen=True)
class DeadlineView:
    """An open deadline as shown. `days_left`: working days until it is due, 0 today, negative when overdue.

    While its clock stands still (`is_paused`) it is neither due nor overdue, and its due day is not known yet.
    """

    deadline: Deadline
    days_left: int
    basis_text: str
    is_paused: bool = False

    @property
    def label(self) -> str:
        return self.deadline.label

    @property
    def subject(self) -> Subject:
        return self.deadline.subject

    @property
    def due_on(self) -> date:
        return self.deadline.due_on

    @property
    def is_provisional(self) -> bool:
        return self.deadline.is_provisional

    @property
    def is_overdue(self) -> bool:
        return self.days_left < 0 and not self.is_paused


@dataclass(frozen=True)
class DeadlineFilters:
    """What a queue holds; empty means all. `roles`: whose step it is; `unassigned`: nobody has taken it yet."""

    account: Account | None = None
    department: Department | None = None
    roles: frozenset[str] = frozenset()
    unassigned: bool = False
    object_kind: str = ""
    due_from: date | None = None
    due_until: date | None = None


def clock_stands() -> Exists:
    """An expression for deadlines: does the clock stand still?"""
    return Exists(DeadlinePause.objects.filter(deadline=OuterRef("pk"), ends_on__isnull=True))


def with_clock(deadlines: QuerySet[Deadline]) -> QuerySet[Any]:
    """Annotate `clock_stands`, which `deadline_views` reads."""
    return deadlines.annotate(clock_stands=clock_stands())


def open_due(kind: str) -> QuerySet[Deadline]:
    """For subqueries about objects of `kind`: the object's open deadlines that officers or departments must keep and
    whose clock does not stand still."""
    found = Deadline.objects.filter(
        ~clock_stands(), object_kind=kind, object_id=OuterRef("pk"), met_on__isnull=True, cancelled_on__isnull=True
    )
    return found.exclude(role=access.SUBJECT)


def earliest_due(kind: str, **conditions: str) -> Coalesce:
    """An expression for objects of `kind`: the earliest due day that officers or departments must keep; `NO_DAY`
    where there is none, or where the clock stands still."""
    found = open_due(kind).filter(**conditions)
    return Coalesce(Subquery(found.order_by("due_on").values("due_on")[:1]), Value(NO_DAY), output_field=DateField())


def deadlines_visible_to(account: Account, on: date) -> QuerySet[Deadline]:
    """Return the deadlines that the account may see: officers and auditors all, a department its own."""
    roles = roles_on(account, on)
    if roles & access.WATCHERS:
        return Deadline.objects.all()
    if access.DEPARTMENT in roles and account.department_id is not None:
        return Deadline.objects.filter(department_id=account.department_id)
    return Deadline.objects.none()


def open_deadlines(*, account: Account, on: date, filters: DeadlineFilters | None = None) -> QuerySet[Deadline]:
    """Return the open deadlines visible to `account` that fit, in order of due day. For pages: slice, then
    `deadline_views`. A deadline whose clock stands still lies in no span of due days."""
    chosen = filters or DeadlineFilters()
    found = deadlines_visible_to(account, on).filter(met_on__isnull=True, cancelled_on__isnull=True)
    if chosen.account is not None:
        found = found.filter(account=chosen.account)
    if chosen.unassigned:
        found = found.filter(account__isnull=True)
    if chosen.department is not None:
        found = found.filter(department=chosen.department)
    if chosen.roles:
        found = found.filter(Q(role__in=chosen.roles) | Q(role=""))
    if chosen.object_kind:
        found = found.filter(object_kind=chosen.object_kind)
    if chosen.due_from is not None or chosen.due_until is not None:
        found = found.exclude(clock_stands())
    if chosen.due_from is not None:
        found = found.filter(due_on__gte=chosen.due_from)
    if chosen.due_until is not None:
        found = found.filter(due_on__lte=chosen.due_until)
    return with_clock(found).select_related("subject", "department", "account").order_by("due_on", "pk")


def due_soon_until(on: date, working_days: int = SOON_WORKING_DAYS) -> date:
    """Return the last day that still counts as soon: the n-th working day after `on`."""
    return calendar_current().add(on, working_days).on


def overdue_until(on: date) -> date:
    """Return the last due day that is overdue on `on`."""
    return on - timedelta(days=1)


def object_deadlines(kind: str, object_id: int, on: date) -> list[DeadlineView]:
    """Return the open deadlines of one object (`obj._meta.label_lower`, pk) as shown."""
    found = Deadline.objects.filter(
        object_kind=kind, object_id=object_id, met_on__isnull=True, cancelled_on__isnull=True
    ).select_related("subject", "department", "account")
    return deadline_views(with_clock(found), on)


def deadline_views(deadlines: Iterable[Deadline], on: date) -> list[DeadlineView]:
    """Return deadlines as shown on the day `on`; three queries whatever their number (calendar, policies).
    Whether a clock stands still is told where `with_clock` has asked."""
    rows = list(deadlines)
    calendar = calendar_current()
    versions = _versions(rows)
    return [
        DeadlineView(
            each,
            _days_left(calendar, on, each.due_on),
            basis_text(each, versions.get(each.policy_hash)),
            is_paused=getattr(each, "clock_stands", False),
        )
        for each in rows
    ]


def _days_left(calendar: WorkingCalendar, on: date, due_on: date) -> int:
    left = calendar.between(on, due_on)
    return min(left, -1) if due_on < on else left  # overdue by a weekend alone is overdue, not due today


def basis_text(deadline: Deadline, version: PolicyVersion | None) -> str:
    """Return where the due day comes from: document and clause, first day, length."""
    source = deadline.clause
    if version is not None:
        clause = clause_text(pack_of(version), deadline.clause) if deadline.clause else ""
        source = f"《{version.title}》{clause}"
    unit = Deadline.Unit(deadline.unit).label
    length = f"自{deadline.starts_on}起{deadline.days}{unit}" + ("（期限为本机关设定）" if deadline.is_assumed else "")
    return f"{source}，{length}" if source else length


def _versions(deadlines: Sequence[Deadline]) -> dict[str, PolicyVersion]:
    hashes = {each.policy_hash for each in deadlines if each.policy_hash}
    if not hashes:
        return {}
    found = PolicyVersion.objects.filter(content_hash__in=hashes).defer("text")
    return {version.content_hash: version for version in found}
