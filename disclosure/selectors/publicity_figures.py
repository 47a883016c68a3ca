"""Dual publicity in figures: by department and by month, with every row behind a figure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case, Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from disclosure.models import MissingDecision, Publication, SpotCheck, Submission
from disclosure.rules.publicity import DEADLINE_CODE, deadline_rule
from disclosure.rules.publicity_figures import Counts, Decision, Line, counts_of
from disclosure.rules.submissions import REFUSED, REPORT
from disclosure.selectors.records import KINDS
from registry.models import Deadline, Department, PenaltyDetail, Record
from registry.rules.calendar import WorkingCalendar
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import packs_active

RECORD_KIND: Final = Record._meta.label_lower
_ONE_DAY = timedelta(days=1)
_ITERATE = 500
# What the drill-down can show: key of the address, its label.
SHOWN: Final = {
    "late": "迟报",
    "unreported": "逾期未上报",
    "refused": "被渠道退回",
    "unanswered": "待回执",
    "unpublished": "逾期未公示",
    "published-late": "逾期公示",
    "pending": "待确认",
    "undated": "没有期限",
    "exempt": "不列入双公示",
    "all": "全部应公示",
}
_DRAFT = Q(state=Record.State.DRAFT)
# A draft's exemption is judged when it is confirmed; what stands on its face is told before.
_EXEMPT = Q(is_told_exempt=True) | _DRAFT & (Q(is_secret=True) | Q(procedure="summary"))


@dataclass(frozen=True)
class Span:
    """Decisions of `[first, last]`, as things stand on the day `on`. `department` None: all."""

    first: date
    last: date
    on: date
    department: int | None = None


def month_span(month: date, *, on: date, department: int | None = None, months: int = 1) -> Span:
    """Return the span of `months` months that ends with the month of `month`."""
    last = (month.replace(day=1) + timedelta(days=31)).replace(day=1) - _ONE_DAY
    number = last.year * 12 + last.month - months
    return Span(date(number // 12, number % 12 + 1, 1), last, on, department)


def decided_in(span: Span) -> QuerySet[Any]:
    """Return the penalties and permits decided in the span that are not void, with `reported_on` (first sent to a channel
    that counts; None), `is_accepted` and `is_refused` there, `due_on` (None without a time limit), `public_on` (first
    published; None), `is_told_exempt` and a penalty's `procedure`."""
    records = Record.objects.filter(kind__in=KINDS, decided_on__range=(span.first, span.last))
    records = records.exclude(state=Record.State.VOIDED)
    if span.department is not None:
        records = records.filter(department=span.department)
    limits = Deadline.objects.filter(object_kind=RECORD_KIND, object_id=OuterRef("pk"), code=DEADLINE_CODE)
    shown = Publication.objects.filter(object_kind=RECORD_KIND, object_id=OuterRef("pk"))
    sent = Submission.objects.filter(record=OuterRef("pk"), channel__counts=True)
    first = sent.filter(first_sent_on__isnull=False).order_by("first_sent_on")
    refusals = sent.filter(state=REFUSED, matter=REPORT)
    newest, first_met = limits.order_by("-pk"), limits.filter(met_on__isnull=False).order_by("met_on")
    return records.annotate(
        # A correction carries the day on which the record that it corrects was first sent.
        reported_on=Subquery(first.values("first_sent_on")[:1]),
        is_accepted=Exists(sent.filter(accepted_on__isnull=False)),
        is_refused=Exists(refusals),
        refusal=Subquery(refusals.order_by("-answered_at").values("reason")[:1]),
        due_on=Coalesce(Subquery(newest.values("due_on")[:1]), _due_by_rule(span), output_field=DateField()),
        public_on=Coalesce(
            Subquery(first_met.values("met_on")[:1]),
            Subquery(shown.order_by("published_on").values("published_on")[:1]),
            output_field=DateField(),
        ),
        is_told_exempt=Q(publicity_exemption__isnull=False),
        # Looked up of a draft alone; joined, the details of all would be read.
        procedure=Subquery(PenaltyDetail.objects.filter(record=OuterRef("pk")).values("procedure")[:1]),
    )  # fmt: skip


