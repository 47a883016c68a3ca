"""A department's year of inspections: the arithmetic of its working days, set by an officer and approved by another."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from incentives.models import InspectionYear
from incentives.selectors.inspection_years import workdays_of
from incentives.services.inspection_steps import department_require, own_department
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account
from registry.services import authz
from registry.services.events import event_record

State = InspectionYear.State
EARLIEST, LATEST = 2015, 2100  # 国办发〔2015〕58号


@dataclass(frozen=True)
class YearFigures:
    """The figures of a year: people; person-days of other enforcement and of no enforcement; working days that a
    visit takes each inspector; how the figures were found."""

    people: int
    other_days: int
    idle_days: int
    visit_days: int = 1
    note: str = ""


@transaction.atomic
def year_set(
    *, year: int, figures: YearFigures, actor: Account | None, on: date, version: int | None = None
) -> InspectionYear:
    """Make the year of the actor's own department, or change it while it is not approved.

    Raises NotAllowed, TransitionRefused (approved), InvalidInput (figures), Conflict.
    """
    department = own_department(actor)
    found = InspectionYear.objects.select_for_update().filter(department=department, year=year).first()
    if found is not None and found.state != State.DRAFTED:
        raise TransitionRefused(
            "year-approved", f"{year}年度检查安排已于{found.approved_on}批准，不能直接修改。请由审批人员退回后再修改。"
        )
    authz.require(actor, "inspection.plan", on=on)
    if not EARLIEST <= year <= LATEST:
        raise InvalidInput("year-outside", f"年度{year}不可用，请填{EARLIEST}至{LATEST}之间的年份。", field="year")
    if figures.people < 1 or figures.visit_days < 1:
        raise InvalidInput("people-missing", "执法人员数和每次检查用时至少为1，请核对。", field="people")
    row = found or InspectionYear(department=department, year=year, made_by=actor)
    version_require(row, version)
    row.people, row.other_days, row.idle_days = figures.people, figures.other_days, figures.idle_days
    row.visit_days, row.note = figures.visit_days, figures.note.strip()[:1000]
    workdays = workdays_of(row)
    if workdays.supervision < 0:
        raise InvalidInput(
            "workdays-negative",
            f"其他执法{row.other_days}人·日和非执法{row.idle_days}人·日合计超过总法定工作日{workdays.total}人·日"
            f"（{workdays.days}日×{row.people}人），请核对。",
            field="other_days",
        )
    row.save_by(actor, reason="inspection-year.set")
    event_record(
        "inspection-year.set", f"编制{row}检查安排：监督检查工作日{workdays.supervision}人·日", obj=row, actor=actor,
        on=on, payload={"people": row.people, "other": row.other_days, "idle": row.idle_days},
    )  # fmt: skip
    return row


@transaction.atomic
def year_approve(*, year_id: int, actor: Account | None, on: date, version: int | None = None) -> InspectionYear:
    """Approve a year, by another officer than who made it."""
    row = _locked(year_id)
    if row.state != State.DRAFTED:
        raise TransitionRefused("year-approved", f"{row}检查安排已于{row.approved_on}批准，不需要重复办理。")
    _right(row, actor, on, version)
    if actor is not None and actor.pk == row.made_by_id:
        raise NotAllowed("same-as-maker", "编制人不能批准自己的安排，请由另一名审批人员办理。")
    row.state, row.approved_on, row.approved_by = State.APPROVED, on, actor
    row.save_by(actor, reason="inspection-year.approve")
    event_record("inspection-year.approved", f"批准{row}检查安排", obj=row, actor=actor, on=on)
    return row


@transaction.atomic
def year_reopen(
    *, year_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> InspectionYear:
    """Give an approved year back to be changed. Plans approved before stay as they are and keep counting."""
    row = _locked(year_id)
    if row.state != State.APPROVED:
        raise TransitionRefused("year-not-approved", f"{row}检查安排还没有批准，可以直接修改。")
    _right(row, actor, on, version)
    if not reason.strip():
        raise RuleRefused("reason-missing", "退回须写明理由，请填写后再提交。", field="reason")
    row.state, row.approved_on, row.approved_by = State.DRAFTED, None, None
    row.save_by(actor, reason="inspection-year.reopen")
    event_record(
        "inspection-year.reopened", f"退回{row}检查安排：{reason.strip()[:400]}", obj=row, actor=actor, on=on
    )  # fmt: skip
    return row


def _locked(year_id: int) -> InspectionYear:
    found: InspectionYear = (
        InspectionYear.objects.select_for_update(of=("self",)).select_related("department").get(pk=year_id)
    )
    return found


def _right(row: InspectionYear, actor: Account | None, on: date, version: int | None) -> None:
    authz.require(actor, "inspection.approve", on=on)
    department_require(actor, row.department)
    version_require(row, version)
