"""What of joint action, trials and lists can be taken as a file, asked in plain values, so that a job can ask it too."""

from datetime import date
from typing import Any

from registry.base.errors import NotAllowed
from registry.models import Account, Department
from registry.services import authz
from registry.services.export_files import Given, Kind, register_export, rows_up_to
from registry.services.made_files import MadeFile
from sanctions.models import Trial
from sanctions.selectors.joint_statistics import Span, asked_with_outcome, department_scope, reported_in
from sanctions.selectors.listing_summary import summary_rows
from sanctions.selectors.measures_in_force import InForceFilter, departments_choosable, measures_in_force
from sanctions.selectors.trials import trial_list, trial_rows
from sanctions.services.joint_files import asked_file, in_force_file, reported_file
from sanctions.services.listing_summary import summary_file, summary_require
from sanctions.services.trials import trial_file

IN_FORCE, ASKED, REPORTED, TRIAL, SUMMARY = (
    "measures-in-force", "joint-asked", "joint-reported", "trial", "listing-summary"
)  # fmt: skip


def _department(pk: int | None) -> Department | None:
    return None if pk is None else Department.objects.get(pk=pk)


# --- measures in force ---------------------------------------------------------------------------------------------
def in_force_given(department: Department, wanted: InForceFilter) -> dict[str, Any]:
    """Return the wish for a department's measures in force."""
    return {"department": department.pk, "name": wanted.name, "measure": wanted.measure, "state": wanted.state}


def _in_force_filter(given: Given) -> InForceFilter:
    return InForceFilter(given["name"], given["measure"], given["state"])


def _in_force_require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "order.view", on=on)
    if not departments_choosable(actor, on).filter(pk=given["department"]).exists():
        raise NotAllowed("department-of-others", "您现在只能下载本部门的措施，请回到“今日在执行”页面重新下载。")


def _in_force_count(given: Given, on: date, most: int) -> int:
    department = Department.objects.get(pk=given["department"])
    return rows_up_to(measures_in_force(department, on, _in_force_filter(given)), most)


def _in_force_make(given: Given, actor: Account, on: date) -> MadeFile:
    department = Department.objects.get(pk=given["department"])
    return in_force_file(department=department, wanted=_in_force_filter(given), actor=actor, on=on)


# --- what was asked and reported -----------------------------------------------------------------------------------
def span_given(span: Span, **more: str) -> dict[str, Any]:
    """Return the wish for the rows of a span; its `as_of` is the day on which the file is asked for."""
    return {
        "first": span.first.isoformat(), "last": span.last.isoformat(), "department": span.department,
        "measure": list(span.measure) if span.measure is not None else None, **more,
    }  # fmt: skip


def _span(given: Given, on: date) -> Span:
    measure = (given["measure"][0], given["measure"][1]) if given["measure"] else None
    return Span(date.fromisoformat(given["first"]), date.fromisoformat(given["last"]), on, given["department"], measure)


def _span_require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "order.view", on=on)
    own_department(actor)
    scope = department_scope(actor, on)
    if scope is not None and given["department"] != scope:
        raise NotAllowed("department-of-others", "您现在只能下载本部门的任务，请回到“统计”页面重新下载。")


def own_department(actor: Account) -> Department:
    """Return the department that a download is recorded for. Raises NotAllowed for an account without one."""
    if actor.department is None:
        raise NotAllowed("no-department", "您的账号没有所属部门，不能下载。请联系系统管理员补充部门。")
    return actor.department


def _asked_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(asked_with_outcome(_span(given, on), ask=given["ask"], outcome=given["outcome"]), most)


def _asked_make(given: Given, actor: Account, on: date) -> MadeFile:
    return asked_file(
        span=_span(given, on), ask=given["ask"], outcome=given["outcome"], department=own_department(actor),
        actor=actor, on=on,
    )  # fmt: skip


def _reported_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(reported_in(_span(given, on)), most)


def _reported_make(given: Given, actor: Account, on: date) -> MadeFile:
    return reported_file(span=_span(given, on), department=own_department(actor), actor=actor, on=on)


# --- trials --------------------------------------------------------------------------------------------------------
def trial_given(trial: Trial, **chosen: Any) -> dict[str, Any]:
    """Return the wish for a trial's rows, filtered as `trial_rows` takes it."""
    return {"trial": trial.pk, "chosen": chosen}


def _trial_require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "trial.view", on=on)


def _trial_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(trial_rows(trial_list().get(pk=given["trial"]), **given["chosen"]), most)


def _trial_make(given: Given, actor: Account, on: date) -> MadeFile:
    return trial_file(trial=trial_list().get(pk=given["trial"]), actor=actor, on=on, **given["chosen"])


# --- the monthly summary -------------------------------------------------------------------------------------------
def summary_given(*, part: str, month: date, department: Department | None, table_format: str) -> dict[str, Any]:
    """Return the wish for one part of a month's summary."""
    return {
        "part": part, "month": month.isoformat(), "department": department and department.pk,
        "table_format": table_format,
    }  # fmt: skip


def _summary(given: Given) -> dict[str, Any]:
    return {"part": given["part"], "month": date.fromisoformat(given["month"]), "table_format": given["table_format"]}


def _summary_require(given: Given, actor: Account, on: date) -> None:
    summary_require(**_summary(given), actor=actor, on=on)


def _summary_count(given: Given, on: date, most: int) -> int:
    month = date.fromisoformat(given["month"])
    return rows_up_to(summary_rows(given["part"], month, _department(given["department"])), most)


def _summary_make(given: Given, actor: Account, on: date) -> MadeFile:
    return summary_file(**_summary(given), department=_department(given["department"]), actor=actor, on=on)


for _kind in (
    Kind(IN_FORCE, "在执行的措施", _in_force_require, _in_force_count, _in_force_make),
    Kind(ASKED, "联合惩戒任务明细", _span_require, _asked_count, _asked_make),
    Kind(REPORTED, "部门反馈明细", _span_require, _reported_count, _reported_make),
    Kind(TRIAL, "试算结果", _trial_require, _trial_count, _trial_make),
    Kind(SUMMARY, "名单信息汇总表", _summary_require, _summary_count, _summary_make),
):
    register_export(_kind)
