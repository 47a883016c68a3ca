"""Decisions on objections: upheld and carried out in one transaction, refused with reasons and remedies, not accepted."""

from datetime import date

from django.db import transaction

from registry.models import Account
from registry.rules.details import RecordInput
from registry.services.deadlines import deadline_meet
from repair import signals
from repair.models import Objection
from repair.rules import lifecycle
from repair.rules.wording import objection_remedies
from repair.selectors.governing import cited_basis, joint_conference
from repair.services.documents import outcome_template, request_document
from repair.services.objections import ACCEPT_LIMIT, DEADLINE
from repair.services.putting_right import Wrong, put_right, remedy_require
from repair.services.requests import (
    Begun,
    request_lock,
    step_begin,
    step_finish,
    supplement_over_require,
    tell_department,
    tell_subject,
)
from repair.services.standstill import standstill_end


@transaction.atomic
def objection_uphold(
    *, objection_id: int, remedy: str, reason: str, actor: Account | None, on: date,
    content: RecordInput | None = None, version: int | None = None,
) -> Objection:  # fmt: skip
    """Uphold an objection and put right what was wrong, at once: void or correct the record, or revoke the entry.

    `content`: the right record, for `correct`. Entries that do not stand on what is left end as if they had never
    been; publication, measures and the departments follow by their own services. Raises TransitionRefused, NotAllowed,
    Conflict, RuleRefused, InvalidInput (a remedy that does not fit).
    """
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, "grant", actor=actor, on=on, version=version, reason=reason)
    wrong = Wrong(objection.record, objection.entry, remedy, content)
    remedy_require(wrong, objection.about)
    objection.remedy = remedy
    _outcome_note(objection, begun, reason)
    note = f"{objection.get_level_display()}{objection.number}成立：{objection.outcome_reason}"
    done = put_right(wrong, note=note, actor=actor, on=on)
    objection.replaced_by = done.replaced_by
    text = f"{objection.get_level_display()}{objection.number}成立，{objection.get_remedy_display()}：{objection.outcome_reason}"
    step_finish(
        objection, begun, text, code="objection", payload={"remedy": remedy, "reason": objection.outcome_reason}
    )
    standstill_end(objection, note=note[:300], actor=actor, on=on)
    request_document(objection, outcome_template(objection, "grant"), _upheld_sentences(objection), actor=actor, on=on)
    tell_subject(
        objection, "objection.granted", f"{objection.get_level_display()}处理结果（{objection.number}）",
        f"您（单位）对{objection.about}提出的{objection.get_level_display()}成立，已{objection.get_remedy_display()}。"
        f"理由：{objection.outcome_reason}。有关公示已经撤下或者更正，有关部门同时收到通知。因错误列入受到损害的，可以依法要求恢复名誉和赔偿。",
    )  # fmt: skip
    if objection.level == Objection.Level.COMPLAINT and objection.first is not None:
        tell_department(
            objection, "objection.granted", f"投诉成立：{objection.subject.name}（{objection.number}）",
            f"对异议{objection.first.number}的投诉成立，已{objection.get_remedy_display()}。理由：{objection.outcome_reason}",
            objection.first.department,
        )  # fmt: skip
    signals.wrong_put_right.send(
        sender=Objection, request=objection, record=objection.record, done=done, department=objection.department,
        actor=actor, on=on,
    )  # fmt: skip
    return objection


@transaction.atomic
def objection_refuse(
    *, objection_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Objection:
    """Refuse an accepted objection, with the reason; measures run again and the subject is told its remedies."""
    return _close("refuse", objection_id, reason, actor, on, version)


@transaction.atomic
def objection_decline(
    *, objection_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Objection:
    """Not accept an objection (not about this office, no facts, supplement not handed in), with the reason."""
    return _close("decline", objection_id, reason, actor, on, version)


def _close(
    name: str, objection_id: int, reason: str, actor: Account | None, on: date, version: int | None
) -> Objection:
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, name, actor=actor, on=on, version=version, reason=reason)
    if name == "decline":
        supplement_over_require(objection, on=on)
    _outcome_note(objection, begun, reason)
    word = lifecycle.outcome_label(begun.step.name, objection.kind_code)
    label = word if name == "refuse" else f"{objection.get_level_display()}{word}"
    step_finish(
        objection, begun, f"{label}（{objection.number}）：{objection.outcome_reason}", code="objection",
        payload={"reason": objection.outcome_reason},
    )  # fmt: skip
    standstill_end(objection, note=f"{objection.number}{word}", actor=actor, on=on)
    remedies = objection_remedies(
        is_complaint=objection.level == Objection.Level.COMPLAINT, has_joint_conference=joint_conference() is not None
    )
    basis = cited_basis(objection)
    template = "decline" if name == "decline" else outcome_template(objection, "refuse")
    said = f"你（单位）对{objection.about}提出的{objection.get_level_display()}，本机关决定：{word}{basis}。"
    request_document(
        objection, template, [said, f"理由：{objection.outcome_reason}", remedies], actor=actor, on=on
    )  # fmt: skip
    tell_subject(
        objection, f"objection.{name}", f"{label}（{objection.number}）",
        f"您（单位）对{objection.about}提出的{objection.get_level_display()}，处理决定为{word}{basis}。"
        f"理由：{objection.outcome_reason}。{remedies}",
    )  # fmt: skip
    signals.objection_closed.send(sender=Objection, objection=objection, actor=actor, on=on)
    return objection


def _upheld_sentences(objection: Objection) -> list[str]:
    done = objection.get_remedy_display()
    return [
        f"你（单位）对{objection.about}提出的{objection.get_level_display()}成立{cited_basis(objection)}。本机关决定：{done}。",
        f"理由：{objection.outcome_reason}",
        "有关公示已经撤下或者更正，曾经公示的同时公告更正；有关部门同时停止相应措施。因错误信息受到损害的，可以依法要求恢复名誉和赔偿。",
    ]


def _outcome_note(objection: Objection, begun: Begun, reason: str) -> None:
    objection.decided_on, objection.decided_by = begun.on, begun.actor
    objection.outcome_reason = reason.strip()[:2000]
    for code in (ACCEPT_LIMIT, DEADLINE):
        deadline_meet(objection, code, actor=begun.actor, on=begun.on)
