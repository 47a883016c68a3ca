"""What a subject's own credit report says, section by section: never more than the public or the subject may know."""

from collections.abc import Sequence
from datetime import date

from credit_site.selectors.own_file import own_entries, own_records, record_rows
from incentives.models import Commitment
from registry.models import Department, OrganizationRole, Record, Subject
from registry.rules.blocks import Block, Facts, Paragraph, TableBlock
from sanctions.models import ListEntry
from sanctions.selectors.entries import entry_state

NOTHING = "查询期内无相关信息"
# What the site does not hold is no clean record: the report says where it is found.
_NOT_HELD = {
    "经营异常": "（本平台不归集经营异常名录，以国家企业信用信息公示系统公布的为准）",
    "信用评价": "（本平台不出具公共信用综合评价；内部分级只用于监管，不写入本报告）",
}
_PUBLISHED = (Record.Kind.PENALTY, Record.Kind.PERMIT)
_BY_SECTION = {
    "行政管理": (Record.Kind.PERMIT, Record.Kind.PENALTY, Record.Kind.COMPULSORY, Record.Kind.INSPECTION),
    "诚实守信": (Record.Kind.HONOUR,),
    "司法判决": (Record.Kind.JUDGMENT,),
    "其他": (Record.Kind.ACCIDENT, Record.Kind.MISCONDUCT, Record.Kind.COMMITMENT_BROKEN),
}
SECTIONS = (
    "基础信息", "行政管理", "诚实守信", "严重失信主体名单", "经营异常", "信用承诺", "信用评价", "司法判决", "其他"
)  # fmt: skip


def report_body(subject: Subject, on: date) -> list[Block]:
    """Return the report's sections in their fixed order; an empty one says so, one that the site does not hold too.

    A penalty or permit is shown as long as the public may see it; a repaired, voided or secret record never; of lists
    only public ones in force. What an objection is open about says so.
    """
    records = _records(subject, on)
    filled: dict[str, Sequence[Block]] = {"基础信息": [_basics(subject)]}
    filled |= {name: _record_table([each for each in records if each.kind in kinds])
               for name, kinds in _BY_SECTION.items()}  # fmt: skip
    filled["严重失信主体名单"] = _lists(subject, on)
    filled["信用承诺"] = _commitments(subject, on)
    blocks: list[Block] = [Paragraph(f"查询日期：{on}。本报告由信用主体本人查询生成，免费。", indent=False)]
    for number, name in enumerate(SECTIONS, start=1):
        blocks.append(Paragraph(f"{number}. {name}", bold=True, indent=False))
        blocks += filled.get(name) or [Paragraph(NOTHING + _NOT_HELD.get(name, ""))]
    return [*blocks, Paragraph(_EXPLANATION)]


_EXPLANATION = (
    "说明：行政处罚、行政许可以查询日仍在公示期内的为限；已经修复、撤销或者作废的信息不列入；标明“有异议”的正在核查。"
    "对内容有异议的，可以通过本平台免费提出。"
)


def _records(subject: Subject, on: date) -> list[Record]:
    standing = own_records(subject).filter(state=Record.State.CONFIRMED, is_secret=False)
    return [row.record for row in record_rows(standing, on) if row.is_public or row.record.kind not in _PUBLISHED]


def _basics(subject: Subject) -> Facts:
    rows = [("名称" if not subject.is_person else "姓名", subject.name), ("类别", subject.get_category_display())]
    if subject.is_person:
        rows.append(("证件号码", subject.document_masked))
    else:
        rows += [("统一社会信用代码", subject.uscc or ""), ("住所", subject.address)]
        rows.append(("状态", subject.get_status_display()))
        rows += [(each.get_role_display(), each.person.name) for each in _representatives(subject)]
    return Facts([(label, value) for label, value in rows if value])


def _representatives(subject: Subject) -> list[OrganizationRole]:
    found = OrganizationRole.objects.filter(
        organization=subject, ends_on__isnull=True, role=OrganizationRole.Role.LEGAL_REPRESENTATIVE
    )
    return list(found.select_related("person").order_by("pk"))


def _record_table(records: Sequence[Record]) -> list[Block]:
    if not records:
        return []
    rows = [
        (
            each.get_kind_display(),
            f"{each.number or '—'}\n{each.title}" + ("（有异议）" if each.disputed_on else ""),
            each.department.name,
            str(each.decided_on or "—"),
        )
        for each in records
    ]
    return [TableBlock(("种类", "文书号和事由", "决定机关", "日期"), rows)]


def _lists(subject: Subject, on: date) -> list[Block]:
    listed: list[ListEntry] = [
        each for each in own_entries(subject, on) if each.is_public and entry_state(each, on).is_in_force
    ]
    if not listed:
        return []
    rows = [
        (
            each.list_label + ("（有异议）" if each.disputed_on else ""),
            each.department.name,
            str(each.starts_on),
            str(entry_state(each, on).last_day),
        )
        for each in listed
    ]
    return [TableBlock(("名单", "认定部门", "自", "至"), rows)]


def _commitments(subject: Subject, on: date) -> list[Block]:
    made = Commitment.objects.public(on).filter(subject=subject).select_related("department").order_by("pk")
    if not made:
        return []
    rows = [(each.label, each.department.name, str(each.made_on), each.get_state_display()) for each in made]
    return [TableBlock(("承诺", "受诺部门", "日期", "状态"), rows)]


def report_department() -> Department | None:
    """Return the credit office, whose report it is; None when none is set up."""
    return Department.objects.filter(kind=Department.Kind.CREDIT_OFFICE, is_active=True).order_by("pk").first()
