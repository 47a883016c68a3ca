"""The documents that the steps of a case produce, numbered and kept with the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.models import Account, Department, Document
from registry.rules.blocks import Block, Facts, Paragraph, TableBlock
from registry.selectors.policies import pack_of
from registry.services.documents import document_make
from sanctions.models import Case, CaseDocument
from sanctions.rules.conditions import day_text
from sanctions.selectors.plain import case_plain, case_ways


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of document: its usual title (a pack's own word for the step goes before it) and number word."""

    kind: str
    title: str
    word: str


TEMPLATES: Final = {
    "open": Template("case-opening", "立案审批表", "信监批"),
    "review": Template("case-review", "初审意见书", "信监初"),
    "notice": Template("case-notice", "列入名单告知书", "信监告"),
    "defence": Template("case-defence", "陈述申辩审查意见书", "信监辩"),
    "deliberate": Template("case-minutes", "集体审议记录", "信监议"),
    "submit": Template("case-submission", "列入信息汇总表", "信监报"),
    "decide": Template("case-decision", "列入名单决定书", "信监决"),
    # Served together with the decision (两书同达).
    "repair-notice": Template("repair-notice", "信用修复告知书", "信修告"),
    "drop": Template("case-dropping", "终止案件决定书", "信监终"),
}
_RIGHTS_TEXT: Final = (
    "如对本决定不服，可以自收到本决定书之日起六十日内依法申请行政复议，或者自知道或者应当知道本决定之日起六个月内依法提起"
    "行政诉讼；也可以向本机关提出异议。复议、诉讼、异议和信用修复均不收取费用。"
)


def number_word(department: Department, word: str) -> str:
    """Return the word before the year of a number: numbers are unique in the county, so that a bureau's carries its
    short name; the credit office's does not."""
    return word if department.kind == Department.Kind.CREDIT_OFFICE else f"{department.short_name}{word}"


def case_document(case: Case, step: str, body: Sequence[Block], *, actor: Account | None, on: date) -> Document:
    """Number, write and keep the document of one step."""
    template = TEMPLATES[step]
    document = document_make(
        kind=template.kind,
        title=_title(case, step, template),
        prefix=number_word(case.department, template.word),
        subject=case.subject,
        obj=case,
        department=case.department,
        body=body,
        actor=actor,
        on=on,
    )
    CaseDocument.objects.create(case=case, step=step, document=document)
    return document


def _title(case: Case, step: str, template: Template) -> str:
    named = next((each.document for each in pack_of(case.policy).procedure if each.code == step), "")
    # A pack may describe the document in brackets behind its name; the title is the name.
    return named.split("（", 1)[0].strip() or template.title


def head_block(case: Case) -> Facts:
    """The facts that open every internal document of a case."""
    rows = [
        ("案号", case.number),
        ("当事人", case.subject.name),
        ("拟列入名单", f"{case.list_label}（{case.get_mode_display()}）"),
        ("政策依据", f"《{case.policy.title}》{case.policy.number}"),
        ("承办部门", case.department.name),
        ("立案日期", day_text(case.opened_on)),
    ]
    if case.subject.uscc:
        rows.insert(2, ("统一社会信用代码", case.subject.uscc))
    if case.parent is not None:
        rows.insert(2, ("随案关系", f"{case.parent.subject.name}的{case.person_role}（案号{case.parent.number}）"))
    return Facts(rows)


def grounds_block(case: Case) -> TableBlock:
    """The records that the case rests on, with their clauses."""
    rows = []
    for ground in case.grounds.select_related("record").order_by("record__decided_on", "record_id"):
        record = ground.record
        rows.append(
            (
                record.number or record.title,
                record.get_kind_display(),
                day_text(record.occurred_on) if record.occurred_on else "—",
                day_text(record.decided_on) if record.decided_on else "—",
                "、".join(ground.clauses) or "—",
            )
        )
    return TableBlock(("文书号或事由", "种类", "发生日期", "决定日期", "条款"), rows)


def internal_body(case: Case, sections: Sequence[tuple[str, str]]) -> list[Block]:
    """The body of an internal document: facts, grounds, reasons, then the sections (heading, text)."""
    blocks: list[Block] = [head_block(case), Paragraph("认定依据", bold=True, indent=False), grounds_block(case)]
    blocks += [Paragraph(sentence) for sentence in case.sentences]
    for heading, text in sections:
        blocks += [Paragraph(heading, bold=True, indent=False), *map(Paragraph, text.splitlines())]
    return blocks


