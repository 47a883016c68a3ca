"""Incentives dispatched to departments with an honour, answered by them, stopped when the honour is over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from django.db import transaction

from incentives.models import Honour, IncentiveGrant
from incentives.rules import grants as rules
from incentives.selectors.grants import CatalogueIncentive, incentives_following
from registry import clock
from registry.base.bulk import parts
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import rows_save_by, version_require
from registry.models import Account, Deadline, Department, Notice
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.services import authz
from registry.services.deadlines import (
    Basis,
    Matter,
    deadline_meet,
    deadline_set,
    deadlines_cancel,
    deadlines_cancel_all,
    deadlines_set,
)
from registry.services.events import event_record
from registry.services.notices import notices_queue
from registry.services.subjects import subject_lock, subjects_lock
from sanctions.selectors.orders import county_directory

ANSWER_DEADLINE, STOP_DEADLINE = "grant-answer", "grant-stop"
CHUNK: Final = 200
State = IncentiveGrant.State


@transaction.atomic
def grants_dispatch(*, honour: Honour, actor: Account | None, on: date) -> list[IncentiveGrant]:
    """Ask each county department for the incentives that follow an honour; return the new grants.

    Called again it asks only for what is missing. What nobody in the county stands for is named in the event.
    """
    directory = county_directory()
    known = set(honour.grants.values_list("department_id", "catalogue", "code"))
    grants: list[IncentiveGrant] = []
    nobody: list[str] = []
    for incentive in incentives_following(honour, on):
        departments, unmatched = directory.departments_for(incentive.rule.departments)
        nobody += [f"{incentive.rule.code} {name.name}：{name.reason}" for name in unmatched]
        for department in departments:
            if (department.pk, incentive.catalogue.pack_id, incentive.rule.code) not in known:
                grants.append(_grant_new(honour, incentive, department, actor, on))
    if not grants and not nobody:
        return []
    event_record(
        "grants.dispatched", f"{honour.list_label}：派发联合激励任务{len(grants)}项", obj=honour, subject=honour.subject,
        actor=actor, on=on, payload={"grants": [each.pk for each in grants], "without_department": nobody},
    )  # fmt: skip
    _tell(honour, grants, "grant.dispatched", "联合激励任务", f"自{honour.starts_on}起给予下列激励措施，请签收并反馈：")
    return grants


def _grant_new(
    honour: Honour, incentive: CatalogueIncentive, department: Department, actor: Account | None, on: date
) -> IncentiveGrant:
    grant = IncentiveGrant(
        honour=honour, department=department, catalogue=incentive.catalogue.pack_id,
        catalogue_hash=incentive.catalogue.content_hash, code=incentive.rule.code, label=incentive.rule.label[:500],
        clause=incentive.clause[:60], legal_basis=incentive.legal_basis, matters=list(incentive.rule.matters),
        dispatched_on=on,
    )  # fmt: skip
    grant.save_by(actor, reason="grant.dispatch")
    limit = load_joint_action().answer
    deadline_set(
        ANSWER_DEADLINE, "联合激励任务反馈", obj=grant, subject=honour.subject, department=department, starts_on=on,
        basis=Basis(
            limit.working_days, Deadline.Unit.WORKING, pack_id=incentive.catalogue.pack_id,
            policy_hash=incentive.catalogue.content_hash, clause=limit.clause or incentive.clause[:60],
            assumed=limit.assumed,
        ),
        actor=actor, role=DEPARTMENT,
    )  # fmt: skip
    return grant


def _tell(honour: Honour, grants: list[IncentiveGrant], code: str, title: str, lead: str) -> None:
    notices_queue(list(_notices(honour, grants, code, title, lead)), at=clock.now())


def _notices(honour: Honour, grants: list[IncentiveGrant], code: str, title: str, lead: str) -> Iterator[Notice]:
    """Yield what each department is told, all its own grants in one notice."""
    by_department: dict[int, list[IncentiveGrant]] = {}
    for grant in grants:
        by_department.setdefault(grant.department_id, []).append(grant)
    for department_id, own in by_department.items():
        lines = "\n".join(str(each) for each in own)
        yield Notice(
            kind=code, title=f"{title}：{honour.subject.name}（{honour.list_label}）", department_id=department_id,
            body=f"{honour.subject.name}：{lead}\n{lines}", object_kind=honour._meta.label_lower, object_id=honour.pk,
        )  # fmt: skip


@transaction.atomic
def grants_stop(*, honour: Honour, actor: Account | None, on: date) -> int:
    """Tell every department that granted, or was asked to, that the honour is over; return how many grants stop.

    Called again it tells nobody twice. The end itself is a date and needs no message.
    """
    return _stop({honour.pk: (honour, on)}, actor)


def _stop(ended: Mapping[int, tuple[Honour, date]], actor: Account | None) -> int:
    """Stop the grants of honours, whose rows are locked, each on its day, in a number of statements that does not depend on
    how many they are."""
    found = IncentiveGrant.objects.select_for_update(of=("self",)).select_related("department")
    found = found.filter(honour__in=ended, stop_told_on__isnull=True, lifted_on__isnull=True)
    grants: dict[int, list[IncentiveGrant]] = {honour_id: [] for honour_id in ended}
    for grant in found.order_by("pk"):
        grant.honour, grant.stop_told_on = ended[grant.honour_id]
        grants[grant.honour_id].append(grant)
    days = {grant: on for honour_id, (_, on) in ended.items() for grant in grants[honour_id]}
    rows_save_by(list(days), actor, reason="grant.stop", fields=["stop_told_on"])
    deadlines_cancel_all(days, actor=actor)
    limit = load_joint_action().ending
    deadlines_set(
        STOP_DEADLINE, "确认停止激励",
        [
            Matter(grant, grant.honour.subject_id, grant.department_id, on)
            for grant, on in days.items()
            if grant.state != State.REFUSED
        ],
        basis=Basis(limit.working_days, Deadline.Unit.WORKING, clause=limit.clause, assumed=limit.assumed), actor=actor,
        role=DEPARTMENT,
    )  # fmt: skip
    told = [
        notice
        for honour_id, (honour, _) in ended.items()
        for notice in _notices(
            honour, grants[honour_id], "grant.stopped", "停止联合激励",
            f"自{honour.ends_on}起不再在列，请停止下列激励措施并确认：",
        )
    ]  # fmt: skip
    notices_queue(told, at=clock.now())
    return len(days)


@transaction.atomic
def grants_resume(*, honour: Honour, actor: Account | None, on: date) -> int:
    """Ask again for the incentives of an honour that came back; what was not confirmed stopped goes on as it was."""
    found = list(honour.grants.select_for_update(of=("self",)).filter(stop_told_on__isnull=False).order_by("pk"))
    for grant in found:
        deadlines_cancel(grant, actor=actor, on=on)
        if grant.lifted_on is not None:
            grant.state, grant.received_on, grant.answered_on, grant.answer = State.DISPATCHED, None, None, ""
        grant.stop_told_on = grant.lifted_on = None
        grant.save_by(actor, reason="grant.resume")
    _tell(
        honour, found, "grant.resumed", "恢复联合激励", f"恢复原认定，至{honour.last_day}止，请继续给予下列激励措施："
    )
    return len(found)


def grants_stop_due(*, on: date) -> dict[str, int]:
    """Tell the departments of every honour whose term has run out by `on`, some hundreds under their locks at a time;
    return the counts.

    Dated by the honour's own end: a late or repeated run leaves what a punctual one would have left.
    """
    counts = {"ended": 0, "orders": 0}
    due = IncentiveGrant.objects.filter(honour__ends_on__lte=on, stop_told_on__isnull=True, lifted_on__isnull=True)
    ids = due.order_by("honour").values_list("honour_id", flat=True).distinct()
    for some in parts(list(ids), CHUNK):
        ended, orders = _stop_due(some, on)
        counts["ended"] += ended
        counts["orders"] += orders
    return counts


@transaction.atomic
def _stop_due(honour_ids: Sequence[int], on: date) -> tuple[int, int]:
    subjects_lock(set(Honour.objects.filter(pk__in=honour_ids).values_list("subject_id", flat=True)))
    locked = Honour.objects.select_for_update(of=("self",)).filter(pk__in=honour_ids, ends_on__lte=on)
    ended = {each.pk: (each, each.ends_on) for each in locked.select_related("subject").order_by("pk") if each.ends_on}
    waiting = IncentiveGrant.objects.filter(honour__in=ended, stop_told_on__isnull=True, lifted_on__isnull=True)
    return waiting.values("honour").distinct().count(), _stop(ended, None)


@transaction.atomic
def grant_answer(
    *, grant_id: int, step: str, text: str, actor: Account | None, on: date, version: int | None = None
) -> IncentiveGrant:
    """Take the department's answer: `receive`, `grant` (what was granted), `refuse` (why not), `lift` (it has stopped).

    Raises TransitionRefused, NotAllowed (another department's), Conflict, RuleRefused (no words).
    """
    grant = _locked(grant_id)
    honour = grant.honour
    is_over = honour.ends_on is not None and honour.ends_on <= on
    refused = rules.refusal_of(grant.state, step, is_over=is_over, is_lifted=grant.lifted_on is not None)
    if refused:
        raise TransitionRefused("grant-state", refused, state=grant.state)
    rule = rules.LIFT if step == rules.LIFT.name else rules.STEPS[step]
    authz.require(actor, rule.permission, on=on)
    if actor is not None and actor.department_id != grant.department_id:
        raise NotAllowed("other-department", f"该任务由{grant.department.name}办理，其他部门不能办理。")
    version_require(grant, version)
    if step in ("grant", "refuse") and not text.strip():
        raise RuleRefused("text-missing", f"“{rule.label}”必须写明情况，请填写后再提交。", field="text")
    _apply(grant, step, text.strip()[:1000], actor, on)
    grant.save_by(actor, reason=f"grant.{step}")
    event_record(
        f"grant.{step}", f"{grant.department.name}{rule.label}：{grant}", obj=grant, subject=honour.subject, actor=actor,
        on=on, payload={"honour": honour.number, "text": text.strip()[:400]},
    )  # fmt: skip
    return grant


def _apply(grant: IncentiveGrant, step: str, text: str, actor: Account | None, on: date) -> None:
    if step == rules.LIFT.name:
        grant.stop_told_on, grant.lifted_on = grant.stop_told_on or on, on
        deadline_meet(grant, STOP_DEADLINE, actor=actor, on=on)
        deadlines_cancel(grant, actor=actor, on=on)
        return
    grant.received_on = grant.received_on or on
    if step == "receive":
        grant.state = State.RECEIVED
        return
    grant.state = State.GRANTED if step == "grant" else State.REFUSED
    grant.answered_on, grant.answered_by, grant.answer = on, actor, text
    deadline_meet(grant, ANSWER_DEADLINE, actor=actor, on=on)


def _locked(grant_id: int) -> IncentiveGrant:
    """Lock the subject, then the grant, and return it fresh."""
    subject = subject_lock(IncentiveGrant.objects.values_list("honour__subject_id", flat=True).get(pk=grant_id))
    grant: IncentiveGrant = (
        IncentiveGrant.objects.select_for_update(of=("self",)).select_related("honour", "department").get(pk=grant_id)
    )
    grant.honour.subject = subject
    return grant
