"""The subject's statement or waiver, and what the office makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.files.base import File
from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account
from registry.services import authz
from registry.services.deadlines import deadline_meet
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from sanctions.models import Case, Defence, DefenceFile
from sanctions.rules import conditions
from sanctions.rules.conditions import day_text
from sanctions.selectors.cases import case_facts, defence_of, heard_until, procedure_of
from sanctions.services.case_documents import case_document, internal_body
from sanctions.services.case_endings import case_end
from sanctions.services.case_steps import Begun, case_lock, deadlines_from, step_begin, step_finish

DEFENCE_DEADLINE = "defence"


@dataclass(frozen=True)
class DefenceUpload:
    """A file behind a statement, with a word on what it shows."""

    file: File
    label: str


@transaction.atomic
def defence_receive(
    *, case_id: int, statement: str, received_on: date, actor: Account | None, on: date,
    upload: File | None = None, wants_hearing: bool = False, version: int | None = None,
) -> Defence:  # fmt: skip
    """Keep the subject's statement; the case waits for its examination. A late one is heard while it is undecided.

    It replaces an earlier waiver. Raises TransitionRefused, NotAllowed, Conflict (one is there, stale form),
    RuleRefused (nothing served yet), InvalidInput.
    """
    begun = step_begin(case_id, "defend", actor=actor, on=on, version=version)
    return _receive(begun, statement, received_on, upload, wants_hearing=wants_hearing)


@transaction.atomic
def own_defence_receive(
    *, case_id: int, statement: str, uploads: Sequence[DefenceUpload] = (), wants_hearing: bool = False,
    actor: Account, on: date, version: int | None = None,
) -> Defence:  # fmt: skip
    """Take in the statement that the subject itself hands in online, on the day it does, with its files.

    Raises as `defence_receive` does; NotAllowed for another subject's case.
    """
    begun = _own_begin(case_id, "defend", actor=actor, on=on, version=version)
    defence = _receive(begun, statement, on, None, is_online=True, wants_hearing=wants_hearing)
    for each in uploads:
        attachment = attachment_store(upload=each.file, actor=actor)
        DefenceFile(
            defence=defence, attachment=attachment, label=(each.label.strip() or attachment.name)[:100]
        ).save_by(actor, reason="case.defend")
    late = "（逾期提出）" if _is_late(begun.case, on) else ""
    hearing = "，并要求听证或者当面陈述" if wants_hearing else ""
    _tell_handler(begun, f"当事人网上提出陈述申辩{late}{hearing}，请提交审核人员审查。")
    return defence


def _receive(
    begun: Begun, statement: str, received_on: date, upload: File | None, *, is_online: bool = False,
    wants_hearing: bool = False,
) -> Defence:  # fmt: skip
    if not statement.strip():
        raise InvalidInput(
            "statement-missing", "请填写陈述申辩意见的内容；书面意见可以摘要填写并上传原件。", field="statement"
        )
    defence = _defence_to_fill(begun.case)
    defence.statement, defence.is_waived = statement.strip(), False
    defence.is_online, defence.wants_hearing = is_online, wants_hearing
    _defence_save(begun, defence, received_on, upload)
    step_finish(
        begun, f"收到{begun.case.subject.name}的陈述申辩意见（{day_text(received_on)}）",
        payload={"received_on": received_on, "is_late": _is_late(begun.case, received_on), "is_online": is_online,
                 "wants_hearing": wants_hearing},
    )  # fmt: skip
    return defence


@transaction.atomic
def defence_waive(
    *, case_id: int, received_on: date, actor: Account | None, on: date, upload: File | None = None,
    version: int | None = None,
) -> Defence:  # fmt: skip
    """Keep the subject's express waiver: the procedure need not wait for the end of the period."""
    return _waive(step_begin(case_id, "waive", actor=actor, on=on, version=version), received_on, upload)