def _due_by_rule(span: Span) -> Any:
    """When what has no deadline of its own yet (a draft) would be due, by the rule in use; day by day of the span."""
    found = deadline_rule([active.pack for active in packs_active(span.on)])
    nothing = Value(None, output_field=DateField())
    if found is None:
        return nothing
    pack, rule = found
    calendar = calendar_current()
    begins = max(span.first, pack.head.in_force_from or span.first)
    days = (begins + timedelta(days=n) for n in range((min(span.last, span.on) - begins).days + 1))
    whens = []
    for day in days:
        if rule.working_days is not None:
            due = calendar.add(day, rule.working_days).on
        else:
            due = calendar.move_to_working(day + timedelta(days=rule.period.days if rule.period else 0)).on
        whens.append(When(decided_on=day, then=Value(due)))
    return Case(*whens, default=nothing, output_field=DateField()) if whens else nothing


def _conditions(on: date) -> dict[str, Q]:
    """Return what puts a decision behind each of `SHOWN`: what `counts_of` counts."""
    confirmed, must, reported = ~_DRAFT, ~_EXEMPT, Q(reported_on__isnull=False)
    return {
        "all": must,
        "exempt": _EXEMPT,
        "pending": must & _DRAFT,
        "undated": must & Q(due_on__isnull=True),
        "late": must & Q(reported_on__gt=F("due_on")),
        "unreported": must & Q(reported_on__isnull=True, due_on__lt=on),
        "refused": must & Q(is_refused=True),
        "unanswered": must & reported & Q(is_accepted=False, is_refused=False),
        "published-late": must & Q(public_on__gt=F("due_on")),
        "unpublished": must & confirmed & Q(public_on__isnull=True, due_on__lt=on),
    }


Key = tuple[int, str, date]  # department, kind, first day of the month


def _counted(span: Span) -> Iterator[tuple[Key, Counts]]:
    """Yield the numbers of each department, kind and day of decision. The database counts what is alike: each day of a
    decision is looked up once, and not anew for every number that asks for it."""
    rows = decided_in(span).annotate(is_draft=_holds(_DRAFT), is_exempt=_holds(_EXEMPT)).order_by()
    asked = [each.name for each in fields(Decision)]
    alike = rows.values_list("department", "kind", "decided_on", *asked).annotate(number=Count("*"))
    for department, kind, decided_on, *values, number in alike:
        yield (department, kind, decided_on.replace(day=1)), counts_of(Decision(*values), span.on, number)
    for row in concealed_in(span).order_by().values("department", "kind", "decided_on").annotate(number=Count("pk")):
        yield (row["department"], row["kind"], row["decided_on"].replace(day=1)), Counts(concealed=row["number"])


