"""The steps of a listing case from evidence to publication, in the order of its pack's procedure.

Each: lock → state → right → version → conditions → change → event → deadline → notice → document. Opening stands in
`case_opening`, endings without listing in `case_endings`, the subject's defence in `defences`.
"""

from datetime import date

from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Account, Notice
from registry.rules.policy.procedure import Deadline as DeadlineRule
from registry.selectors.policies import pack_of
from registry.services.deadlines import deadline_meet, deadline_set
from registry.services.notices import notice_queue, notice_serve
from sanctions.models import Case
from sanctions.rules.conditions import day_text
from sanctions.rules.wording import due_sentences
from sanctions.selectors.cases import CASE_KIND, case_actors, evaluation_of
from sanctions.selectors.history import grounds_of
from sanctions.selectors.plain import case_plain
from sanctions.services.case_documents import (
    case_document,
    decision_body,
    internal_body,
    notice_body,
    repair_notice_body,
)
from sanctions.services.case_endings import case_drop
from sanctions.services.case_opening import case_open, handler_require
from sanctions.services.case_steps import Begun, basis_of, deadlines_from, step_begin, step_finish
from sanctions.services.decision_keeping import decision_keep
from sanctions.services.defences import DEFENCE_DEADLINE
from sanctions.services.entries import entry_open

NOTICE_KIND = "case.notice"


@transaction.atomic
def case_take(*, case_id: int, actor: Account, on: date, version: int | None = None) -> Case:
    """Take an unassigned case as its handler. Raises Conflict when somebody has it."""
    begun = step_begin(case_id, "take", actor=actor, on=on, version=version)
    if begun.case.handler is not None:
        raise Conflict(
            "handled-already",
            f"本案已由{begun.case.handler}经办。如需变更，请由负责人重新指派。",
            handler=begun.case.handler_id,
        )
    return _hand_over(begun, actor)


