"""Papers of honours: the decision that recognises, and the notice that an honour has ended."""

from collections.abc import Sequence
from datetime import date

from incentives.models import Honour
from incentives.rules.texts import day_text
from registry.models import Account, Document
from registry.rules.blocks import Block, Paragraph
from registry.services.documents import document_make
from sanctions.services.case_documents import number_word


def recognition_paper(honour: Honour, *, criteria: Sequence[str], actor: Account | None, on: date) -> Document:
    """Number and write the decision, with basis, criteria, publicity and term."""
    assert honour.starts_on is not None  # noqa: S101  (set before the paper is written)
    last_day = honour.last_day
    body = [
        Paragraph(f"{honour.subject.name}：", indent=False),
        Paragraph(
            f"经{honour.nominator}提名，本机关核对了你（单位）的信用记录和各类名单，并于{day_text(honour.publicity_from or on)}"
            f"至{day_text(honour.publicity_until or on)}公示，公示期间的异议均已核查。"
        ),
        Paragraph(f"依据《{honour.policy.title}》{honour.clause}，你（单位）符合下列条件："),
        *(Paragraph(line) for line in criteria),
        Paragraph(
            f"现认定你（单位）为{honour.list_label}对象，自{day_text(honour.starts_on)}起"
            f"至{day_text(last_day) if last_day else '期满之日'}（含当日）止。期满不再续列的自动终止；需要继续的，请在期满前重新申请。"
        ),
        Paragraph("期间发生违法失信行为、列入失信名单或者不再符合条件的，自发生之日起移出，不再享受激励措施。"),
        _contact(honour),
    ]
    return _paper(honour, "honour-decision", "守信激励对象认定书", "信红认", body, actor, on)


def ending_paper(honour: Honour, *, actor: Account | None, on: date) -> Document:
    """Number and write the notice of an early end, with what it rests on and the remedies."""
    assert honour.ends_on is not None  # noqa: S101  (only what was recognised ends)
    body = [
        Paragraph(f"{honour.subject.name}：", indent=False),
        Paragraph(
            f"你（单位）自{day_text(honour.ends_on)}起移出{honour.list_label}（{honour.number}），不再享受相应的激励措施。"
        ),
        Paragraph(f"原因：{honour.get_end_reason_display()}。{honour.end_note}"),
        Paragraph(
            "认为所依据的记录或者名单有误的，可以提出异议；记录作废、列入被更正或者撤销的，恢复原认定。"
            "不服移出决定的，可以依法申请行政复议或者提起行政诉讼。以上均不收取费用。"
        ),
        _contact(honour),
    ]
    return _paper(honour, "honour-ending", "移出守信红名单通知书", "信红移", body, actor, on)


def _contact(honour: Honour) -> Paragraph:
    return Paragraph(f"联系方式：{honour.department.contact or '请联系本机关'}")


def _paper(
    honour: Honour, kind: str, title: str, word: str, body: Sequence[Block], actor: Account | None, on: date
) -> Document:
    return document_make(
        kind=kind, title=title, prefix=number_word(honour.department, word), subject=honour.subject, obj=honour,
        department=honour.department, body=body, actor=actor, on=on,
    )  # fmt: skip