def _holds(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def concealed_in(span: Span) -> QuerySet[MissingDecision]:
    """Return what was found elsewhere, decided in the span, and is not reported to this day; not what need not be."""
    found = MissingDecision.objects.filter(decided_on__range=(span.first, span.last))
    found = found.exclude(verdict=MissingDecision.Verdict.NOT_DUE).exclude(Exists(_reported()))
    return found.filter(department=span.department) if span.department is not None else found


def _reported() -> QuerySet[Record]:
    """The record that a missing decision has become since."""
    same = {name: OuterRef(name) for name in ("department", "kind", "number_normalized")}
    return Record.objects.filter(**same).exclude(state=Record.State.VOIDED)


def lines_by_department(span: Span) -> tuple[list[Line], Line]:
    """Return the figures of each department that decided or concealed anything, by code; and of all."""
    found: dict[int, Line] = defaultdict(lambda: Line("", ""))
    total = Line("", "合计")
    for (department, kind, _), counts in _counted(span):
        found[department].of(kind).add(counts)
        total.of(kind).add(counts)
    for each in Department.objects.filter(pk__in=found):
        found[each.pk].code, found[each.pk].label = each.code, each.name
    return sorted(found.values(), key=lambda line: line.code), total


def lines_by_month(span: Span) -> list[Line]:
    """Return the figures of each month of the span, the newest first; months without a decision too."""
    found: dict[date, Line] = {}
    month = span.first
    while month <= min(span.last, span.on):
        found[month] = Line(f"{month:%Y-%m}", f"{month.year}年{month.month}月")
        month = (month + timedelta(days=31)).replace(day=1)
    for (_, kind, month), counts in _counted(span):
        if month in found:
            found[month].of(kind).add(counts)
    return list(reversed(found.values()))


# --- the rows behind a figure --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DecisionRow:
    """One decision of the drill-down. Days used and over in working days and days; None where nothing is over.

    `over_by`: days from the due day to the day of reporting, of publication, or to today, whichever was asked about.
    `answer`: what a channel said when it sent the decision back, "" otherwise.
    """

    record: Record
    reported_on: date | None
    due_on: date | None
    public_on: date | None
    used: int
    over_by: int | None
    exempt_reason: str
    answer: str


def decisions_shown(span: Span, *, shown: str = "late", kind: str = "") -> QuerySet[Any]:
    """Return the decisions behind a figure, the oldest first. `shown`: of `SHOWN`. Raises KeyError for another."""
    found = decided_in(span).filter(_conditions(span.on)[shown])
    if kind in KINDS:
        found = found.filter(kind=kind)
    related = ("subject", "department", "publicity_exemption", "penalty")
    return found.select_related(*related).order_by("decided_on", "pk")


def decision_rows(records: list[Any], *, shown: str, on: date) -> list[DecisionRow]:
    """Return the records of one page as rows; one query for the calendar."""
    calendar = calendar_current()
    return [_row(record, shown, calendar, on) for record in records]


def decision_cells(found: QuerySet[Any], *, shown: str, on: date) -> Iterator[list[str | int | float | None]]:
    """Yield the rows for a sheet under `ROWS_HEADER`, read in chunks."""
    calendar = calendar_current()
    for record in found.iterator(chunk_size=_ITERATE):
        row = _row(record, shown, calendar, on)
        yield [
            record.department.name, record.get_kind_display(), record.number, str(record.decided_on),
            str(row.due_on or ""), str(row.reported_on or ""), str(row.public_on or ""), row.used, row.over_by,
            row.exempt_reason, row.answer,
        ]  # fmt: skip


ROWS_HEADER: Final = (
    "决定部门", "种类", "文书号", "决定日期", "截止日", "上报日期", "公示日期", "用时（工作日）", "超期（日）", "不列入原因",
    "退回原因",
)  # fmt: skip


def _row(record: Any, shown: str, calendar: WorkingCalendar, on: date) -> DecisionRow:
    public = shown in ("published-late", "unpublished")
    until = (record.public_on if public else record.reported_on) or on
    over = (until - record.due_on).days if record.due_on is not None else 0
    exemption = getattr(record, "publicity_exemption", None)
    return DecisionRow(
        record=record,
        reported_on=record.reported_on,
        due_on=record.due_on,
        public_on=record.public_on,
        used=calendar.between(record.decided_on, until),
        over_by=over if over > 0 and shown != "exempt" else None,
        exempt_reason=exemption.reason if exemption is not None else _drafts_reason(record),
        answer=record.refusal or "",
    )


def _drafts_reason(record: Record) -> str:
    if record.is_secret:
        return "涉密"
    penalty = getattr(record, "penalty", None)
    return "适用简易程序" if penalty is not None and penalty.procedure == "summary" else ""


def missing_of(check: SpotCheck) -> QuerySet[Any]:
    """Return what a spot check found missing, with `reported_since`: whether a record has come in."""
    return check.missing.annotate(reported_since=Exists(_reported())).order_by("line")
