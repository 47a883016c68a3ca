"""Rows of a queue as the workbench shows them: what it is about, until when, on which basis, and what comes next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from credit_site.selectors.queues import (
    CANDIDATE,
    CASE,
    CASE_KIND,
    CLAIM,
    COMMITMENT,
    CROSS_CHECK,
    ENTRY,
    INSPECTION,
    OBJECTION,
    ORDER,
    PROPOSAL,
    PUBLICITY,
    REPAIR,
    SUBMISSION,
    TIP,
    UNDO,
    Desk,
)
from credit_site.selectors.work_channels import submission_items
from credit_site.selectors.work_item import Key, WorkItem
from credit_site.selectors.work_rights import claim_items, commitment_items, cross_check_items, tip_items
from credit_site.selectors.work_visits import inspection_items, undo_items
from registry.models import Deadline, Event, PolicyProposal, Record
from registry.rules import access
from registry.selectors.deadlines import DeadlineView, deadline_views, with_clock
from registry.selectors.policy_adoption import proposals_pending
from repair.models import Objection, RepairApplication
from repair.rules.lifecycle import ACCEPTED, FILED, SUPPLEMENT
from repair.selectors.lists import MODELS, OBJECTIONS, REPAIRS, RequestRow, request_row, supplement_over
from sanctions.models import Candidate, MeasureOrder
from sanctions.rules.lifecycle import MAIN
from sanctions.selectors.basis import groundless_entries
from sanctions.selectors.orders import ENDING_DEADLINE, ORDER_KIND, order_rows
from sanctions.selectors.turns import SERVE, TAKE, TURN_LABELS, TURN_ROLES, WAIT, cases_with_turns

OBJECTION_KIND, REPAIR_KIND = Objection._meta.label_lower, RepairApplication._meta.label_lower
_FAMILIES = {OBJECTION: OBJECTIONS, REPAIR: REPAIRS}
_TURNS = {FILED: ("决定是否受理", "accept"), ACCEPTED: ("作出决定", ""), SUPPLEMENT: ("等待当事人补正", "")}


def work_items(keys: Iterable[tuple[str, int, date]], desk: Desk) -> list[WorkItem]:
    """Return the rows of one page of a queue, in its order; the number of queries does not grow with the rows.

    A thing that was finished since the queue was read is left out; a step that is not the person's leads nowhere.
    """
    on = desk.on
    wanted = [(source, pk) for source, pk, _ in keys]
    by_source: dict[str, list[int]] = defaultdict(list)
    for source, pk in wanted:
        by_source[source].append(pk)
    dues = _dues(by_source, on)
    items = {
        **_cases(by_source[CASE], dues, on),
        **_candidates(by_source[CANDIDATE]),
        **_groundless(by_source[ENTRY], on),
        **_orders(by_source[ORDER], dues, on),
        **_publicity(by_source[PUBLICITY], dues),
        **submission_items(by_source[SUBMISSION], on),
        **_proposals(by_source[PROPOSAL]),
        **_requests(OBJECTION, by_source[OBJECTION], dues, on),
        **_requests(REPAIR, by_source[REPAIR], dues, on),
        **tip_items(by_source[TIP], on),
        **commitment_items(by_source[COMMITMENT], on),
        **claim_items(by_source[CLAIM]),
        **cross_check_items(by_source[CROSS_CHECK], on),
        **inspection_items(by_source[INSPECTION], on),
        **undo_items(by_source[UNDO]),
    }
    return [_apart(items[key], desk) for key in wanted if key in items]


def _apart(item: WorkItem, desk: Desk) -> WorkItem:
    if item.needs and not desk.may(item.needs):
        item = replace(item, step_url="")
    if item.due is None:
        return item
    return replace(item, due=replace(item.due, basis_text=""), basis=item.due.basis_text)


def _dues(by_source: dict[str, list[int]], on: date) -> dict[Key, DeadlineView]:
    """Return the earliest open deadline of every row; one whose clock stands still where no other runs."""
    about = Q(object_kind=CASE_KIND, object_id__in=by_source[CASE])
    about |= Q(object_kind=ORDER_KIND, object_id__in=by_source[ORDER])
    about |= Q(object_kind=OBJECTION_KIND, object_id__in=by_source[OBJECTION])
    about |= Q(object_kind=REPAIR_KIND, object_id__in=by_source[REPAIR])
    found = (
        with_clock(Deadline.objects.filter(met_on__isnull=True, cancelled_on__isnull=True))
        .filter(about | Q(pk__in=by_source[PUBLICITY]))
        .exclude(role=access.SUBJECT)
        .select_related("subject", "department", "account")
        .order_by("-clock_stands", "-due_on", "-pk")
    )
    sources = {CASE_KIND: CASE, ORDER_KIND: ORDER, OBJECTION_KIND: OBJECTION, REPAIR_KIND: REPAIR}
    return {
        (sources[kind], view.deadline.object_id) if (kind := view.deadline.object_kind) in sources
        else (PUBLICITY, view.deadline.pk): view
        for view in deadline_views(found, on)
    }  # fmt: skip


def _cases(ids: list[int], dues: dict[Key, DeadlineView], on: date) -> dict[Key, WorkItem]:
    found = cases_with_turns(on).filter(pk__in=ids).select_related("subject", "handler") if ids else ()
    return {(CASE, case.pk): _case(case, dues.get((CASE, case.pk))) for case in found}


def _case(case: Any, due: DeadlineView | None) -> WorkItem:
    url = reverse("sanctions:case-detail", args=[case.public_id])
    label = TURN_LABELS[case.turn]
    if case.turn == WAIT:
        label = f"{label}（{case.heard_until:%Y-%m-%d}）"
    # Taking, giving out and hearing offer a choice: the case's page shows it.
    has_page = case.turn in MAIN or case.turn == SERVE
    step_url = reverse("sanctions:case-step", args=[case.public_id, case.turn]) if has_page else url
    return WorkItem(
        kind="随案人员" if case.parent_id else "案件",
        number=case.number,
        url=url,
        subject=case.subject.name,
        detail=f"列入{case.list_label}" + ("" if case.mode == "binding" else "（内部分级）"),
        step=label,
        step_url="" if case.turn == WAIT else step_url,
        step_who="" if case.turn in (WAIT, TAKE) else access.ROLE_LABELS[TURN_ROLES[case.turn]],
        holder=case.handler.display_name if case.handler is not None else "",
        due=due,
    )


def _candidates(ids: list[int]) -> dict[Key, WorkItem]:
    found = Candidate.objects.filter(pk__in=ids).select_related("subject", "activation__policy").defer(
        "activation__policy__text"
    )  # fmt: skip
    return {(CANDIDATE, each.pk): _candidate(each) for each in found}


def _candidate(candidate: Candidate) -> WorkItem:
    url = reverse("sanctions:candidate-detail", args=[candidate.pk])
    return WorkItem(
        kind="待列入提示",
        number=candidate.list_label,
        url=url,
        subject=candidate.subject.name,
        detail=f"自{candidate.first_due_on:%Y-%m-%d}起符合《{candidate.activation.policy.title}》的条件",
        step="立案，或者写明理由不予立案",
        step_url=url,
        step_who="",
        holder="",
        due=None,
    )


def _groundless(ids: list[int], on: date) -> dict[Key, WorkItem]:
    found = list(groundless_entries(on).filter(pk__in=ids).select_related("subject", "department")) if ids else []
    told = Event.objects.in_bulk([entry.told_by for entry in found])
    return {(ENTRY, entry.pk): _entry(entry, told[entry.told_by], on) for entry in found}


def _entry(entry: Any, told: Event, on: date) -> WorkItem:
    url = reverse("sanctions:entry-detail", args=[entry.public_id])
    # No document sets a number of days, so nothing is stored: it is due on the day on which it is read.
    at_once = Deadline(label="应当立即办理", subject=entry.subject, starts_on=told.on, due_on=on)
    return WorkItem(
        kind="在列条目",
        number=entry.list_label,
        url=url,
        subject=entry.subject.name,
        detail=f"列入依据自{told.on:%Y-%m-%d}起不再具备",
        step="撤销或更正",
        step_url=url,
        step_who=access.ROLE_LABELS[access.APPROVER],
        holder=entry.department.short_name,
        needs="entry.view",
        due=DeadlineView(at_once, 0, told.payload["what"]),
    )


_ORDER_PAGES = {
    "反馈落实情况": "sanctions:order-carry-out",
    "确认暂停": "sanctions:order-confirm-pause",
    "确认恢复": "sanctions:order-confirm-resumption",
    "确认解除": "sanctions:order-confirm-end",
}


def _orders(ids: list[int], dues: dict[Key, DeadlineView], on: date) -> dict[Key, WorkItem]:
    found = MeasureOrder.objects.filter(pk__in=ids).select_related("entry__subject", "department")
    return {
        (ORDER, row.order.pk): _order(row.order, row.owed_label, dues.get((ORDER, row.order.pk)), on)
        for row in order_rows(found, on)
    }


def _order(order: MeasureOrder, owed: str, due: DeadlineView | None, on: date) -> WorkItem:
    url = reverse("sanctions:order-detail", args=[order.public_id])
    step = owed or ("反馈落实情况" if order.state == MeasureOrder.State.RECEIVED else "签收")
    page = _ORDER_PAGES.get(step, "")
    is_over = order.entry.ends_on <= on
    return WorkItem(
        kind="联合惩戒",
        number=f"{order.measure_code} {order.measure_label}",
        url=url,
        subject=order.entry.subject.name,
        detail=f"{'已移出' if is_over else '在列'}{order.entry.list_label}",
        step=step,
        step_url=reverse(page, args=[order.public_id]) if page else url,
        step_who=access.ROLE_LABELS[access.DEPARTMENT],
        holder=order.department.short_name,
        # What asked for an answer asks for nothing once the entry is over.
        needs="order.answer",
        due=None if is_over and due is not None and due.deadline.code != ENDING_DEADLINE else due,
    )


def _publicity(ids: list[int], dues: dict[Key, DeadlineView]) -> dict[Key, WorkItem]:
    views = [dues[PUBLICITY, pk] for pk in ids if (PUBLICITY, pk) in dues]
    records = Record.objects.select_related("subject", "department").in_bulk(
        [view.deadline.object_id for view in views]
    )
    return {(PUBLICITY, view.deadline.pk): _published(records[view.deadline.object_id], view) for view in views}


def _published(record: Record, due: DeadlineView) -> WorkItem:
    return WorkItem(
        kind="双公示",
        number=record.number or record.title,
        url=reverse("registry:record-detail", args=[record.public_id]),
        subject=record.subject.name,
        detail=f"{record.get_kind_display()}，{record.decided_on:%Y-%m-%d}决定",
        step="公示",
        step_url=reverse("publications:publish-record", args=[record.public_id]),
        step_who=access.ROLE_LABELS[access.PUBLISHER],
        holder=record.department.short_name,
        needs="publication.publish",
        due=due,
    )


def _proposals(ids: list[int]) -> dict[Key, WorkItem]:
    return {(PROPOSAL, each.pk): _proposal(each) for each in (proposals_pending().filter(pk__in=ids) if ids else ())}


def _proposal(proposal: PolicyProposal) -> WorkItem:
    url = reverse("registry:proposal-detail", args=[proposal.public_id])
    return WorkItem(
        kind="政策启用",
        number=f"版本 {proposal.content_hash[:8]}",
        url=url,
        subject=f"《{proposal.title}》",
        detail=f"{proposal.proposed_by}提出自{proposal.starts_on:%Y-%m-%d}起启用",
        step="确认或者驳回",
        step_url=url,
        step_who=access.ROLE_LABELS[access.APPROVER],
        holder="",
        due=None,
        needs="policy.confirm",
    )


def _requests(source: str, ids: list[int], dues: dict[Key, DeadlineView], on: date) -> dict[Key, WorkItem]:
    if not ids:
        return {}
    model = MODELS[_FAMILIES[source]]
    found = model.objects.filter(pk__in=ids).annotate(supplement_over=supplement_over(model, on))
    rows = found.select_related("subject", "department", "record", "entry")
    return {(source, each.pk): _request(request_row(each), dues.get((source, each.pk))) for each in rows}


def _request(row: RequestRow, due: DeadlineView | None) -> WorkItem:
    request = row.request
    url = reverse("requests:detail", args=[row.family, request.public_id])
    step, page = _TURNS[request.state]
    waits = request.state == SUPPLEMENT
    if waits and request.supplement_over:  # type: ignore[union-attr]
        # The subject's time is over: the department is not held up any longer.
        step, page, waits = "逾期没有补正，决定是否不予受理", "decline", False
    step_url = reverse("requests:step", args=[row.family, request.public_id, page]) if page else url
    needs = "request.accept" if page == "accept" else "request.decide"
    return WorkItem(
        kind=row.kind_label,
        number=request.number,
        url=url,
        subject=request.subject.name,
        detail=request.about,
        step=step,
        step_url="" if waits else step_url,
        step_who="" if waits else access.roles_labels(needs),
        holder=request.department.short_name,
        due=due,
        needs=needs,
    )