@transaction.atomic
def own_defence_waive(
    *, case_id: int, is_confirmed: bool, actor: Account, on: date, version: int | None = None
) -> Defence:
    """Keep the waiver that the subject itself declares online. Raises as `defence_waive` does; NotAllowed for another
    subject's case, InvalidInput when it is not expressly confirmed."""
    begun = _own_begin(case_id, "waive", actor=actor, on=on, version=version)
    if not is_confirmed:
        raise InvalidInput(
            "waiver-not-ticked", "请勾选确认，明确表示放弃；不放弃的，请返回提交意见。", field="is_confirmed"
        )
    defence = _waive(begun, on, None, is_online=True)
    _tell_handler(begun, "当事人在网上明确放弃陈述申辩。")
    return defence


def _waive(begun: Begun, received_on: date, upload: File | None, *, is_online: bool = False) -> Defence:
    if defence_of(begun.case) is not None:
        raise _doubled()
    defence = Defence(case=begun.case, is_waived=True, is_online=is_online)
    _defence_save(begun, defence, received_on, upload)
    step_finish(
        begun, f"{begun.case.subject.name}明确放弃陈述申辩（{day_text(received_on)}）",
        payload={"received_on": received_on, "is_online": is_online},
    )  # fmt: skip
    deadlines_from(begun.case, "heard_on", received_on, actor=begun.actor)
    return defence


def _own_begin(case_id: int, name: str, *, actor: Account, on: date, version: int | None) -> Begun:
    """Begin a step of the hearing as the subject itself: state, right, version, conditions; not an officer's rights."""
    case = case_lock(case_id)
    step = procedure_of(case).transition(name)
    if case.state not in step.sources:
        raise TransitionRefused(
            "step-not-allowed",
            f"案件{case.number}现在是“{case.get_state_display()}”，不能再在线办理这一步。"
            f"已经作出认定的，可以提出异议，也可以申请行政复议或者提起行政诉讼；其他情况请联系{case.department.name}。",
            state=case.state,
        )
    step = replace(step, target=case.state)
    authz.require(actor, "portal.file", on=on)
    if actor.subject_id != case.subject_id:
        raise NotAllowed("other-subject", "只能就本单位（本人）的案件提出意见。请核对登录的账号。")
    version_require(case, version)
    # Asked as of the system: who handles the case is no condition on the subject.
    missing = conditions.missing(name, case_facts(case, on, None), None)
    if missing:
        raise RuleRefused(missing[0].code, "".join(each.text for each in missing))
    return Begun(case, step, actor, on)


def _tell_handler(begun: Begun, body: str) -> None:
    case = begun.case
    if case.handler is not None:
        notice_queue(
            f"case.{begun.step.name}", title=f"{case.subject.name}：{begun.step.label}（{case.number}）", body=body,
            at=clock.now(), obj=case, account=case.handler,
        )  # fmt: skip


def _defence_to_fill(case: Case) -> Defence:
    known = defence_of(case)
    if known is not None and not known.is_waived:
        raise _doubled()
    return known or Defence(case=case)


def _doubled() -> Conflict:
    return Conflict(
        "defence-doubled", "本案的陈述申辩意见或者放弃声明已经登记，不能重复登记。如有补充材料，请上传到案件材料。"
    )


def _defence_save(begun: Begun, defence: Defence, received_on: date, upload: File | None) -> None:
    case = begun.case
    if case.served_on is not None and not case.served_on <= received_on <= begun.on:
        raise InvalidInput(
            "received-day-outside",
            f"收到日期{received_on}不可用：应在告知书送达之日{case.served_on}至今日{begun.on}之间。",
            field="received_on",
        )
    if upload is not None:
        defence.attachment = attachment_store(upload=upload, actor=begun.actor)
    defence.received_on = received_on
    defence.save_by(begun.actor, reason=f"case.{begun.step.name}")
    deadline_meet(case, DEFENCE_DEADLINE, actor=begun.actor, on=received_on)


def _is_late(case: Case, received_on: date) -> bool:
    until = heard_until(case)
    return until is not None and received_on > until