@transaction.atomic
def case_assign(*, case_id: int, handler: Account, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Give a case to a handler, or from one to another."""
    begun = step_begin(case_id, "assign", actor=actor, on=on, version=version)
    handler_require(handler, on)
    return _hand_over(begun, handler)


def _hand_over(begun: Begun, handler: Account) -> Case:
    case = begun.case
    if handler.pk == case.reviewer_id or handler.pk in case_actors(case)[1]:
        raise NotAllowed("same-as-reviewer", f"{handler}已审核本案，审核人不能再作经办人。请另选经办人员。")
    case.handler = handler
    return step_finish(begun, f"由{handler}经办", payload={"handler": handler.pk})


@transaction.atomic
def case_evidence_complete(*, case_id: int, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Declare the evidence complete; refused without any file in the case or behind its records."""
    begun = step_begin(case_id, "evidence", actor=actor, on=on, version=version)
    begun.case.evidence_on = on
    case = step_finish(begun, "证据齐备，提交初审")
    deadlines_from(case, "evidence_on", on, actor=actor)
    return case


@transaction.atomic
def case_review(
    *, case_id: int, opinion: str = "", actor: Account | None, on: date, version: int | None = None
) -> Case:
    """Agree with the handler's evidence, as another person than the handler."""
    begun = step_begin(case_id, "review", actor=actor, on=on, version=version)
    case = begun.case
    case.reviewer, case.reviewed_on = actor, on
    said = opinion.strip() or "事实清楚，证据充分，同意进入告知程序。"
    document = case_document(case, "review", internal_body(case, [("初审意见", said)]), actor=actor, on=on)
    step_finish(begun, f"初审通过：{said}", payload={"opinion": said, "document": document.number})
    for event in ("reviewed_on", "found_on"):
        deadlines_from(case, event, on, actor=actor)
    return case


@transaction.atomic
def case_return(*, case_id: int, reason: str, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Send a case back to its handler, with what is to be added."""
    begun = step_begin(case_id, "return", actor=actor, on=on, version=version, reason=reason)
    begun.case.evidence_on = None
    case = step_finish(begun, f"退回补充：{reason.strip()}", payload={"reason": reason.strip()})
    deadline_meet(case, "review", actor=actor, on=on)
    deadlines_from(case, "opened_on", on, actor=actor)
    if case.handler is not None:
        notice_queue(
            "case.returned", title=f"案件{case.number}退回补充", body=reason.strip(), at=clock.now(), obj=case,
            account=case.handler,
        )  # fmt: skip
    return case


@transaction.atomic
def case_notice(*, case_id: int, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Make the written notice with facts, reasons, basis and the right to be heard, and send it to the subject.

    The defence period runs from service, see `case_serve`.
    """
    begun = step_begin(case_id, "notice", actor=actor, on=on, version=version)
    case = begun.case
    defence = f"请自收到本告知书之日的次日起{_defence_rule(case).amount_label}内提出"
    case.noticed_on = on
    document = case_document(case, "notice", notice_body(case, defence, on), actor=actor, on=on)
    step_finish(begun, f"作出告知书{document.number}", payload={"document": document.number})
    notice_queue(
        NOTICE_KIND,
        title=f"{document.title}（{document.number}）",
        body=f"{case.subject.name}：{''.join(case_plain(case, on))}本机关拟将你（单位）列入{case.list_label}。你（单位）有权陈述、申辩，{defence}。",
        at=clock.now(),
        obj=case,
        subject=case.subject,
        channel=Notice.Channel.PAPER,
    )
    return case


def _defence_rule(case: Case) -> DeadlineRule:
    rule = next(iter(pack_of(case.policy).deadline_rules(DEFENCE_DEADLINE)), None)
    if rule is None:
        raise RuleRefused(
            "defence-period-missing",
            f"《{case.policy.title}》的政策包没有写明陈述申辩期限，不能作出告知书。"
            "请在政策包的 deadlines 中补上 defence 一项（来源未写明的，标为假定并写明理由），重新载入并启用后再办理。",
        )
    return rule


@transaction.atomic
def case_serve(
    *, case_id: int, served_on: date, receipt: str, actor: Account | None, on: date, version: int | None = None
) -> Case:
    """Record that the notice reached the subject (送达回证); the defence period of the pack runs from that day."""
    begun = step_begin(case_id, "serve", actor=actor, on=on, version=version)
    case = begun.case
    if case.served_on is not None:
        raise TransitionRefused(
            "served-already", f"本案告知书已于{day_text(case.served_on)}送达，不能重复登记。", served_on=case.served_on
        )
    if case.noticed_on is None or not case.noticed_on <= served_on <= on:
        raise InvalidInput(
            "served-day-outside",
            f"送达日期{served_on}不可用：应在告知书作出之日{case.noticed_on}至今日{on}之间。",
            field="served_on",
        )
    if not receipt.strip():
        raise InvalidInput("receipt-missing", "请写明送达方式和回证，例如“直接送达，法定代表人签收”。", field="receipt")
    rule = _defence_rule(case)
    deadline = deadline_set(
        DEFENCE_DEADLINE, rule.label, obj=case, subject=case.subject, department=case.department,
        starts_on=served_on, basis=basis_of(rule, case, served_on), actor=actor, role="subject",
    )  # fmt: skip
    case.served_on, case.defence_until = served_on, deadline.due_on
    step_finish(
        begun, f"告知书于{day_text(served_on)}送达，陈述申辩期限到{day_text(deadline.due_on)}",
        payload={"served_on": served_on, "receipt": receipt.strip(), "defence_until": deadline.due_on},
    )  # fmt: skip
    deadlines_from(case, "heard_on", deadline.due_on, actor=actor)
    _notice_served(case, served_on, receipt.strip(), actor, on)
    return case


def _notice_served(case: Case, served_on: date, receipt: str, actor: Account | None, on: date) -> None:
    notice = Notice.objects.filter(kind=NOTICE_KIND, object_kind=CASE_KIND, object_id=case.pk).first()
    if notice is not None and notice.state != Notice.State.SERVED:
        notice_serve(notice_id=notice.pk, receipt=receipt, served_on=served_on, actor=actor, on=on)


@transaction.atomic
def case_deliberate(*, case_id: int, minutes: str, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Record the collective deliberation; after notice only when the subject has been heard or its time is over."""
    begun = step_begin(case_id, "deliberate", actor=actor, on=on, version=version)
    case = begun.case
    if not minutes.strip():
        raise InvalidInput("minutes-missing", "请填写审议记录：参加人员、主要意见和结论。", field="minutes")
    case.deliberated_on, case.minutes = on, minutes.strip()
    document = case_document(case, "deliberate", internal_body(case, [("审议记录", case.minutes)]), actor=actor, on=on)
    deadline_meet(case, DEFENCE_DEADLINE, actor=actor, on=on)
    step_finish(begun, "已集体审议", payload={"document": document.number})
    deadlines_from(case, "deliberated_on", on, actor=actor)
    return case


@transaction.atomic
def case_submit(*, case_id: int, to: str = "", actor: Account | None, on: date, version: int | None = None) -> Case:
    """Submit the case to the level above, where the pack has this step."""
    begun = step_begin(case_id, "submit", actor=actor, on=on, version=version)
    case = begun.case
    case.submitted_on = on
    said = f"报送{to.strip() or '上级机关'}审核。"
    document = case_document(case, "submit", internal_body(case, [("报送", said)]), actor=actor, on=on)
    return step_finish(begun, said, payload={"document": document.number})


@transaction.atomic
def case_confirm_upper(
    *, case_id: int, number: str, confirmed_on: date, actor: Account | None, on: date, version: int | None = None
) -> Case:
    """Record the confirmation of the level above with its document number and day."""
    begun = step_begin(case_id, "confirm", actor=actor, on=on, version=version)
    case = begun.case
    if not number.strip():
        raise InvalidInput("number-missing", "请填写上级机关确认文书的文号。", field="number")
    if case.submitted_on is not None and not case.submitted_on <= confirmed_on <= on:
        raise InvalidInput(
            "confirmed-day-outside",
            f"确认日期{confirmed_on}不可用：应在上报之日{case.submitted_on}至今日{on}之间。",
            field="confirmed_on",
        )
    case.confirmed_on, case.confirmation_number = confirmed_on, number.strip()
    step_finish(
        begun, f"上级机关以{number.strip()}确认", payload={"number": number.strip(), "confirmed_on": confirmed_on}
    )
    deadlines_from(case, "recognised_on", confirmed_on, actor=actor)
    return case


@transaction.atomic
def case_decide(
    *, case_id: int, opinion: str = "", actor: Account | None, on: date, version: int | None = None
) -> Case:
    """Decide that the subject belongs on the list; a third person beside handler and reviewer.

    Refused, naming what is missing: notice not served, defence period running, statement not examined, policy not in
    use or no longer able to carry a public list, grounds gone meanwhile, the organisation's own case undecided.
    """
    begun = step_begin(case_id, "decide", actor=actor, on=on, version=version)
    case = begun.case
    left_out = _drop_lost_grounds(case, on)
    basis = decision_keep(case=case, evaluation=evaluation_of(case, on), at=clock.now())
    document = case_document(case, "decide", decision_body(case, opinion.strip(), on), actor=actor, on=on)
    case.approver, case.decided_on, case.decision_number = actor, on, document.number
    together = case_document(case, "repair-notice", repair_notice_body(case), actor=actor, on=on)
    deadline_meet(case, DEFENCE_DEADLINE, actor=actor, on=on)
    step_finish(
        begun, f"认定列入{case.list_label}，决定书{document.number}",
        payload={"document": document.number, "repair_notice": together.number, "opinion": opinion.strip(),
                 "policy": case.pack_id,
                 "policy_hash": case.policy.content_hash, "left_out": left_out, "basis": basis.digest,
                 "records": list(case.grounds.order_by("record_id").values_list("record_id", flat=True))},
    )  # fmt: skip
    deadlines_from(case, "decided_on", on, actor=actor)
    notice_queue(
        "case.decided",
        title=f"{document.title}（{document.number}）",
        body=f"{case.subject.name}：本机关决定将你（单位）列入{case.list_label}。决定书{document.number}和{together.title}{together.number}将一并依法送达。",
        at=clock.now(),
        obj=case,
        subject=case.subject,
        channel=Notice.Channel.PAPER,
    )
    return case


def _drop_lost_grounds(case: Case, on: date) -> list[int]:
    """Take out of the case the records that no longer support it, though it still stands on the others."""
    evaluation = evaluation_of(case, on)
    lost = [ground for ground in case.grounds.all() if ground.record_id not in grounds_of(evaluation, case.list_code)]
    if lost:
        case.grounds.filter(pk__in=[ground.pk for ground in lost]).delete()
        because = case.sentences[:1] if case.parent is not None else []
        case.sentences = [*because, *due_sentences(evaluation, case.list_code)]
    return sorted(ground.record_id for ground in lost)


@transaction.atomic
def case_publish(*, case_id: int, actor: Account | None, on: date, version: int | None = None) -> Case:
    """Publish the decision: the entry takes force. An internal one takes force without being public."""
    begun = step_begin(case_id, "publish", actor=actor, on=on, version=version)
    case = begun.case
    case.published_on = on
    internal = "按内部分级生效，不向社会公布"
    text = f"公布列入{case.list_label}的决定" if case.mode == "binding" else f"列入{case.list_label}{internal}"
    step_finish(begun, text, payload={"decision": case.decision_number, "mode": case.mode})
    entry_open(case=case, actor=actor, on=on)
    return case


__all__ = [
    "case_assign", "case_confirm_upper", "case_decide", "case_deliberate", "case_drop", "case_evidence_complete",
    "case_notice", "case_open", "case_publish", "case_return", "case_review", "case_serve", "case_submit", "case_take",
]  # fmt: skip
