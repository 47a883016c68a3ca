"""Builders for joint action: an escalation and a monthly report as their services leave them."""

import datetime as dt

from registry.models import Deadline, Department
from registry.services.deadlines import Basis, deadline_set
from sanctions.models import Escalation, JointReport, MeasureOrder
from sanctions.selectors.joint_reports import month_before
from sanctions.services.joint_reports import joint_report_make
from tests.factories import make_account


def make_answer_deadline(order: MeasureOrder, *, on: dt.date, days: int = 10) -> Deadline:
    """The time to answer an order, as its dispatch sets it."""
    return deadline_set(
        "order-answer", "联合惩戒任务反馈", obj=order, subject=order.entry.subject, department=order.department,
        starts_on=on, basis=Basis(days, "working"), actor=None, role="department",
    )  # fmt: skip


def make_escalation(order: MeasureOrder, *, on: dt.date) -> Escalation:
    deadline = make_answer_deadline(order, on=on)
    row = Escalation(
        order=order, deadline=deadline, department=order.department, due_on=deadline.due_on, after_days=5, raised_on=on
    ).save_by(None, reason="test")  # fmt: skip
    row.steps.create(kind="raised", text="逾期6个工作日，提请督办", on=on)
    return row


def make_report(office: Department, *, on: dt.date) -> JointReport:
    """The report of the month before `on`; `office` becomes the office that makes it."""
    office.kind = Department.Kind.CREDIT_OFFICE
    office.save_by(None, reason="test")
    return joint_report_make(month=month_before(on), reason="", actor=make_account("handler"), on=on)
