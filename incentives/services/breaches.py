"""Breaches: told with the facts, heard, dropped or found. A breach found becomes a record; it lists nobody by itself."""

from datetime import date, timedelta

from django.db import transaction

from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.rules.commitment_county import county_commitments
from incentives.rules.texts import BREACH_AFTER
from incentives.selectors.commitments import commitment_row
from incentives.selectors.offers import rule_of
from incentives.services.papers import breach_paper, notice_paper
from incentives.services.steps import Begun, commitment_lock, step_begin, step_finish, tell_department, tell_subject
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused
from registry.models import Account, Record, RecordEvidence
from registry.rules.details import RecordInput
from registry.rules.policy.wording import clause_text
from registry.selectors.calendar import calendar_current
from registry.selectors.classification import valid_items
from registry.selectors.policies import pack_of
from registry.services.classifying import ItemCode, record_classify
from registry.services.events import event_record
from registry.services.records import record_enter


@transaction.atomic
def breach_notice(
    *, commitment_id: int, reason: str, until: date, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Tell the subject that a breach may be found, with the facts, and until when it may make a statement.

    `until`: the last day for the statement, set by the officer, not before the working days that the county gives at
    the least (no document gives any). Raises InvalidInput for an earlier day.
    """
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "notice", actor=actor, on=on, version=version, reason=reason)
    least = county_commitments().breach_statement.working_days
    earliest = calendar_current().add(on, least).on
    if until < earliest:
        raise InvalidInput(
            "no-time-for-statement",
            f"陈述期限{until}太短：自告知次日起至少留出{least}个工作日，最早填{earliest}。",
            field="until",
        )
    reason = reason.strip()[:1000]
    commitment.noticed_on, commitment.noticed_by, commitment.notice_reason = on, actor, reason
    commitment.statement_until = until
    commitment.statement, commitment.stated_on, commitment.waived_on = "", None, None
    commitment.notice_document = notice_paper(
        commitment, reason=reason, basis=_basis(commitment), until=until, actor=actor, on=on
    )
    step_finish(
        commitment, begun, f"告知拟认定违诺（{commitment.number}）：{reason}",
        payload={"document": commitment.notice_document.number, "until": until},
    )  # fmt: skip
    tell_subject(
        commitment, "commitment.notice", f"拟认定违诺告知书（{commitment.notice_document.number}）",
        f"拟认定您（单位）违背《{commitment.label}》（{commitment.number}）。事实：{reason}。依据：{_basis(commitment)}。可以在{until}（含）之前在“信用承诺”中"
        "陈述，或者明确放弃。陈述不收取任何费用。",
    )  # fmt: skip
    return commitment


@transaction.atomic
def breach_state(
    *, commitment_id: int, statement: str, is_waived: bool, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Take the subject's statement from its own account, or its express waiver. In time through the last day only."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "state", actor=actor, on=on, version=version)
    return _heard(commitment, begun, statement, is_waived, on)


@transaction.atomic
def breach_hear(
    *, commitment_id: int, statement: str, is_waived: bool, received_on: date, actor: Account | None, on: date,
    version: int | None = None,
) -> Commitment:  # fmt: skip
    """Record a statement or waiver that came on paper on `received_on`."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "hear", actor=actor, on=on, version=version)
    if commitment.noticed_on is None or not commitment.noticed_on <= received_on <= on:
        raise InvalidInput(
            "received-day-outside",
            f"收到日期{received_on}不可用：应在告知之日{commitment.noticed_on}至今日{on}之间。",
            field="received_on",
        )
    return _heard(commitment, begun, statement, is_waived, received_on)


@transaction.atomic
def breach_drop(
    *, commitment_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Take the notice back: a false alarm. The commitment goes on as before, and the subject is told why."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "drop", actor=actor, on=on, version=version, reason=reason)
    step_finish(commitment, begun, f"撤回违诺告知（{commitment.number}）：{reason.strip()[:400]}")
    tell_subject(
        commitment, "commitment.drop", f"违诺告知已撤回（{commitment.number}）",
        f"对《{commitment.label}》的违诺告知已撤回，不作违诺认定。理由：{reason.strip()[:1000]}",
    )  # fmt: skip
    return commitment


@transaction.atomic
def breach_find(
    *, commitment_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Find the breach and record it, dated today, with the paper's number, under the pack's clause.

    By another officer than the one who told the subject, after its time for a statement. Candidates follow from the
    record by the ordinary evaluation; nobody is listed here. Raises TransitionRefused, NotAllowed, RuleRefused.
    """
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "break", actor=actor, on=on, version=version, reason=reason)
    if actor is not None and actor.pk == commitment.noticed_by_id:
        raise NotAllowed("same-as-noticer", "告知拟认定违诺的人员不能作出认定，请由另一名审批人员办理。")
    refused = lifecycle.breach_refusal(
        statement_until=commitment.statement_until, waived_on=commitment.waived_on, on=on
    )
    if refused:
        raise RuleRefused("statement-time-runs", refused, field="reason")
    reason = reason.strip()[:1000]
    basis = _basis(commitment)
    document = breach_paper(commitment, reason=reason, basis=basis, actor=actor, on=on)
    content = RecordInput(
        kind=Record.Kind.COMMITMENT_BROKEN, title=f"违背《{commitment.label}》（{commitment.number}）"[:200],
        number=document.number, facts=f"{reason}\n依据：{basis}", occurred_on=_broken_on(commitment, on), decided_on=on,
    )  # fmt: skip
    record = record_enter(
        subject=commitment.subject, department=commitment.department, content=content, rights=["commitment.breach"],
        actor=actor, on=on,
    )  # fmt: skip
    RecordEvidence(record=record, attachment=document.attachment, label=document.title).save_by(
        actor, reason="commitment.break"
    )
    _classify(commitment, record, on)
    commitment.breach_document, commitment.breach_record, commitment.outcome_reason = document, record, reason
    step_finish(
        commitment, begun, f"认定违诺（{commitment.number}）：{reason}",
        payload={"record": record.pk, "document": document.number, "clause": commitment.clause},
    )  # fmt: skip
    tell_subject(
        commitment, "commitment.break", f"违诺认定书（{document.number}）",
        f"已认定您（单位）违背《{commitment.label}》（{commitment.number}），记入信用记录。理由：{reason}。"
        f"依据：{basis}。不服的，可以自收到之日起60日内依法申请行政复议，或者在6个月内依法提起行政诉讼。{BREACH_AFTER}",
    )  # fmt: skip
    return commitment


def breach_follow(*, record: Record, actor: Account | None, on: date) -> None:
    """Keep a commitment in step with the record of its breach: when that is voided the commitment runs again; when it
    was corrected, the right record takes its place. Call inside the transaction that changed the record."""
    commitment = Commitment.objects.select_for_update().filter(breach_record=record).first()
    if commitment is None or record.state != Record.State.VOIDED:
        return
    right = record.corrections.exclude(state=Record.State.VOIDED).first()
    commitment.breach_record = right
    text = f"违诺记录已更正为{right}"
    if right is None and _has_successor(commitment):
        commitment.state, commitment.outcome_reason = Commitment.State.ENDED, "违诺记录已作废，同一事项已另签承诺"
        text = commitment.outcome_reason
    elif right is None:
        commitment.state, commitment.closed_on = Commitment.State.SIGNED, None
        text = f"违诺记录已作废，承诺{commitment.number}恢复为履行中"
    commitment.save_by(actor, reason="commitment.follow")
    event_record(
        "commitment.followed", text, obj=commitment, subject=commitment.subject, actor=actor, on=on,
        payload={"record": record.pk, "state": commitment.state},
    )  # fmt: skip


def _basis(commitment: Commitment) -> str:
    return f"《{commitment.policy.title}》{clause_text(pack_of(commitment.policy), commitment.clause)}"


def _has_successor(commitment: Commitment) -> bool:
    return (
        not commitment.is_promise
        and Commitment.objects.filter(
            subject=commitment.subject_id, pack_id=commitment.pack_id, kind=commitment.kind, matter=commitment.matter,
            state=Commitment.State.SIGNED,
        ).exists()
    )  # fmt: skip


def _heard(commitment: Commitment, begun: Begun, statement: str, is_waived: bool, received_on: date) -> Commitment:
    until = commitment.statement_until
    if until is not None and received_on > until:
        raise RuleRefused(
            "statement-too-late",
            f"陈述期限已于{until}届满，收到的日期是{received_on}。仍可以联系{commitment.department.name}说明情况；"
            "认定后可以依法提出异议、申请行政复议或者提起行政诉讼。",
            field="statement",
        )
    if is_waived == bool(statement.strip()):
        raise InvalidInput("statement-or-waiver", "请填写陈述内容，或者勾选放弃陈述，只选其一。", field="statement")
    if is_waived:
        commitment.waived_on = received_on
    else:
        earlier = f"{commitment.statement}\n" if commitment.statement else ""
        commitment.statement = f"{earlier}（{received_on}）{statement.strip()}"[:5000]
        commitment.stated_on, commitment.waived_on = received_on, None
    done = "放弃陈述" if is_waived else "陈述"
    step_finish(commitment, begun, f"承诺人{done}（{commitment.number}）", payload={"received_on": received_on})
    tell_department(
        commitment, "commitment.state", f"承诺人已{done}（{commitment.number}）",
        f"{commitment.subject.name}已{done}，请审查后办理。",
    )  # fmt: skip
    return commitment


def _broken_on(commitment: Commitment, on: date) -> date:
    """The day after the earliest obligation that was missed; the day of the notice where the breach is another."""
    missed = [
        row.obligation.due_on for row in commitment_row(commitment, on).obligations if row.state in lifecycle.UNMET
    ]
    return min(missed) + timedelta(days=1) if missed else commitment.noticed_on or on


def _classify(commitment: Commitment, record: Record, on: date) -> None:
    """Put the record under the pack's item for it, where the office still runs the pack; else an officer does it."""
    item = rule_of(commitment.policy, commitment.kind).breach_item
    if item and item in valid_items(record.kind, on).get(commitment.pack_id, {}):
        code = ItemCode(commitment.pack_id, item)
        record_classify(record_id=record.pk, items=[code], version=None, actor=None, on=on)
