"""Rows of the queues about drawn inspections, and about repairs that may be taken back."""

from datetime import date

from django.urls import reverse

from credit_site.selectors.queues import INSPECTION, UNDO
from credit_site.selectors.work_item import Key, WorkItem
from incentives.models import Inspection
from incentives.rules.inspections import VISIT_STEPS
from incentives.selectors.inspections import RESULT_DEADLINE, visit_deadlines
from registry.rules import access
from registry.selectors.deadlines import DeadlineView, deadline_views
from repair.models import RepairApplication
from repair.selectors.lists import REPAIRS


def inspection_items(ids: list[int], on: date) -> dict[Key, WorkItem]:
    """Return the rows of visits whose result is to be registered or made public; `ids` are their deadlines'."""
    if not ids:
        return {}
    found = visit_deadlines().filter(pk__in=ids).select_related("subject", "department", "account")
    views = deadline_views(found, on)
    about = [view.deadline.object_id for view in views]
    visits = Inspection.objects.select_related("subject", "department", "plan").in_bulk(about)
    return {(INSPECTION, view.deadline.pk): _visit(visits[view.deadline.object_id], view) for view in views}


def _visit(visit: Inspection, due: DeadlineView) -> WorkItem:
    step = VISIT_STEPS["record" if due.deadline.code == RESULT_DEADLINE else "publish"]
    plan = visit.plan
    return WorkItem(
        kind="随机抽查",
        number=plan.number if plan is not None else "",
        url=reverse("inspections:visit", args=[visit.public_id]),
        subject=visit.subject.name,
        detail=f"{plan.title}，检查至{plan.ends_on:%Y-%m-%d}" if plan is not None else "",
        step=step.label,
        step_url=reverse("inspections:visit-step", args=[visit.public_id, step.name]),
        step_who=access.roles_labels(step.permission),
        holder=visit.department.short_name,
        due=due,
        needs=step.permission,
    )


def undo_items(ids: list[int]) -> dict[Key, WorkItem]:
    """Return the rows of repairs that may be taken back, once their subjects were heard or kept silent."""
    found = RepairApplication.objects.filter(pk__in=ids).select_related("subject", "department", "record", "entry")
    return {(UNDO, each.pk): _undo(each) for each in found} if ids else {}


def _undo(application: RepairApplication) -> WorkItem:
    url = reverse("requests:detail", args=[REPAIRS, application.public_id])
    if application.undo_stated_on is not None:
        heard = f"当事人已于{application.undo_stated_on:%Y-%m-%d}陈述"
    elif application.undo_waived_on is not None:
        heard = f"当事人已于{application.undo_waived_on:%Y-%m-%d}放弃陈述"
    else:
        heard = f"陈述期限至{application.undo_until:%Y-%m-%d}已满，当事人没有陈述"
    return WorkItem(
        kind="拟撤销修复",
        number=application.number,
        url=url,
        subject=application.subject.name,
        detail=heard,
        step="撤销修复，或者撤回告知",
        step_url=url,
        step_who=access.roles_labels("request.decide"),
        holder=application.department.short_name,
        due=None,
        needs="request.decide",
    )
