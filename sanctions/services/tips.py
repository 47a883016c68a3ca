"""The office's side of a tip: taken in, looked into, concluded, told. Rewards are in `tip_rewards`."""

from datetime import date

from django.db import transaction

from registry import clock
from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account, Department, Record, Subject
from registry.rules.details import RecordInput
from registry.services import authz
from registry.services.notices import notice_queue
from registry.services.records import record_draft_create
from sanctions.models import Tip, TipMessage
from sanctions.rules import tips as rules
from sanctions.services.tip_receiving import awaits_answer
from sanctions.services.tip_steps import (
    limit_reckon,
    limit_run,
    limit_stop,
    step_begin,
    step_finish,
    text_require,
    tip_lock,
)


@transaction.atomic
def tip_accept(*, tip_id: int, handler: Account, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Take a tip in and give it to `handler` of whatever department looks into it. Raises TransitionRefused when another
    officer was first, NotAllowed, Conflict, InvalidInput for somebody who cannot handle tips."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "accept", actor=actor, on=on, version=version)
    _hand_to(tip, handler, on)
    tip.accepted_on = on
    limit_run(tip, rules.OUTCOME_LIMIT, on)
    step_finish(tip, begun, f"受理，由{tip.department}承办", payload={"handler": handler.pk})
    _tell_handler(tip, actor)
    return tip


@transaction.atomic
def tip_decline(*, tip_id: int, reason: str, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Not take a tip in, with the reason, which the reporter reads."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "decline", actor=actor, on=on, version=version)
    tip.answer = text_require(tip, reason, field="reason", label="不予受理的理由", most=500, actor=actor)
    tip.concluded_on = tip.told_on = on
    tip.concluded_by = actor
    limit_stop(tip)
    step_finish(tip, begun, "不予受理")
    return tip


@transaction.atomic
def tip_assign(
    *, tip_id: int, handler: Account, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Tip:
    """Give a tip to another handler, with its department; the limit runs on."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "assign", actor=actor, on=on, version=version)
    why = text_require(tip, reason, field="reason", label="改派的理由", most=300, actor=actor)
    _hand_to(tip, handler, on)
    step_finish(tip, begun, f"改派，由{tip.department}承办：{why}", payload={"handler": handler.pk})
    _tell_handler(tip, actor)
    return tip


@transaction.atomic
def tip_match(*, tip_id: int, subject: Subject, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Say which subject the tip is about; neither the reporter nor the subject is ever told."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "match", actor=actor, on=on, version=version)
    if subject.merged_into_id is not None:
        raise InvalidInput("subject-merged", "该主体已合并到另一主体，请选择保留的那一个。", field="subject")
    tip.subject = subject
    step_finish(tip, begun, "已匹配主体")
    return tip


@transaction.atomic
def tip_ask(*, tip_id: int, question: str, actor: Account, on: date, version: int | None = None) -> Tip:
    """Ask the reporter something, to be read and answered on the progress page. The limit runs on."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "ask", actor=actor, on=on, version=version)
    if awaits_answer(tip):
        raise TransitionRefused("question-open", "上一个问题举报人还没有回答，请等待回答后再追问。")
    text = text_require(tip, question, field="question", label="问题", most=1000, actor=actor)
    TipMessage.objects.create(tip=tip, account=actor, on=on, text=text)
    step_finish(tip, begun, "向举报人追问")
    return tip


@transaction.atomic
def tip_investigate(*, tip_id: int, findings: str, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Write down what was found; an approver concludes from it."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "investigate", actor=actor, on=on, version=version)
    tip.findings = text_require(tip, findings, field="findings", label="核查情况", most=5000, actor=actor)
    tip.investigated_on = on
    step_finish(tip, begun, "核查完毕，待作结论")
    return tip


@transaction.atomic
def tip_return(*, tip_id: int, reason: str, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Send a tip back to be looked into further; the limit runs on."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "return", actor=actor, on=on, version=version)
    why = text_require(tip, reason, field="reason", label="退回的理由", most=300, actor=actor)
    tip.investigated_on = None
    step_finish(tip, begun, f"退回继续核查：{why}")
    return tip


@transaction.atomic
def tip_conclude(
    *, tip_id: int, outcome: str, answer: str, handed_to: str = "", actor: Account | None, on: date,
    version: int | None = None,
) -> Tip:  # fmt: skip
    """Conclude: verified, not verified or handed over. `answer` is the sentence that the reporter will read.

    A verified tip must be matched to its subject, since a record follows. Raises TransitionRefused, NotAllowed (also for
    the handler), Conflict, RuleRefused, InvalidInput.
    """
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "conclude", actor=actor, on=on, version=version)
    if outcome not in rules.OUTCOME_LABELS:
        raise InvalidInput("outcome-unknown", "请选择一种结论。", field="outcome")
    if outcome == rules.VERIFIED and tip.subject is None:
        raise RuleRefused(
            "subject-missing",
            "查证属实的举报须先由经办人匹配主体，才能登记信用记录。请退回经办人办理。",
            field="outcome",
        )
    if outcome == rules.HANDED_OVER:
        tip.handed_to = text_require(tip, handed_to, field="handed_to", label="移送机关", most=200, actor=actor)
    tip.answer = text_require(tip, answer, field="answer", label="给举报人的答复", most=500, actor=actor)
    tip.outcome, tip.concluded_on, tip.concluded_by = outcome, on, actor
    limit_run(tip, rules.TELL_LIMIT, on)
    step_finish(tip, begun, f"结论：{rules.OUTCOME_LABELS[outcome]}", payload={"outcome": outcome})
    return tip


@transaction.atomic
def tip_draft_record(
    *, tip_id: int, title: str, facts: str, occurred_on: date | None, actor: Account | None, on: date,
    version: int | None = None,
) -> Record:  # fmt: skip
    """Draft the record of a verified tip, through the records' own service, and link it to the tip. The record does not
    say where it came from. Raises InvalidInput with the field at fault, Conflict, NotAllowed, TransitionRefused."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "draft-record", actor=actor, on=on, version=version)
    if tip.record_id is not None:
        raise TransitionRefused("record-drafted", "该举报已经起草了信用记录，请在记录页继续办理。")
    assert tip.subject is not None  # noqa: S101  (tip_conclude)
    assert tip.department is not None  # noqa: S101  (accepted_tip_has_its_handler)
    content = RecordInput(
        kind=Record.Kind.MISCONDUCT,
        title=text_require(tip, title, field="title", label="事由", most=200, actor=actor),
        facts=text_require(tip, facts, field="facts", label="事实", most=5000, actor=actor),
        occurred_on=occurred_on,
    )
    record = record_draft_create(
        subject_id=tip.subject.pk, department_id=tip.department.pk, content=content, actor=actor, on=on
    )
    tip.record = record
    step_finish(tip, begun, "已起草信用记录", payload={"record": record.pk})
    return record


@transaction.atomic
def tip_tell(*, tip_id: int, actor: Account | None, on: date, version: int | None = None) -> Tip:
    """Tell the reporter: the answer shows on the progress page from now on."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "tell", actor=actor, on=on, version=version)
    tip.told_on = on
    if tip.reward == rules.GRANTED and tip.reward_decided_on is not None:
        limit_run(tip, rules.REWARD_LIMIT, tip.reward_decided_on)
    else:
        limit_stop(tip)
    step_finish(tip, begun, "结果已反馈举报人")
    return tip


@transaction.atomic
def tips_reckon(*, actor: Account | None) -> int:
    """Reckon every running limit by the calendar as it is now; return how many moved or changed their mark."""
    moved = 0
    for tip in Tip.objects.select_for_update().filter(due_from__isnull=False).order_by("pk"):
        if limit_reckon(tip):
            tip.save_by(actor, reason="tip.reckon")
            moved += 1
    return moved


def _hand_to(tip: Tip, handler: Account, on: date) -> None:
    department: Department | None = handler.department
    if department is None or not authz.may(handler, "tip.handle", on):
        raise InvalidInput(
            "handler-unfit", f"{handler}不是有部门的经办人员，不能承办举报。请另选一人。", field="handler"
        )
    tip.handler, tip.department = handler, department


def _tell_handler(tip: Tip, actor: Account | None) -> None:
    """Tell the handler, unless the handler did it. The message does not say what the tip is about."""
    if tip.handler is None or (actor is not None and actor.pk == tip.handler.pk):
        return
    notice_queue(
        "tip.assigned", title=f"举报交办：{tip.number}", body="有一件举报由您承办，请在“举报”中查看并在期限内核查。",
        at=clock.now(), obj=tip, account=tip.handler,
    )  # fmt: skip
