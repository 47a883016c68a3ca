"""The documents that the steps of a request produce, numbered and kept; and the notice of repair (信用修复告知书)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from registry import clock
from registry.base.errors import RuleRefused
from registry.models import Account, Department, Document, Notice, Record, Subject
from registry.rules.blocks import Block, Facts, Paragraph
from registry.services import authz
from registry.services.documents import document_make
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.records import record_lock
from repair.models import Objection, RepairApplication, Request
from repair.rules.wording import NO_FEE
from repair.selectors.governing import RepairGround, governing_of
from repair.selectors.overview import RECORD_CONDITIONS, condition_label
from repair.selectors.verdicts import repair_standing
from sanctions.services.case_documents import number_word


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of document, its title and the word of its number."""

    kind: str
    title: str
    word: str


TEMPLATES: Final = {
    "accept": Template("request-accept", "受理通知书", "信受"),
    "supplement": Template("request-supplement", "补正通知书", "信补"),
    "extend": Template("request-extend", "延长办理期限告知书", "信延"),
    "decline": Template("request-decline", "不予受理决定书", "信不受"),
    "objection": Template("objection-decision", "异议处理决定书", "信异决"),
    "complaint": Template("complaint-decision", "投诉处理决定书", "信投决"),
    "grant": Template("repair-grant", "信用修复决定书", "信修决"),
    "refuse": Template("repair-refuse", "不予修复决定书", "信不修"),
    "removal-grant": Template("removal-grant", "移出名单决定书", "信移决"),
    "removal-refuse": Template("removal-refuse", "不予移出决定书", "信不移"),
    "close": Template("repair-close", "终止办理告知书", "信终"),
    "undo-notice": Template("repair-undo-notice", "拟撤销信用修复告知书", "信修撤告"),
    "undo": Template("repair-undo", "撤销信用修复决定书", "信修撤"),
    "notice": Template("repair-notice", "信用修复告知书", "信修告"),
}


def request_document(
    request: Request, name: str, sentences: Sequence[str], *, actor: Account | None, on: date
) -> Document:
    """Number, write and keep the document of one step of a request. `sentences`: what it says, a paragraph each."""
    body: list[Block] = [Paragraph(f"{request.subject.name}：", indent=False), _head(request)]
    body += [Paragraph(each) for each in sentences if each]
    body.append(Paragraph(f"联系方式：{request.department.contact or request.department.name}。{NO_FEE}"))
    return _make(TEMPLATES[name], request.subject, request, request.department, body, actor, on)


def outcome_template(request: Request, outcome: str) -> str:
    """Return the template of a decision: `grant` or `refuse` for repair and removal, one for each level of objection."""
    if isinstance(request, Objection):
        return "objection" if request.level == Objection.Level.DEPARTMENT else "complaint"
    is_removal = isinstance(request, RepairApplication) and request.kind == RepairApplication.Kind.REMOVAL
    return f"removal-{outcome}" if is_removal else outcome


def _head(request: Request) -> Facts:
    governing = governing_of(request)
    rows = [
        ("编号", request.number),
        ("申请人", request.subject.name),
        ("事项", f"{kind_label(request)}：{request.about}"),
        ("提出日期", f"{request.filed_on}{'（窗口提交）' if request.is_on_paper else ''}"),
        ("办理部门", request.department.name),
        ("适用规定", governing.cited(request.clause) if governing is not None else "没有专门规定"),
    ]
    if request.subject.uscc:
        rows.insert(2, ("统一社会信用代码", request.subject.uscc))
    return Facts(rows)


def kind_label(request: Request) -> str:
    """Return what kind of request it is: 异议, 投诉, 信用修复, 移出名单."""
    return request.get_level_display() if isinstance(request, Objection) else request.get_kind_display()  # type: ignore[attr-defined]


def _make(
    template: Template, subject: Subject, obj: Request | Record, department: Department, body: Sequence[Block],
    actor: Account | None, on: date,
) -> Document:  # fmt: skip
    return document_make(
        kind=template.kind, title=template.title, prefix=number_word(department, template.word), subject=subject,
        obj=obj, department=department, body=body, actor=actor, on=on,
    )  # fmt: skip


@transaction.atomic
def repair_notice_make(*, record_id: int, actor: Account | None, on: date) -> Document:
    """Make the notice of repair for a penalty, to be served together with its decision (两书同达), and owe it on paper.

    Raises RuleRefused (no penalty that stands, or no edition says how it is repaired), NotAllowed.
    """
    record = record_lock(record_id)
    authz.require(actor, "request.accept", on=on)
    standing = repair_standing(record.subject, record=record, on=on)
    ground = standing.ground
    is_penalty = record.kind == Record.Kind.PENALTY and record.state == Record.State.CONFIRMED
    if not is_penalty or ground is None or ground.rule is None or standing.verdict is None:
        raise RuleRefused(
            "no-repair-notice",
            f"{record}没有可以告知的修复条件：只有已确认、且有规定可以修复的行政处罚才制作信用修复告知书。",
        )
    template = TEMPLATES["notice"]
    body: list[Block] = [Paragraph(f"{record.subject.name}：", indent=False)]
    body += [Paragraph(each) for each in _notice_sentences(record, ground, standing.earliest) if each]
    document = _make(template, record.subject, record, record.department, body, actor, on)
    event_record(
        "repair.notice", f"制作{template.title}{document.number}，与{record}一并送达", obj=record,
        subject=record.subject, actor=actor, on=on, payload={"document": document.number},
    )  # fmt: skip
    notice_queue(
        "repair.notice", title=f"{template.title}（{document.number}）",
        body=f"{record.subject.name}：{template.title}{document.number}与{record}一并送达，其中写明修复的条件、最早日期和途径。",
        at=clock.now(), obj=record, subject=record.subject, channel=Notice.Channel.PAPER,
    )  # fmt: skip
    return document


def _notice_sentences(record: Record, ground: RepairGround, earliest: date | None) -> list[str]:
    assert ground.rule is not None  # noqa: S101  (the caller has asked)
    asked = [condition_label(each) for each in ground.rule.conditions if each in RECORD_CONDITIONS]
    when = f"最早可以自{earliest}起申请信用修复。" if earliest is not None else "依规定不予信用修复，公示期满自动撤下。"
    contact = record.department.contact or record.department.name
    return [
        f"本机关对你（单位）作出{record}。该信息将依法公示。现就信用修复事项一并告知：",
        when,
        f"申请须具备：{'；'.join(asked)}。" if asked and earliest is not None else "",
        f"向{record.department.name}提出（谁认定、谁修复），可以在线办理，也可以到窗口办理。联系方式：{contact}。",
        f"依据：{ground.governing.cited(ground.rule.clause)}。",
        "信用修复不收取任何费用。提供虚假材料的，撤销修复，并在规定的期限内不再受理申请。",
    ]
