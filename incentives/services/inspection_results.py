"""Results of visits: registered, made public, corrected; inspections from other sources, which count too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from incentives.models import Inspection
from incentives.rules.inspection_county import county_inspections
from incentives.rules.inspections import COUNTED, OTHER_SOURCES, PUBLISHED, RECORDED, RESULTS
from incentives.selectors.inspection_population import cap_state
from incentives.selectors.inspections import PUBLICITY_DEADLINE, RESULT_DEADLINE, conflicts_of
from incentives.services.inspection_steps import own_department, visit_begin, visit_lock
from registry import clock
from registry.base.errors import InvalidInput, RuleRefused
from registry.models import Account, Deadline, Record, Subject
from registry.rules import access
from registry.rules.details import RecordInput
from registry.services import authz
from registry.services.deadlines import Basis, deadline_meet, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.records import record_draft_create, record_void
from registry.services.subjects import subject_lock

_NO_WORDS = "inspection-summary"


@dataclass(frozen=True)
class Outcome:
    """What a visit ended with: day, code of `RESULTS`, what was seen in words (needed for a finding)."""

    inspected_on: date
    result: str
    summary: str = ""


@transaction.atomic
def visit_record(
    *, visit_id: int, outcome: Outcome, actor: Account | None, on: date, version: int | None = None
) -> Inspection:
    """Register the result of a visit. A finding becomes the draft of a record, which an officer confirms or voids.

    Raises TransitionRefused, NotAllowed, RuleRefused (an inspector must withdraw first), InvalidInput (day, result).
    """
    visit = visit_lock(visit_id)
    visit_begin(visit, "record", actor=actor, on=on, version=version)
    _outcome_check(visit, outcome, on)
    conflicts = conflicts_of(visit, outcome.inspected_on)
    if conflicts:
        names = "、".join(str(each.inspector) for each in conflicts)
        raise RuleRefused("conflict-in-team", f"{names}与该单位有回避情形，先办理检查人员回避，再登记结果。")
    _outcome_write(visit, outcome, actor, on)
    visit.state = RECORDED
    visit.save_by(actor, reason="inspection.record")
    deadline_meet(visit, RESULT_DEADLINE, actor=actor, on=on)
    _event(visit, "recorded", f"登记抽查结果：{visit.subject.name}，{RESULTS[outcome.result].label}", actor, on)
    _publicity_due(visit, outcome.inspected_on, actor)
    return visit


@transaction.atomic
def visit_correct(
    *, visit_id: int, outcome: Outcome, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Inspection:
    """Put another result in the place of a wrong one, with the reason; a public one is taken back until published anew.

    The draft that the wrong result made is voided with it. Raises RuleRefused when that record is a confirmed fact
    already: it is corrected first, in the records.
    """
    visit = visit_lock(visit_id)
    visit_begin(visit, "correct", actor=actor, on=on, version=version, reason=reason)
    _outcome_check(visit, outcome, on)
    record, was_public = visit.record, visit.state == PUBLISHED
    if record is not None and record.state not in (Record.State.DRAFT, Record.State.VOIDED):
        raise RuleRefused(
            "record-confirmed",
            f"该结果形成的信用记录“{record}”已经确认，不能在这里更正。请先在信用记录中办理更正或者作废。",
        )
    if record is not None and record.state == Record.State.DRAFT:
        record_void(
            record_id=record.pk, reason=f"抽查结果更正：{reason.strip()}"[:300], version=None, actor=actor, on=on
        )
    visit.record, visit.published_on, visit.published_by, visit.shown_until = None, None, None, None
    _outcome_write(visit, outcome, actor, on)
    visit.state, visit.corrected_on = RECORDED, on
    visit.save_by(actor, reason="inspection.correct")
    _event(visit, "corrected", f"更正抽查结果：{visit.subject.name}，理由：{reason.strip()[:300]}", actor, on)
    _publicity_due(visit, on, actor)
    if was_public:
        _tell(
            visit, "inspection.corrected", "抽查结果已更正", f"原公开的抽查结果已撤下，更正理由：{reason.strip()[:500]}"
        )
    return visit


@transaction.atomic
def visits_publish(*, visit_ids: Sequence[int], actor: Account | None, on: date) -> list[Inspection]:
    """Make the results of visits public, all or none, and tell the subjects. Raises as `visit_publish` for the first
    that cannot be published."""
    order = Inspection.objects.filter(pk__in=visit_ids).order_by("subject_id", "pk").values_list("pk", flat=True)
    return [visit_publish(visit_id=pk, actor=actor, on=on) for pk in order]


@transaction.atomic
def visit_publish(*, visit_id: int, actor: Account | None, on: date, version: int | None = None) -> Inspection:
    """Make the result of a visit public from today, for the county's time.

    Raises TransitionRefused, NotAllowed, RuleRefused: a secret finding, or one whose record was voided or repaired.
    """
    visit = visit_lock(visit_id)
    visit_begin(visit, "publish", actor=actor, on=on, version=version)
    record = visit.record
    if record is not None and record.is_secret:
        raise RuleRefused("record-secret", f"“{visit.subject.name}”的检查结果涉密，依法不公开。请不要选择这一户。")
    if record is not None and record.state in (Record.State.VOIDED, Record.State.REPAIRED):
        raise RuleRefused(
            "record-withdrawn",
            f"“{visit.subject.name}”的检查结果所形成的记录{record.get_state_display()}，不能公开。请先更正检查结果。",
        )
    visit.state, visit.published_on, visit.published_by = PUBLISHED, on, actor
    visit.shown_until = county_inspections().shown.last_day(on)
    visit.save_by(actor, reason="inspection.publish")
    deadline_meet(visit, PUBLICITY_DEADLINE, actor=actor, on=on)
    _event(visit, "published", f"公开抽查结果：{visit.subject.name}，{visit.get_result_display()}", actor, on)
    _tell(
        visit, "inspection.published", "抽查结果已公开",
        f"对您单位的抽查结果为“{visit.get_result_display()}”，自{on}起公开至{visit.shown_until}。认为结果有误的，可以向"
        f"{visit.department.name}提出异议，不收取任何费用。",
    )  # fmt: skip
    return visit


@transaction.atomic
def other_note(
    *, subject_id: int, source: str, inspected_on: date, summary: str, actor: Account | None, on: date
) -> Inspection:
    """Note an inspection that no plan drew, so that it counts towards the subject's yearly cap.

    What happened is noted even beyond the cap; the event says so. Raises NotAllowed, InvalidInput (source, day).
    """
    subject = subject_lock(subject_id)
    authz.require(actor, "inspection.record", on=on)
    department = own_department(actor)
    if subject.kind != Subject.Kind.ORGANIZATION:
        raise InvalidInput("subject-person", "只登记对单位的检查。")
    if source not in OTHER_SOURCES:
        raise InvalidInput("source-unknown", "请从列表中选择检查来源。", field="source")
    if inspected_on > on:
        raise InvalidInput(
            "inspected-in-future", f"检查日期{inspected_on}晚于今天（{on}），请核对。", field="inspected_on"
        )
    visit = Inspection(
        subject=subject, department=department, year=inspected_on.year, source=source, state=COUNTED,
        inspected_on=inspected_on, summary=summary.strip()[:1000], recorded_on=on, recorded_by=actor,
    )  # fmt: skip
    visit.save_by(actor, reason="inspection.note")
    state = cap_state(subject, visit.year, on)
    beyond = f"，本年度已检查{state.used}次，超过上限{state.most}次" if state.is_beyond else ""
    _event(visit, "noted", f"登记{visit.get_source_display()}：{subject.name}（{inspected_on}）{beyond}", actor, on)
    return visit


def _outcome_check(visit: Inspection, outcome: Outcome, on: date) -> None:
    drawn_on = visit.plan.drawn_on if visit.plan is not None else None
    if outcome.result not in RESULTS:
        raise InvalidInput("result-unknown", "请从列表中选择检查结果。", field="result")
    if drawn_on is None or not drawn_on <= outcome.inspected_on <= on:
        raise InvalidInput(
            "inspected-outside",
            f"检查日期{outcome.inspected_on}不可用：应在抽取之日{drawn_on}至今日{on}之间。",
            field="inspected_on",
        )
    if RESULTS[outcome.result].is_finding and not outcome.summary.strip():
        raise InvalidInput(_NO_WORDS, f"结果为“{RESULTS[outcome.result].label}”的，须写明发现的情况。", field="summary")


def _outcome_write(visit: Inspection, outcome: Outcome, actor: Account | None, on: date) -> None:
    """Write the result on the visit; a finding gets the draft of its record, never a confirmed one."""
    visit.inspected_on, visit.result, visit.summary = (
        outcome.inspected_on,
        outcome.result,
        outcome.summary.strip()[:1000],
    )
    visit.recorded_on, visit.recorded_by = on, actor
    if RESULTS[outcome.result].is_finding and visit.plan is not None:
        content = RecordInput(
            kind=Record.Kind.INSPECTION, title=f"双随机抽查：{RESULTS[outcome.result].label}",
            facts=f"抽查计划{visit.plan}。{outcome.summary.strip()}", occurred_on=outcome.inspected_on, decided_on=on,
        )  # fmt: skip
        visit.record = record_draft_create(
            subject_id=visit.subject_id, department_id=visit.department_id, content=content, actor=actor, on=on
        )


def _publicity_due(visit: Inspection, starts_on: date, actor: Account | None) -> None:
    rule = county_inspections().publicity
    deadlines_cancel(visit, actor=actor, on=starts_on)
    deadline_set(
        PUBLICITY_DEADLINE, "公开抽查结果", obj=visit, subject=visit.subject, department=visit.department,
        starts_on=starts_on, basis=Basis(rule.working_days, Deadline.Unit.WORKING, clause=rule.clause, assumed=rule.assumed),
        actor=actor, role=access.PUBLISHER,
    )  # fmt: skip


def _event(visit: Inspection, name: str, text: str, actor: Account | None, on: date) -> None:
    event_record(
        f"inspection.{name}", text, obj=visit, subject=visit.subject, actor=actor, on=on,
        payload={
            "plan": visit.plan.number if visit.plan is not None else "", "result": visit.result,
            "inspected_on": visit.inspected_on, "record": visit.record_id,
        },
    )  # fmt: skip


def _tell(visit: Inspection, code: str, title: str, body: str) -> None:
    notice_queue(
        code, title=f"{title}（{visit.plan.number if visit.plan is not None else ''}）",
        body=f"{visit.subject.name}：{body}", at=clock.now(), obj=visit, subject=visit.subject,
    )  # fmt: skip
