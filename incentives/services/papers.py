"""Papers of commitments: the signed copy as it was signed, the notice about a breach, the finding of it."""

from collections.abc import Sequence
from datetime import date, datetime

from incentives.models import Commitment
from incentives.rules.texts import BREACH_AFTER, day_text
from registry import clock
from registry.models import Account, Attachment, Document
from registry.rules.blocks import Block, Facts, Paragraph
from registry.rules.uploads import MEDIA_TYPES
from registry.services.documents import SYNTHETIC_FOOTER, document_make
from registry.services.docx import Letter, docx_bytes
from registry.services.evidence import attachment_keep_own
from sanctions.services.case_documents import number_word


def text_blocks(text: str) -> list[Block]:
    """Return a commitment's text below its title, one paragraph a line."""
    return [Paragraph(line) for line in text.split("\n")[1:]]


def signed_copy(
    commitment: Commitment, *, rows: list[tuple[str, str]], signed_on: date, at: datetime, actor: Account | None
) -> Attachment:
    """Write the signed text with `rows`, which tell how it was signed, as a .docx file that is kept as it is."""
    title = commitment.text.split("\n", 1)[0]
    footer = SYNTHETIC_FOOTER if commitment.subject.is_synthetic else ""
    letter = Letter(title, commitment.number, commitment.subject.name, signed_on, footer)
    return attachment_keep_own(
        content=docx_bytes(letter, [*text_blocks(commitment.text), Facts(rows)], written_at=at),
        name=f"{title}（{commitment.number}）.docx"[:200],
        media_type=MEDIA_TYPES["docx"],
        actor=actor,
    )


def draft_copy(commitment: Commitment) -> bytes:
    """Return the text of an unsigned commitment as .docx, with room to sign by hand."""
    title = commitment.text.split("\n", 1)[0]
    letter = Letter(title, commitment.number, "承诺人（签名、盖章）：", commitment.made_on)
    return docx_bytes(letter, text_blocks(commitment.text), written_at=clock.now())


def notice_paper(
    commitment: Commitment, *, reason: str, basis: str, until: date, actor: Account | None, on: date
) -> Document:
    """Number and write the notice that a breach may be found, with facts, basis, consequence and the time for a
    statement."""
    body = [
        Paragraph(f"{commitment.subject.name}：", indent=False),
        Paragraph(f"你（单位）向本机关作出的《{commitment.label}》（{commitment.number}），经核查存在下列情况："),
        Paragraph(reason),
        Paragraph(
            f"依据{basis}，本机关拟认定你（单位）违背该承诺。认定后，该情况记入信用记录；是否列入有关名单须另经法定程序。"
        ),
        Paragraph(
            f"你（单位）可以在{day_text(until)}（含当日）之前陈述和提交证据，也可以书面放弃。陈述不收取任何费用。"
        ),
        _contact(commitment),
    ]
    return _paper(commitment, "commitment-notice", "拟认定违诺告知书", "信违告", body, actor, on)


def breach_paper(commitment: Commitment, *, reason: str, basis: str, actor: Account | None, on: date) -> Document:
    """Number and write the finding of a breach, with facts, basis and remedies."""
    heard = "你（单位）没有陈述。"
    if commitment.waived_on is not None:
        heard = f"你（单位）于{day_text(commitment.waived_on)}放弃陈述。"
    elif commitment.stated_on is not None:
        heard = f"你（单位）于{day_text(commitment.stated_on)}陈述，本机关已经审查。"
    body = [
        Paragraph(f"{commitment.subject.name}：", indent=False),
        Paragraph(f"本机关就《{commitment.label}》（{commitment.number}）的履行情况告知了拟认定违诺的事实。{heard}"),
        Paragraph(f"经核查：{reason}"),
        Paragraph(f"依据{basis}，认定你（单位）违背该承诺，记入信用记录。本认定不等于列入任何名单。"),
        Paragraph("不服本认定的，可以自收到之日起60日内依法申请行政复议，或者在6个月内依法提起行政诉讼。"),
        Paragraph(BREACH_AFTER),
        _contact(commitment),
    ]
    return _paper(commitment, "commitment-breach", "违诺认定书", "信违认", body, actor, on)


def _contact(commitment: Commitment) -> Paragraph:
    return Paragraph(f"联系方式：{commitment.department.contact or '请联系本机关'}")


def _paper(
    commitment: Commitment, kind: str, title: str, word: str, body: Sequence[Block], actor: Account | None, on: date
) -> Document:
    return document_make(
        kind=kind, title=title, prefix=number_word(commitment.department, word), subject=commitment.subject,
        obj=commitment, department=commitment.department, body=body, actor=actor, on=on,
    )  # fmt: skip
