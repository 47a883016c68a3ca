"""Submissions as rows of the national sheets: what may leave, as the template has it, and why something may not.

A representative's identity number is in no row; a natural person's only where the channel is set to carry it. Identity
and telephone numbers inside texts are masked, as they are in public.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from disclosure.models import Channel, Submission
from disclosure.rules.submissions import WITHDRAWAL
from disclosure.selectors.records import record_publicity
from registry.models import Record
from registry.rules.masking import mask_text
from registry.rules.names import comparable_document_number
from registry.rules.publicity import Kind, LicenceRow, PenaltyRow, export_faults, to_cells
from registry.selectors.imports import record_row, with_row_parts
from registry.selectors.policies import ActivePack, packs_active

KIND_OF = {Record.Kind.PENALTY: Kind.PENALTY, Record.Kind.PERMIT: Kind.LICENCE}
_FAULT_MOST = 500


@dataclass(frozen=True, slots=True)
class Composed:
    """What one submission comes to today: `cells` in the national order, or in Chinese why it stays here.

    `fault`: an officer can put it right; `exempt`: it need not and must not be sent any more.
    """

    submission: Submission
    cells: tuple[str, ...] = ()
    number: str = ""
    code: str = ""
    name: str = ""
    fault: str = ""
    exempt: str = ""


def submissions_compose(channel: Channel, submissions: Iterable[Submission], *, on: date) -> list[Composed]:
    """Return each submission composed, in order; a handful of statements whatever their number."""
    found = list(submissions)
    ids = [each.record_id for each in found]
    records: dict[int, Record] = {}
    for kind, sheet in KIND_OF.items():
        records |= with_row_parts(Record.objects.filter(kind=kind), sheet).in_bulk(ids)
    packs = packs_active(on)
    for each in found:
        each.record = records[each.record_id]
    return [_composed(channel, each, each.record, packs, on) for each in found]


def _composed(channel: Channel, submission: Submission, record: Record, packs: list[ActivePack], on: date) -> Composed:
    if not hasattr(record, record.kind):
        what = record.get_kind_display()
        return Composed(submission, fault=f"没有登记{what}的详细内容。请更正该记录，补填以后自动报送。")
    row = record_row(record, with_identity=channel.with_identities)
    if submission.matter != WITHDRAWAL:
        held = _held_back(record, row, channel, packs, on)
        if held is not None:
            return Composed(submission, fault=held[0][:_FAULT_MOST], exempt=held[1][:_FAULT_MOST])
    number = comparable_document_number(row.number)
    return Composed(submission, tuple(to_cells(_masked(row))), number, row.party.uscc, row.party.name)


def _masked(row: PenaltyRow | LicenceRow) -> PenaltyRow | LicenceRow:
    """Return the row without identity and telephone numbers inside its texts."""
    content, remark = mask_text(row.content), mask_text(row.remark)
    if isinstance(row, LicenceRow):
        return row._replace(content=content, remark=remark)
    return row._replace(
        violation_type=mask_text(row.violation_type), facts=mask_text(row.facts), content=content, remark=remark
    )


def _held_back(
    record: Record, row: PenaltyRow | LicenceRow, channel: Channel, packs: list[ActivePack], on: date
) -> tuple[str, str] | None:
    """Return the fault and the exemption of a row that may not leave, None when it may."""
    if record.subject.is_person and record.subject.born_on is None:
        return "当事人的出生日期没有登记，不能确认其是否为未成年人。请在主体档案中补登后自动报送。", ""
    publicity = record_publicity(record, packs, on=on)
    if publicity.code == "no-policy":
        return "没有启用规定双公示的政策，暂不报送。请在“政策”中启用。", ""
    if not publicity.is_public:
        return "", publicity.reason
    faults = export_faults(row, on, with_identity=channel.with_identities)
    return ("".join(fault.message for fault in faults), "") if faults else None