def notice_body(case: Case, defence_text: str, on: date) -> list[Block]:
    """The body of the written notice: facts, reasons, basis, and the right to be heard (行政处罚法 art. 44; 国办发
    〔2020〕49号), in words that the subject understands. `defence_text` tells how long a statement may be made."""
    return [
        Paragraph(f"{case.subject.name}：", indent=False),
        Paragraph(f"经调查，你（单位）存在下列失信事实，{_intended(case)}。现将事实、理由和依据告知如下："),
        grounds_block(case),
        *map(Paragraph, case_plain(case, on)),
        *map(Paragraph, case_ways(case)),
        Paragraph(f"依据：《{case.policy.title}》{case.policy.number}。"),
        Paragraph(
            f"对上述事实、理由和依据，你（单位）有权陈述、申辩并提交证据，{defence_text}。"
            "陈述申辩可以书面提出，也可以到本机关口头提出；不得因陈述申辩而加重处理。逾期未提出又未说明正当理由的，视为放弃。"
        ),
        Paragraph(f"联系方式：{case.department.contact or case.department.name}。"),
    ]


def _intended(case: Case) -> str:
    listed = f"本机关拟将你（单位）列入{case.list_label}"
    return f"{listed}并依法公布" if case.mode == "binding" else f"{listed}，仅作内部分级管理，不向社会公布"


def decision_body(case: Case, opinion: str, on: date) -> list[Block]:
    """The body of the decision: facts, hearing, decision, remedies."""
    return [
        Paragraph(f"{case.subject.name}：", indent=False),
        Paragraph(f"本机关于{day_text(case.opened_on)}以{case.number}立案，查明下列失信事实："),
        grounds_block(case),
        *map(Paragraph, case_plain(case, on)),
        Paragraph(_hearing(case)),
        *([Paragraph(f"审批意见：{opinion}")] if opinion else []),
        Paragraph(
            f"依据《{case.policy.title}》{case.policy.number}，本机关决定：将你（单位）列入{case.list_label}。",
            bold=True,
        ),
        *map(Paragraph, case_ways(case)),
        Paragraph(_RIGHTS_TEXT),
        Paragraph("纠正失信行为、消除不良影响后，可以依法申请信用修复。"),
    ]


def repair_notice_body(case: Case) -> list[Block]:
    """The body of the notice that tells, with the decision, how and when the listing can be ended early."""
    contact = case.department.contact or case.department.name
    return [
        Paragraph(f"{case.subject.name}：", indent=False),
        Paragraph(f"本机关以{case.decision_number}决定将你（单位）列入{case.list_label}。现就信用修复事项一并告知："),
        *map(Paragraph, case_ways(case)),
        Paragraph(
            f"向{case.department.name}提出（谁认定、谁修复），可以在线办理，也可以到窗口办理。联系方式：{contact}。"
        ),
        Paragraph(f"依据：《{case.policy.title}》{case.policy.number}。"),
        Paragraph("信用修复不收取任何费用。提供虚假材料的，撤销修复，恢复列入，并在规定的期限内不再受理申请。"),
    ]


def _hearing(case: Case) -> str:
    told = f"本机关于{day_text(case.served_on)}向你（单位）送达告知书，" if case.served_on else ""
    defence = getattr(case, "defence", None)
    if defence is None:
        return f"{told}你（单位）在期限内没有提出陈述申辩意见。"
    if defence.is_waived:
        return f"{told}你（单位）明确表示放弃陈述申辩。"
    heard = f"本机关于{day_text(defence.heard_on)}当面听取了你（单位）的意见，" if defence.heard_on else ""
    return f"{told}你（单位）提出了陈述申辩意见，{heard}经审查不成立：{defence.outcome_reason}"


def dropping_body(case: Case, reason: str) -> list[Block]:
    """The body of the document that ends a case without listing."""
    return [
        Paragraph(f"{case.subject.name}：", indent=False),
        Paragraph(
            f"本机关于{day_text(case.opened_on)}以{case.number}立案，审查是否将你（单位）列入{case.list_label}。"
        ),
        Paragraph(f"现决定终止本案，不予列入。理由：{reason}"),
    ]
