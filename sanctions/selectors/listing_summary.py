"""The monthly summary of listings: who came onto the blacklists in a month, who left them, who is about to come on.

Told by dates: a month gives the same rows whenever it is asked, but for what was corrected or revoked since, which was
never rightly listed and is left out. Rows are read as they are written, a few hundred in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Coalesce

from registry.models import Department, OrganizationRole, Subject
from registry.selectors.policies import packs_active
from sanctions.models import Case, CaseGround, EntryGround, ListEntry
from sanctions.rules.cross_checking import BLACK
from sanctions.rules.listing_summary import PROPOSED, REMOVED, TAKEN, listing_summary, month_end
from sanctions.selectors.entries import ONE_DAY, WRONG

_ITERATE = 500


@dataclass(frozen=True, slots=True)
class ReportDue:
    """A monthly report that a policy in use asks for. `due_on`: by when the month's is owed, None where no day is said."""

    policy: str
    label: str
    to: str
    clause: str
    is_assumed: bool
    due_on: date | None


def reports_due(month: date, on: date) -> list[ReportDue]:
    """Return the monthly reports that the policies in use on `on` ask for, with the due day of that about `month`."""
    next_month = month_end(month) + ONE_DAY
    return [
        ReportDue(
            active.pack.head.title, each.label, each.to, each.clause, each.assumed,
            next_month.replace(day=min(each.day, month_end(next_month).day)) if each.day is not None else None,
        )
        for active in packs_active(on)
        for each in active.pack.reports
        if each.every == "month"
    ]  # fmt: skip


def summary_rows(part: str, month: date, department: Department | None) -> QuerySet[Any]:
    """Return the entries (taken, removed) or cases (proposed) of a part in the month, in order of day.

    Raises KeyError for a part that does not exist.
    """
    found: QuerySet[Any] = {TAKEN: _taken, REMOVED: _removed, PROPOSED: _proposed}[part](month, month_end(month))
    return found if department is None else found.filter(department=department)


def _taken(first: date, last: date) -> QuerySet[Any]:
    rightly = _entries().exclude(end_reason__in=WRONG)
    return (
        rightly.annotate(day=Coalesce("published_on", "decided_on"))
        .filter(day__range=(first, last))
        .order_by("day", "pk")
    )


def _removed(first: date, last: date) -> QuerySet[Any]:
    """Who is not listed any more from a day of the month on."""
    return _entries().exclude(end_reason__in=WRONG).filter(ends_on__range=(first, last)).order_by("ends_on", "pk")


def _proposed(first: date, last: date) -> QuerySet[Any]:
    """Cases submitted to the level above, or deliberated where there is none, in the month, and not dropped since."""
    cases = Case.objects.filter(list_code__in=BLACK).exclude(state=Case.State.DROPPED)
    cases = cases.annotate(day=Coalesce("submitted_on", "deliberated_on")).filter(day__range=(first, last))
    grounds = CaseGround.objects.select_related("record").order_by("pk")
    return (
        cases.select_related("subject", "department", "policy")
        .prefetch_related(Prefetch("grounds", grounds, to_attr="ground_rows"), _leaders())
        .order_by("day", "pk")
    )


def _entries() -> QuerySet[Any]:
    grounds = EntryGround.objects.select_related("record").order_by("pk")
    return (
        ListEntry.objects.filter(list_code__in=BLACK)
        .select_related("subject", "department")
        .prefetch_related(Prefetch("grounds", grounds, to_attr="ground_rows"), _leaders())
    )


def _leaders() -> Prefetch:
    roles = (OrganizationRole.Role.LEGAL_REPRESENTATIVE, OrganizationRole.Role.PRINCIPAL)
    held = OrganizationRole.objects.filter(role__in=roles, ends_on=None).select_related("person").order_by("role", "pk")
    return Prefetch("subject__people", held, to_attr="leaders")


def summary_cells(row: ListEntry | Case) -> list[str]:
    """Return one row of the table, in the order of the county's columns."""
    cells = _entry_cells(row) if isinstance(row, ListEntry) else _case_cells(row)
    return [cells[column.code] for column in listing_summary().columns]


def summary_lines(part: str, month: date, department: Department | None) -> Iterator[list[str]]:
    """Yield every row of a part as cells, a few hundred in memory at a time."""
    for row in summary_rows(part, month, department).iterator(chunk_size=_ITERATE):
        yield summary_cells(row)


def _subject_cells(subject: Any, grounds: list[Any]) -> dict[str, str]:
    return {
        "name": subject.name,
        "address": subject.address,
        "uscc": subject.document_masked if subject.kind == Subject.Kind.PERSON else subject.uscc or "",
        "leader": "、".join(dict.fromkeys(role.person.name for role in subject.leaders)),
        "conduct": "；".join(" ".join(filter(None, (each.record.number, each.record.title))) for each in grounds),
    }


def _entry_cells(entry: Any) -> dict[str, str]:
    is_early = entry.end_reason != ListEntry.EndReason.TERM
    return _subject_cells(entry.subject, entry.ground_rows) | {
        "department": entry.department.name, "list": entry.list_label, "clause": entry.clause,
        "decided_on": entry.decided_on.isoformat(),
        "published_on": entry.published_on.isoformat() if entry.published_on else "",
        "since": entry.starts_on.isoformat(), "until": (entry.ends_on - ONE_DAY).isoformat(),
        "note": f"提前终止：{entry.get_end_reason_display()}" if is_early else "",
    }  # fmt: skip


def _case_cells(case: Any) -> dict[str, str]:
    clauses = dict.fromkeys(str(clause) for each in case.ground_rows for clause in each.clauses)
    return _subject_cells(case.subject, case.ground_rows) | {
        "department": case.department.name, "list": case.list_label,
        "clause": f"《{case.policy.title}》{'、'.join(clauses)}",
        "decided_on": case.decided_on.isoformat() if case.decided_on else "", "published_on": "", "since": "",
        "until": "", "note": f"{case.number}，{case.get_state_display()}",
    }  # fmt: skip