@transaction.atomic
def hearing_answer(
    *, case_id: int, is_held: bool, text: str, heard_on: date | None, actor: Account | None, on: date,
    version: int | None = None,
) -> Defence:  # fmt: skip
    """Answer the subject's wish to be heard in person: the record of the hearing held on `heard_on`, or why none is held.
    The subject is told. Until then the statement cannot be found groundless.

    Raises TransitionRefused, NotAllowed (the handler may not: 行政处罚法 art. 64), Conflict (nothing asked for, answered
    already), InvalidInput (no text; a day before the statement came or ahead).
    """
    begun = step_begin(case_id, "hear", actor=actor, on=on, version=version)
    case, defence, text = begun.case, defence_of(begun.case), text.strip()
    if defence is None or not defence.is_hearing_owed:
        raise Conflict("no-hearing-owed", "当事人没有要求听证或者当面陈述，或者已经答复，不必重复办理。")
    if not text:
        raise InvalidInput("hearing-text-missing", "请填写听取意见的笔录；不举行的，请写明理由。", field="text")
    if is_held and (heard_on is None or not defence.received_on <= heard_on <= on):
        raise InvalidInput(
            "heard-day-outside",
            f"听取意见的日期{heard_on or '（空）'}不可用：应在收到意见之日{defence.received_on}至今日{on}之间。",
            field="heard_on",
        )
    defence.heard_on, defence.hearing_answer = heard_on if is_held else None, text
    defence.save_by(actor, reason="case.hear")
    told = f"已于{day_text(heard_on)}当面听取意见" if is_held and heard_on else f"不举行听证（当面陈述）：{text}"
    notice_queue(
        "case.heard", title=f"关于当面陈述要求的答复（{case.number}）", body=f"{case.subject.name}：{told}。",
        at=clock.now(), obj=case, subject=case.subject,
    )  # fmt: skip
    step_finish(begun, f"答复当面陈述的要求：{told}", payload={"heard_on": defence.heard_on, "text": text})
    return defence


@transaction.atomic
def defence_decide(
    *, case_id: int, is_upheld: bool, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Case:
    """Decide on the statement. Upheld: the case ends without listing, with the persons carried along. Not upheld: the
    procedure goes on, with the reason kept for the decision.

    Raises TransitionRefused, NotAllowed (the handler may not), Conflict, RuleRefused (no statement, no reason).
    """
    name = "uphold-defence" if is_upheld else "reject-defence"
    begun = step_begin(case_id, name, actor=actor, on=on, version=version, reason=reason)
    case, reason = begun.case, reason.strip()
    defence = defence_of(case)
    if defence is None or defence.is_waived or defence.outcome != Defence.Outcome.PENDING:
        raise Conflict("no-pending-defence", "本案没有待审查的陈述申辩意见，不能作出审查结论。请先登记收到的意见。")
    defence.outcome = Defence.Outcome.UPHELD if is_upheld else Defence.Outcome.REJECTED
    defence.outcome_on, defence.outcome_reason, defence.outcome_by = on, reason, actor
    defence.save_by(actor, reason=f"case.{name}")
    conclusion = "陈述申辩意见成立，终止案件，不予列入。" if is_upheld else "陈述申辩意见不成立，继续办理。"
    heard = [("听证（当面陈述）", defence.hearing_answer)] if defence.hearing_answer else []
    sections = [("陈述申辩意见", defence.statement), *heard, ("审查结论", f"{conclusion}理由：{reason}")]
    document = case_document(case, "defence", internal_body(case, sections), actor=actor, on=on)
    payload = {"reason": reason, "document": document.number}
    text = f"经审查，陈述申辩意见{'成立' if is_upheld else '不成立'}：{reason}"
    if is_upheld:
        return case_end(begun, text, f"陈述申辩意见成立：{reason}", payload=payload)
    step_finish(begun, text, payload=payload)
    deadlines_from(case, "heard_on", on, actor=actor)
    return case
