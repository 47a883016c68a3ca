"""The subject's statement or waiver, and what the office makes of it."""

from datetime import date

from django.core.files.base import File
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput
from registry.models import Account
from registry.services.deadlines import deadline_meet
from registry.services.evidence import attachment_store
from sanctions.models import Case, Defence
from sanctions.rules.conditions import day_text
from sanctions.selectors.cases import defence_of
from sanctions.services.case_documents import case_document, internal_body
from sanctions.services.case_endings import case_end
from sanctions.services.case_steps import Begun, deadlines_from, step_begin, step_finish

DEFENCE_DEADLINE = "defence"


@transaction.atomic
def defence_receive(
    *, case_id: int, statement: str, received_on: date, actor: Account | None, on: date,
    upload: File | None = None, version: int | None = None,
) -> Defence:  # fmt: skip
    """Keep the subject's statement; the case waits for its examination. A late one is heard while it is undecided.

    It replaces an earlier waiver. Raises TransitionRefused, NotAllowed, Conflict (one is there, stale form),
    RuleRefused (nothing served yet), InvalidInput.
    """
    begun = step_begin(case_id, "defend", actor=actor, on=on, version=version)
    if not statement.strip():
        raise InvalidInput(
            "statement-missing", "请填写陈述申辩意见的内容；书面意见可以摘要填写并上传原件。", field="statement"
        )
    defence = _defence_to_fill(begun.case)
    defence.statement, defence.is_waived = statement.strip(), False
    _defence_save(begun, defence, received_on, upload)
    step_finish(
        begun, f"收到{begun.case.subject.name}的陈述申辩意见（{day_text(received_on)}）",
        payload={"received_on": received_on, "is_late": _is_late(begun.case, received_on)},
    )  # fmt: skip
    return defence


@transaction.atomic
def defence_waive(
    *, case_id: int, received_on: date, actor: Account | None, on: date, upload: File | None = None,
    version: int | None = None,
) -> Defence:  # fmt: skip
    """Keep the subject's express waiver: the procedure need not wait for the end of the period."""
    begun = step_begin(case_id, "waive", actor=actor, on=on, version=version)
    if defence_of(begun.case) is not None:
        raise _doubled()
    defence = Defence(case=begun.case, is_waived=True)
    _defence_save(begun, defence, received_on, upload)
    step_finish(
        begun, f"{begun.case.subject.name}明确放弃陈述申辩（{day_text(received_on)}）",
        payload={"received_on": received_on},
    )  # fmt: skip
    deadlines_from(begun.case, "heard_on", received_on, actor=actor)
    return defence


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
    return case.defence_until is not None and received_on > case.defence_until


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
    sections = [("陈述申辩意见", defence.statement), ("审查结论", f"{conclusion}理由：{reason}")]
    document = case_document(case, "defence", internal_body(case, sections), actor=actor, on=on)
    payload = {"reason": reason, "document": document.number}
    text = f"经审查，陈述申辩意见{'成立' if is_upheld else '不成立'}：{reason}"
    if is_upheld:
        return case_end(begun, text, f"陈述申辩意见成立：{reason}", payload=payload)
    step_finish(begun, text, payload=payload)
    deadlines_from(case, "heard_on", on, actor=actor)
    return case
